/** Intel HEX in and out, with another implementation of the format as the judge. */

import intelHex from 'nrf-intel-hex';
import { describe, expect, it } from 'vitest';
import { formatHex, HexError, parseHex } from '../../compiler/index.ts';
import { hexFile, record } from '../cli/hex.ts';

/** The package exports its class as the whole module; its types call that `default`. */
const MemoryMap = intelHex as unknown as typeof intelHex.default;

/** Xorshift: the seed makes a failing case come back. */
function bytesFrom(seed: number, count: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0xff;
  });
}

const SIZES = [1, 2, 15, 16, 17, 255, 256, 257, 1024, 0x2001, 0x10000];

describe('Intel HEX', () => {
  it.for(SIZES)('of %i bytes is read by nrf-intel-hex as it was meant', size => {
    const bytes = bytesFrom(1988 + size, size);
    const blocks = MemoryMap.fromHex(formatHex(bytes)).join();
    expect([...blocks.keys()]).toEqual([0]);
    expect(Buffer.from(blocks.get(0)!).equals(bytes)).toBe(true);
  });

  it.for(SIZES)('of %i bytes, written by nrf-intel-hex, is read as it was meant', size => {
    const bytes = bytesFrom(2026 + size, size);
    const text = new MemoryMap([[0, bytes]]).asHexString(1 + (size % 32));
    expect(parseHex(text)).toEqual({ bytes, count: size });
  });

  it('with gaps is read with 0xFF in the gaps, as nrf-intel-hex pads it', () => {
    const blocks = new MemoryMap([
      [3, bytesFrom(3, 5)],
      [0x120, bytesFrom(4, 40)],
    ]);
    const { bytes, count } = parseHex(blocks.asHexString());
    expect(count).toBe(45);
    expect(bytes).toEqual(blocks.slicePad(0, 0x148, 0xff));
  });

  it('with address records reaches beyond 64 KB, in both ways of writing them', () => {
    const data = record(0x10, [0xaa]);
    // segment 0x1000 is 0x10000 bytes on, and so is upper half 0x0001
    for (const base of [':020000021000EC', ':020000040001F9']) {
      const { bytes } = parseHex(hexFile([base, data]), 0x20000);
      expect(MemoryMap.fromHex(hexFile([base, data])).get(0x10010)).toEqual(Uint8Array.of(0xaa));
      expect([bytes.length, bytes[0x10010]]).toEqual([0x10011, 0xaa]);
    }
  });

  it('may have DOS or old Macintosh line ends, empty lines, small letters and start addresses', () => {
    const start = ':0400000500000000F7';
    for (const end of ['\n', '\r\n', '\r']) {
      const text = [record(0, [0xab, 0xcd]).toLowerCase(), '', start, ':00000001ff', ''].join(end);
      expect(parseHex(text).bytes).toEqual(Uint8Array.of(0xab, 0xcd));
    }
  });
});

const GOOD = record(0, [1, 2, 3]);
const END = ':00000001FF';

/** What is wrong, the file, the line that must be named, and words of the message. */
const MALFORMED: readonly [what: string, lines: readonly string[], line: number, message: RegExp][] = [
  ['no colon', [GOOD, GOOD.slice(1), END], 2, /a record begins with ':'/],
  ['no HEX at all', ['<html>', '</html>'], 1, /a record begins with ':'/],
  ['an odd number of digits', [GOOD, '', GOOD.slice(0, -1), END], 3, /pairs of hexadecimal digits/],
  ['a digit that is none', [GOOD.replace('01', '0g'), END], 1, /pairs of hexadecimal digits/],
  ['a space within', [`${GOOD.slice(0, 9)} ${GOOD.slice(9)}`, END], 1, /pairs of hexadecimal digits/],
  ['a wrong checksum', [GOOD, ':03000000010203F8', END], 2, /checksum is 0xF8 and should be 0xF7/],
  ['too many bytes', [':03000000010203040F', END], 1, /says 3 data bytes and has 4/],
  ['too few bytes', [':030000000102FA', END], 1, /says 3 data bytes and has 2/],
  ['a record without fields', [':00', END], 1, /too short/],
  ['an unknown type', [GOOD, ':00000006FA', END], 2, /record type 0x06 is not known/],
  ['a wrong address record', [':0100000401FA', END], 1, /address record has two data bytes/],
  ['an address beyond the memory', [GOOD, record(0x3ff, [1, 2]), END], 2, /0x400 is beyond the 1024 bytes/],
  ['an upper address beyond it', [':020000040001F9', GOOD, END], 2, /0x10000 is beyond the 1024 bytes/],
  ['no end record', [GOOD, GOOD], 2, /end record :00000001FF is missing/],
  ['nothing in it', [''], 1, /end record :00000001FF is missing/],
  ['data after the end record', [GOOD, END, '', GOOD], 4, /behind the end record/],
  ['a second end record', [GOOD, END, END], 3, /behind the end record/],
];

describe('a malformed HEX file', () => {
  it.for(MALFORMED)('with %s is refused with the line', ([, lines, line, message]) => {
    const read = () => parseHex(lines.join('\n'), 1024);
    expect(read).toThrow(HexError);
    expect(read).toThrow(expect.objectContaining({ line, message: expect.stringMatching(message) }));
  });

  it('cut off anywhere before its last record is refused', () => {
    const text = formatHex(bytesFrom(7, 40));
    const last = text.indexOf(END);
    for (let length = 0; length < last + END.length; length++) {
      expect(() => parseHex(text.slice(0, length)), `cut at ${length}`).toThrow(HexError);
    }
  });
});
