/**
 * What the instructions compute, from the definition of each flag in whole and
 * signed numbers: written apart from the machine, which works on bits.
 */

/** The eight flags of SREG; true is set. */
export type Flags = Record<'i' | 't' | 'h' | 's' | 'v' | 'n' | 'z' | 'c', boolean>;

export interface Outcome {
  /** The byte that goes to the destination. */
  result: number;
  /** The flags that the instruction decides; all others stay. */
  flags: Partial<Flags>;
}

const signed = (byte: number): number => (byte > 127 ? byte - 256 : byte);
const fits = (value: number): boolean => value >= -128 && value <= 127;
const wrapped = (value: number): number => ((value % 256) + 256) % 256;

/** Flags of a result: S says whether the true, unwrapped value is negative. */
function ofResult(result: number, exact: number): Pick<Flags, 's' | 'v' | 'n' | 'z'> {
  return { s: exact < 0, v: !fits(exact), n: result >= 128, z: result === 0 };
}

function sum(a: number, b: number, carry: number): Outcome {
  const result = wrapped(a + b + carry);
  const flags = ofResult(result, signed(a) + signed(b) + carry);
  return { result, flags: { ...flags, c: a + b + carry > 255, h: (a % 16) + (b % 16) + carry > 15 } };
}

function difference(a: number, b: number, borrow: number): Outcome {
  const result = wrapped(a - b - borrow);
  const flags = ofResult(result, signed(a) - signed(b) - borrow);
  return { result, flags: { ...flags, c: b + borrow > a, h: (b % 16) + borrow > a % 16 } };
}

/** A difference that goes on from lower bytes: Z needs all of them to be zero. */
function further(a: number, b: number, before: Flags): Outcome {
  const { result, flags } = difference(a, b, before.c ? 1 : 0);
  return { result, flags: { ...flags, z: before.z && result === 0 } };
}

function logical(result: number): Outcome {
  return { result, flags: ofResult(result, signed(result)) };
}

/** Shifts right: V is by definition N xor C, and S is N xor V. */
function shifted(result: number, carry: boolean): Outcome {
  const n = result >= 128;
  return { result, flags: { n, z: result === 0, c: carry, v: n !== carry, s: carry } };
}

type Binary = (a: number, b: number, before: Flags) => Outcome;
type Unary = (a: number, before: Flags) => Outcome;

const bitwise = (digit: (a: boolean, b: boolean) => boolean): Binary => {
  const digits = (value: number) => Array.from({ length: 8 }, (_, i) => Math.floor(value / 2 ** i) % 2 === 1);
  const known = Array.from({ length: 256 }, (_, value) => digits(value));
  return (a, b) => logical(known[a].reduce((sum, x, i) => sum + (digit(x, known[b][i]) ? 2 ** i : 0), 0));
};

/** Instructions of two operands, register or constant alike. */
export const binary: Readonly<Record<string, Binary>> = {
  add: (a, b) => sum(a, b, 0),
  adc: (a, b, { c }) => sum(a, b, c ? 1 : 0),
  sub: (a, b) => difference(a, b, 0),
  sbc: further,
  and: bitwise((x, y) => x && y),
  or: bitwise((x, y) => x || y),
  eor: bitwise((x, y) => x !== y),
  cp: (a, b) => ({ ...difference(a, b, 0), result: a }),
  cpc: (a, b, before) => ({ ...further(a, b, before), result: a }),
  mov: (_, b) => ({ result: b, flags: {} }),
};

/** The same with a constant as the second operand. */
export const immediate: Readonly<Record<string, Binary>> = {
  subi: binary.sub,
  sbci: binary.sbc,
  andi: binary.and,
  ori: binary.or,
  cpi: binary.cp,
  ldi: binary.mov,
};

/** Instructions of one register. */
export const unary: Readonly<Record<string, Unary>> = {
  com: a => ({ result: 255 - a, flags: { ...logical(255 - a).flags, c: true } }),
  neg: a => difference(0, a, 0),
  inc: a => ({ result: wrapped(a + 1), flags: ofResult(wrapped(a + 1), signed(a) + 1) }),
  dec: a => ({ result: wrapped(a - 1), flags: ofResult(wrapped(a - 1), signed(a) - 1) }),
  asr: a => shifted(wrapped(Math.floor(signed(a) / 2)), a % 2 === 1),
  lsr: a => shifted(Math.floor(a / 2), a % 2 === 1),
  ror: (a, { c }) => shifted(Math.floor(a / 2) + (c ? 128 : 0), a % 2 === 1),
  swap: a => ({ result: (a % 16) * 16 + Math.floor(a / 16), flags: {} }),
};

const places: Readonly<Record<keyof Flags, number>> = { c: 1, z: 2, n: 4, v: 8, s: 16, h: 32, t: 64, i: 128 };

function split(sreg: number): Flags {
  const bit = (place: number) => Math.floor(sreg / place) % 2 === 1;
  const { c, z, n, v, s, h, t, i } = places;
  return { c: bit(c), z: bit(z), n: bit(n), v: bit(v), s: bit(s), h: bit(h), t: bit(t), i: bit(i) };
}

/** SREG as flags: C is bit 0, I is bit 7. */
export const flagsOf: readonly Flags[] = Array.from({ length: 256 }, (_, sreg) => split(sreg));

/** SREG after an instruction that decides some flags. */
export function decided(sreg: number, set: Partial<Flags>): number {
  let after = sreg;
  for (const name in set) {
    const flag = name as keyof Flags;
    if (set[flag] !== flagsOf[sreg][flag]) after += set[flag] ? places[flag] : -places[flag];
  }
  return after;
}
