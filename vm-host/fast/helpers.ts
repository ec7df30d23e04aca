/** What translated code calls: flags of an operation, and how long a condition stays as it is. */
import { C, N, S, V, Z } from '../core.ts';
import { LONG } from '../io.ts';

/** Z, N, S of a result whose V is 0. */
const flags = Uint8Array.from({ length: 256 }, (_, value) => (value === 0 ? Z : value >= 0x80 ? N | S : 0));
const counted = (odd: number) => flags.map((value, result) => (result === odd ? value ^ (V | S) : value));

/** How far up from `x` to just below `mark` around a circle of `size`, a power of two. */
const up = (x: number, mark: number, size: number) => (mark - x - 1) & (size - 1);
/** How far down from `x` to `mark`. */
const down = (x: number, mark: number, size: number) => (x - mark) & (size - 1);

const divide = (way: number, step: number) => (step === 0 ? LONG : (way / step) | 0);

/** A step on a circle as the shorter way round. */
export function towards(step: number, size: number): number {
  const upwards = step & (size - 1);
  return upwards <= size >> 1 ? upwards : upwards - size;
}

/** The present value of a counter `rounds` later; whole numbers modulo 2 to the 32 are exact enough. */
function moved(value: number, rounds: number, step: number, size: number): number {
  return (value + Math.imul(rounds, step)) & (size - 1);
}

export const helpers = {
  moved,
  flags,
  /** Of INC and DEC, by result. */
  up: counted(0x80),
  down: counted(0x7f),
  add(a: number, b: number, raw: number, result: number): number {
    const overflow = (a ^ result) & (b ^ result) & 0x80;
    return (((a ^ b ^ raw) & 0x10) << 1) | (raw >> 8) | (flags[result] ^ ((overflow >> 3) | (overflow >> 4)));
  },
  subtract(a: number, b: number, raw: number, result: number): number {
    const overflow = (a ^ b) & (a ^ result) & 0x80;
    const borrow = (raw >> 8) & 1;
    return (((a ^ b ^ raw) & 0x10) << 1) | borrow | (flags[result] ^ ((overflow >> 3) | (overflow >> 4)));
  },
  /** C and H of a sum or difference. */
  carries(a: number, b: number, raw: number): number {
    return (((a ^ b ^ raw) & 0x10) << 1) | ((raw >> 8) & C);
  },
  shift(from: number, result: number): number {
    const carry = from & C;
    return carry | (flags[result] ^ ((result >> 7) ^ carry ? V | S : 0));
  },
  /**
   * How many more rounds a counter at `x`, moved by `step` each round, stays on its side of both marks: those
   * are the lowest values of the stretches in which a condition has one answer. All modulo `size`.
   */
  rounds(x: number, step: number, size: number, mark: number, other: number): number {
    const way = towards(step, size);
    if (way >= 0) return divide(Math.min(up(x, mark, size), up(x, other, size)), way);
    return divide(Math.min(down(x, mark, size), down(x, other, size)), -way);
  },
  /**
   * How many more rounds the sum or difference `x` of two counters surely does not pass `mark`: it goes as far as
   * both together, which may be more than half the circle.
   */
  roundsOfBoth(x: number, one: number, other: number, sign: number, size: number, mark: number): number {
    const way = towards(one, size) + sign * towards(other, size);
    return way >= 0 ? divide(up(x, mark, size), way) : divide(down(x, mark, size), -way);
  },
  /** The same for a condition that has one answer between multiples of `stretch`. */
  roundsWithin(x: number, step: number, size: number, stretch: number): number {
    const way = towards(step, size);
    const within = x & (stretch - 1);
    return way >= 0 ? divide(stretch - 1 - within, way) : divide(within, -way);
  },
};
