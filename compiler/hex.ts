/** Intel HEX, records 00, 01, 02 and 04, in and out. Format: Intel Hexadecimal Object File Format Specification, Revision A, 1988. */

/** A HEX file that cannot be read: the line and what is wrong with it. */
export class HexError extends Error {
  override readonly name = 'HexError';

  constructor(
    readonly line: number,
    what: string,
  ) {
    super(`line ${line}: ${what}`);
  }
}

/** What a HEX file holds. */
export interface HexContents {
  /** Bytes from address 0 to the last one given; gaps are 0xFF, as in erased flash. */
  bytes: Uint8Array;
  /** How many bytes the file gives. */
  count: number;
}

/**
 * Reads Intel HEX.
 * @param limit how many bytes the memory has; an address beyond it is an error
 * @throws HexError with the line of the first mistake
 */
export function parseHex(text: string, limit = 0x10000): HexContents {
  const memory = new Uint8Array(limit).fill(0xff);
  const given = new Uint8Array(limit);
  let base = 0;
  let end = 0;
  let count = 0;
  let finished = false;
  text.split(/\r\n|\r|\n/).forEach((raw, i) => {
    const line = raw.trim();
    if (line === '') return;
    if (finished) throw new HexError(i + 1, 'there is something behind the end record');
    const { address, type, data } = parseRecord(line, i + 1);
    if (type === 0x01) finished = true;
    else if (type === 0x02 || type === 0x04) base = segment(type, data, i + 1);
    else if (type === 0x00) {
      data.forEach((byte, offset) => {
        const at = base + ((address + offset) & 0xffff);
        if (at >= limit)
          throw new HexError(
            i + 1,
            `address 0x${at.toString(16)} is beyond the ${limit} bytes of the memory`,
          );
        if (!given[at]) count++;
        given[at] = 1;
        memory[at] = byte;
        end = Math.max(end, at + 1);
      });
    } else if (type !== 0x03 && type !== 0x05)
      throw new HexError(i + 1, `record type 0x${hex(type, 2)} is not known`);
  });
  if (!finished)
    throw new HexError(text.trimEnd().split(/\r\n|\r|\n/).length, 'the end record :00000001FF is missing');
  return { bytes: memory.slice(0, end), count };
}

function parseRecord(line: string, number: number): { address: number; type: number; data: number[] } {
  if (!line.startsWith(':')) throw new HexError(number, "a record begins with ':'");
  const digits = line.slice(1);
  if (!/^[0-9a-fA-F]*$/.test(digits) || digits.length % 2 !== 0) {
    throw new HexError(number, 'a record has pairs of hexadecimal digits only');
  }
  const bytes = Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
  if (bytes.length < 5) throw new HexError(number, 'the record is too short');
  if (bytes.length !== bytes[0] + 5) {
    throw new HexError(number, `the record says ${bytes[0]} data bytes and has ${bytes.length - 5}`);
  }
  const sum = bytes.reduce((total, byte) => total + byte, 0) & 0xff;
  if (sum !== 0) {
    const right = (bytes[bytes.length - 1] - sum) & 0xff;
    throw new HexError(
      number,
      `the checksum is 0x${hex(bytes[bytes.length - 1], 2)} and should be 0x${hex(right, 2)}`,
    );
  }
  return { address: bytes[1] * 256 + bytes[2], type: bytes[3], data: bytes.slice(4, -1) };
}

function segment(type: number, data: number[], line: number): number {
  if (data.length !== 2) throw new HexError(line, 'an address record has two data bytes');
  const value = data[0] * 256 + data[1];
  return type === 0x02 ? value * 16 : value * 0x10000;
}

/** Writes bytes from address 0 as Intel HEX, 16 a line. */
export function formatHex(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const data = [...bytes.subarray(at, at + 16)];
    lines.push(record([data.length, at >> 8, at & 0xff, 0, ...data]));
  }
  return `${[...lines, ':00000001FF'].join('\n')}\n`;
}

function record(bytes: number[]): string {
  const sum = -bytes.reduce((total, byte) => total + byte, 0) & 0xff;
  return `:${[...bytes, sum].map(byte => hex(byte, 2)).join('')}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
