/**
 * The datasheet's own notation for four-byte ISP instructions, made to work.
 *
 *     0010 H000 ---- ---a bbbb bbbb oooo oooo
 *
 * 0 1   fixed bits
 * x     don't care; sent as 0
 * - +   printed 0 or 1 in the datasheet and sent so, but not looked at by the part
 * H     0 low byte, 1 high byte of a program word
 * a b   address bits, the most significant first
 * i o   data in and data out; the bit's place in its byte is its place in the data
 */

/** A bit string, taken apart into masks over the 32 bits, the first byte's MSB at bit 31. */
export interface InstructionFormat {
  readonly bits: string;
  /** Bits that must match, and what they must be. */
  readonly mask: number;
  readonly value: number;
  /** What is sent when every field is 0. */
  readonly template: number;
  /** 32-bit positions of the address bits, most significant first. */
  readonly address: readonly number[];
  /** Position of H, or -1. */
  readonly high: number;
  /** Positions of the data bits, in or out; bit 7 of the data is at a position that is 7 modulo 8. */
  readonly dataIn: readonly number[];
  readonly dataOut: readonly number[];
}

export type FourBytes = readonly [number, number, number, number];

/** The fields of one instruction. `data` is what goes in; what comes out is the target's to say. */
export interface InstructionFields {
  readonly address?: number;
  readonly high?: boolean;
  readonly data?: number;
}

const LETTERS = /^[01xabHio+-]{32}$/;

/** @throws RangeError when the string is not 32 letters of the notation. */
export function parseFormat(bits: string): InstructionFormat {
  const letters = bits.replaceAll(' ', '');
  if (!LETTERS.test(letters)) throw new RangeError(`not an ISP instruction format: '${bits}'`);
  const places = (wanted: string) =>
    [...letters].flatMap((letter, i) => (wanted.includes(letter) ? [31 - i] : []));
  return {
    bits,
    mask: union(places('01')),
    value: union(places('1')),
    template: union(places('1+')),
    address: places('ab'),
    high: places('H')[0] ?? -1,
    dataIn: places('i'),
    dataOut: places('o'),
  };
}

export function matches(format: InstructionFormat, bytes: FourBytes): boolean {
  return (wordOf(bytes) & format.mask) >>> 0 === format.value;
}

/** The fields that `bytes` carry. Data bits that the format does not name read as 1, as unprogrammed cells do. */
export function fieldsOf(format: InstructionFormat, bytes: FourBytes): Required<InstructionFields> {
  const word = wordOf(bytes);
  const bit = (place: number) => (word >>> place) & 1;
  const address = format.address.reduce((sum, place) => sum * 2 + bit(place), 0);
  const data = format.dataIn.reduce((sum, place) => (bit(place) ? sum : sum & ~(1 << (place % 8))), 0xff);
  return { address, high: format.high >= 0 && bit(format.high) === 1, data };
}

/**
 * The four bytes of an instruction.
 * @throws RangeError when the address does not fit the format.
 */
export function encodeInstruction(format: InstructionFormat, fields: InstructionFields = {}): FourBytes {
  const { address = 0, high = false, data = 0 } = fields;
  const width = format.address.length;
  if (!Number.isInteger(address) || address < 0 || address >= 2 ** width) {
    throw new RangeError(`address ${address} does not fit the ${width} address bits of '${format.bits}'`);
  }
  const places = [
    ...format.address.filter((_, i) => (address >>> (width - 1 - i)) & 1),
    ...format.dataIn.filter(place => (data >>> (place % 8)) & 1),
    ...(high && format.high >= 0 ? [format.high] : []),
  ];
  const word = (format.template | union(places)) >>> 0;
  return [word >>> 24, (word >>> 16) & 0xff, (word >>> 8) & 0xff, word & 0xff];
}

function union(places: readonly number[]): number {
  return places.reduce((mask, place) => mask | (1 << place), 0) >>> 0;
}

function wordOf([first, second, third, fourth]: FourBytes): number {
  return ((first << 24) | (second << 16) | (third << 8) | fourth) >>> 0;
}
