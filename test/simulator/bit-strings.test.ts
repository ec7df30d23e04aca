import { describe, expect, it } from 'vitest';
import {
  at90s1200,
  avr910CodeOf,
  devices,
  encodeInstruction,
  type FourBytes,
  fieldsOf,
  instructionFor,
  instructionOf,
  type Operation,
  parseFormat,
  waitAt,
} from '../../simulator/index.ts';

describe('a bit string of the datasheet', () => {
  it('gives and takes address, half and data', () => {
    const format = parseFormat('0100 H000 0000 000a bbbb bbbb iiii iiii');
    const fields = { address: 0x1a5, high: true, data: 0x3c };
    expect(encodeInstruction(format, fields)).toEqual([0x48, 0x01, 0xa5, 0x3c]);
    expect(fieldsOf(format, [0x48, 0x01, 0xa5, 0x3c])).toEqual(fields);
  });

  it('sends what is printed and does not look where it says so', () => {
    const format = parseFormat('1010 1100 111+ +ii- xxxx xxxx xxxx xxxx');
    expect(encodeInstruction(format, { data: 0x04 })).toEqual([0xac, 0xfc, 0, 0]);
    expect(fieldsOf(format, [0xac, 0xe3, 0xff, 0xff]).data).toBe(0xfb);
  });

  it('refuses addresses that do not fit', () => {
    const format = parseFormat('1010 0000 0000 0000 00bb bbbb oooo oooo');
    expect(() => encodeInstruction(format, { address: 64 })).toThrow(
      'address 64 does not fit the 6 address bits',
    );
  });

  it('refuses what is no bit string', () => {
    expect(() => parseFormat('1010 0000')).toThrow('not an ISP instruction format');
    expect(() => parseFormat('1010 0000 0000 0000 00bb bbbb oooo ooo?')).toThrow(
      'not an ISP instruction format',
    );
  });
});

/** The same instructions as avrdude's part description has them: another hand than ours. */
const witness: [Operation, boolean, string][] = [
  ['Programming Enable', false, '1010110001010011xxxxxxxxxxxxxxxx'],
  ['Chip Erase', false, '1010110010000000xxxxxxxxxxxxxxxx'],
  ['Read Program Memory', false, '00100000xxxxxxxaaaaaaaaaoooooooo'],
  ['Read Program Memory', true, '00101000xxxxxxxaaaaaaaaaoooooooo'],
  ['Write Program Memory', false, '01000000xxxxxxxaaaaaaaaaiiiiiiii'],
  ['Write Program Memory', true, '01001000xxxxxxxaaaaaaaaaiiiiiiii'],
  ['Read EEPROM', false, '10100000xxxxxxxxxxaaaaaaoooooooo'],
  ['Write EEPROM', false, '11000000xxxxxxxxxxaaaaaaiiiiiiii'],
  ['Write Lock Bits', false, '1010110011111ii1xxxxxxxxxxxxxxxx'],
  ['Read Signature', false, '0011000000000000000000aaoooooooo'],
];

describe('the AT90S1200 table', () => {
  it.each(witness)('%s (high: %s) is what avrdude sends', (operation, high, bits) => {
    const { format } = instructionFor(at90s1200, operation);
    const width = [...bits].filter(letter => letter === 'a').length;
    for (let address = 0; address < 2 ** width; address++) {
      const data = (address * 89) & 0xff;
      const bytes = encodeInstruction(format, { address, high, data });
      expect(bytes.map(byte => byte.toString(2).padStart(8, '0')).join('')).toBe(filled(bits, address, data));
    }
  });

  it('gives each four bytes one meaning at most', () => {
    for (let first = 0; first < 256; first++)
      for (let second = 0; second < 256; second++) {
        const bytes: FourBytes = [first, second, 0, 0];
        const rows = at90s1200.instructions.filter(row =>
          instructionOf({ ...at90s1200, instructions: [row] }, bytes),
        );
        expect(rows.length, bytes.join(' ')).toBeLessThan(2);
      }
  });

  it('agrees with the table of AVR910 device codes about signatures', () => {
    for (const { name, signature } of Object.values(devices))
      expect(avr910CodeOf(name).signature).toEqual(signature);
  });
});

/** A witness with its letters replaced; x is sent as 0. */
function filled(bits: string, address: number, data: number): string {
  let places = [...bits].filter(letter => letter === 'a').length;
  return [...bits]
    .map((letter, i) => {
      if (letter === 'a') return (address >> --places) & 1;
      if (letter === 'i') return (data >> (7 - (i % 8))) & 1;
      return letter === '1' ? 1 : 0;
    })
    .join('');
}

describe('a wait by supply voltage', () => {
  const { tWD_ERASE, tWD_PROG = [] } = at90s1200.waits;

  it.each([
    [tWD_PROG, 3.2, 9000],
    [tWD_PROG, 3.4, 8000],
    [tWD_PROG, 4.75, 4500],
    [tWD_PROG, 5.5, 4000],
    [tWD_PROG, 2.7, 11_500],
    [tWD_ERASE, 4.0, 12_000],
    [tWD_ERASE, 4.5, 10_000],
  ])('%j at %s V is %s us', (points, volts, us) => {
    expect(waitAt(points, volts)).toBe(us);
  });

  it('may be the same at any voltage', () => {
    expect(waitAt([[5, 4.5]], 2.7)).toBe(4500);
  });
});
