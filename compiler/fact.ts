/**
 * What can be known of a 32-bit value: an unsigned interval and bits. How operations
 * pass it on, how branches sharpen it, and what a comparison has to look at.
 */

import { type Block, comparedMask, type Node } from './ir.ts';

/** Unsigned interval and known bits of a 32-bit value. `undefined` fact: never computed. */
export interface Fact {
  lo: number;
  hi: number;
  /** Bits known to be 0 and to be 1, as unsigned masks. */
  zeros: number;
  ones: number;
}

export const FULL = 0xffffffff;
export const ANYTHING: Fact = { lo: 0, hi: FULL, zeros: 0, ones: 0 };

/** All ones from bit 0 up to the highest bit of `x`. */
export function maskUpTo(x: number): number {
  return x === 0 ? 0 : FULL >>> Math.clz32(x);
}

export function exactly(value: number): Fact {
  const unsigned = value >>> 0;
  return { lo: unsigned, hi: unsigned, zeros: ~unsigned >>> 0, ones: unsigned };
}

export function between(lo: number, hi: number): Fact {
  return normal({ lo, hi, zeros: 0, ones: 0 });
}

function bits(zeros: number, ones: number): Fact {
  return normal({ lo: 0, hi: FULL, zeros: zeros >>> 0, ones: ones >>> 0 });
}

/** Lets interval and bits sharpen each other. */
export function normal(fact: Fact): Fact {
  const zeros = (fact.zeros | ~maskUpTo(fact.hi)) >>> 0;
  const lo = Math.max(fact.lo, fact.ones);
  const hi = Math.min(fact.hi, ~zeros >>> 0);
  if (lo > hi) return fact;
  // equal leading bits of both ends are known
  const same = ~maskUpTo((lo ^ hi) >>> 0) >>> 0;
  return { lo, hi, zeros: (zeros | (same & ~hi)) >>> 0, ones: (fact.ones | (same & hi)) >>> 0 };
}

export function join(a: Fact | undefined, b: Fact | undefined): Fact | undefined {
  if (!a || !b) return a ?? b;
  return {
    lo: Math.min(a.lo, b.lo),
    hi: Math.max(a.hi, b.hi),
    zeros: (a.zeros & b.zeros) >>> 0,
    ones: (a.ones & b.ones) >>> 0,
  };
}

function meet(a: Fact, b: Fact): Fact {
  const both = {
    lo: Math.max(a.lo, b.lo),
    hi: Math.min(a.hi, b.hi),
    zeros: (a.zeros | b.zeros) >>> 0,
    ones: (a.ones | b.ones) >>> 0,
  };
  // an empty meet means that the edge is never taken; any sound answer will do
  return both.lo > both.hi || both.zeros & both.ones ? a : normal(both);
}

export const same = (a: Fact | undefined, b: Fact | undefined): boolean =>
  a === b || (!!a && !!b && a.lo === b.lo && a.hi === b.hi && a.zeros === b.zeros && a.ones === b.ones);

/** Ends to which a growing interval jumps, so that loops come to rest. */
const THRESHOLDS = [0, 1, 3, 7, 15, 31, 63, 127, 255, 256, 511, 0xffff, 0x10000, 0xffffff, 0x7fffffff, FULL];
export const PATIENCE = 24;

export function widen(fact: Fact): Fact {
  return { ...fact, lo: 0, hi: THRESHOLDS.find(limit => limit >= fact.hi)! };
}

/** The fact of a pure operation from the facts of its operands. */
type Transfer = (a: Fact, b: Fact) => Fact;

export const TRANSFER: Partial<Record<Node['op'], Transfer>> = {
  add: (a, b) => {
    const bitsKnown = trailingSum(a, b);
    return a.hi + b.hi <= FULL
      ? meet(between(a.lo + b.lo, a.hi + b.hi), bitsKnown)
      : addWrapped(a, b, bitsKnown);
  },
  sub: (a, b) => (a.lo >= b.hi ? between(a.lo - b.hi, a.hi - b.lo) : ANYTHING),
  mul: (a, b) => (a.hi * b.hi <= FULL ? between(a.lo * b.lo, a.hi * b.hi) : ANYTHING),
  div_u: (a, b) => (b.lo > 0 ? between(Math.floor(a.lo / b.hi), Math.floor(a.hi / b.lo)) : between(0, FULL)),
  rem_u: (a, b) => between(0, Math.min(a.hi, Math.max(b.hi - 1, 0))),
  div_s: () => ANYTHING,
  rem_s: () => ANYTHING,
  clz: () => between(0, 32),
  ctz: () => between(0, 32),
  popcnt: () => between(0, 32),
  and: (a, b) => meet(bits(a.zeros | b.zeros, a.ones & b.ones), between(0, Math.min(a.hi, b.hi))),
  or: (a, b) => bits(a.zeros & b.zeros, a.ones | b.ones),
  xor: (a, b) => bits((a.zeros & b.zeros) | (a.ones & b.ones), (a.zeros & b.ones) | (a.ones & b.zeros)),
  shl: (a, b) => {
    if (b.lo !== b.hi) return ANYTHING;
    const by = b.lo & 31;
    return bits((a.zeros << by) | ~(FULL << by), a.ones << by);
  },
  shr_u: (a, b) => {
    if (b.lo !== b.hi) return between(0, a.hi);
    const by = b.lo & 31;
    return meet(between(a.lo >>> by, a.hi >>> by), bits((a.zeros >>> by) | ~(FULL >>> by), a.ones >>> by));
  },
  shr_s: (a, b) => {
    if (b.lo !== b.hi) return a.hi <= 0x7fffffff ? between(0, a.hi) : ANYTHING;
    return bits(a.zeros >> (b.lo & 31), a.ones >> (b.lo & 31));
  },
  extend8_s: a => extend(a, 0x80),
  extend16_s: a => extend(a, 0x8000),
  eq: (a, b) => decided(a.hi < b.lo || b.hi < a.lo || disagree(a, b) ? 0 : both(a, b) ? 1 : undefined),
  ne: (a, b) => decided(a.hi < b.lo || b.hi < a.lo || disagree(a, b) ? 1 : both(a, b) ? 0 : undefined),
  lt_u: (a, b) => decided(a.hi < b.lo ? 1 : a.lo >= b.hi ? 0 : undefined),
  le_u: (a, b) => decided(a.hi <= b.lo ? 1 : a.lo > b.hi ? 0 : undefined),
  lt_s: (a, b) =>
    positive(a) && positive(b) ? decided(a.hi < b.lo ? 1 : a.lo >= b.hi ? 0 : undefined) : between(0, 1),
  le_s: (a, b) =>
    positive(a) && positive(b) ? decided(a.hi <= b.lo ? 1 : a.lo > b.hi ? 0 : undefined) : between(0, 1),
};

const positive = (a: Fact): boolean => a.hi <= 0x7fffffff;
const both = (a: Fact, b: Fact): boolean => a.lo === a.hi && b.lo === b.hi && a.lo === b.lo;
const disagree = (a: Fact, b: Fact): boolean => ((a.zeros & b.ones) | (a.ones & b.zeros)) !== 0;
const decided = (value: number | undefined): Fact => (value === undefined ? between(0, 1) : exactly(value));

/** Low bits that are known in both operands are known in the sum. */
function trailingSum(a: Fact, b: Fact): Fact {
  const unknown = ~((a.zeros | a.ones) & (b.zeros | b.ones)) >>> 0;
  const low = unknown === 0 ? FULL : ((unknown & -unknown) - 1) >>> 0;
  const sum = (a.ones + b.ones) >>> 0;
  return bits(~sum & low, sum & low);
}

/** Both ends wrap, or neither: the sum is still an interval. */
function addWrapped(a: Fact, b: Fact, known: Fact): Fact {
  if (a.lo + b.lo <= FULL) return known;
  return meet(between(a.lo + b.lo - FULL - 1, a.hi + b.hi - FULL - 1), known);
}

/** Whether a mask takes everything up to its highest bit. */
const isLow = (mask: number): boolean => (mask & (mask + 1)) === 0;

/** What is known of the part of a value under a mask. */
export function restricted(fact: Fact, mask: number): Fact {
  // under a mask with a hole the ends of the interval say nothing
  const whole = isLow(mask) && fact.hi <= mask;
  return whole ? fact : bits(fact.zeros | ~mask, fact.ones & mask);
}

function extend(a: Fact, sign: number): Fact {
  const low = sign * 2 - 1;
  if (a.zeros & sign) return bits((a.zeros & low) | ~low, a.ones & low);
  if (a.ones & sign) return bits(a.zeros & low, a.ones | ~low);
  return bits(a.zeros & (low >>> 1), a.ones & (low >>> 1));
}

/** Sharpens a fact with the branch that ends `pred`, when it leads to `block` one way only. */
export function refine(
  node: Node,
  fact: Fact,
  pred: Block,
  block: Block,
  of: (node: Node) => Fact | undefined,
): Fact {
  const { term } = pred;
  if (term.kind !== 'branch' || term.then === term.else) return fact;
  const taken = term.then === block;
  const { cond } = term;
  if (cond.args.length !== 2) return fact;
  const [left, right] = cond.args;
  // a comparison of some bytes tells nothing of the others
  const mask = comparedMask(cond);
  const whole = (value: Fact | undefined) => !!value && isLow(mask) && value.hi <= mask;
  if (!whole(of(left)) || !whole(of(right))) return fact;
  if (left === node) return refineLeft(cond.op, fact, of(right), taken);
  return right === node ? refineRight(cond.op, fact, of(left), taken) : fact;
}

function refineLeft(op: Node['op'], fact: Fact, other: Fact | undefined, taken: boolean): Fact {
  if (!other) return fact;
  if (op === 'eq' || op === 'ne') return refineEqual(fact, other, (op === 'eq') === taken);
  if (op === 'lt_u') return taken ? atMost(fact, other.hi - 1) : atLeast(fact, other.lo);
  if (op === 'le_u') return taken ? atMost(fact, other.hi) : atLeast(fact, other.lo + 1);
  return fact;
}

function refineRight(op: Node['op'], fact: Fact, other: Fact | undefined, taken: boolean): Fact {
  if (!other) return fact;
  if (op === 'eq' || op === 'ne') return refineEqual(fact, other, (op === 'eq') === taken);
  if (op === 'lt_u') return taken ? atLeast(fact, other.lo + 1) : atMost(fact, other.hi);
  if (op === 'le_u') return taken ? atLeast(fact, other.lo) : atMost(fact, other.hi - 1);
  return fact;
}

function refineEqual(fact: Fact, other: Fact, equal: boolean): Fact {
  if (equal) return meet(fact, other);
  if (other.lo !== other.hi) return fact;
  if (fact.lo === other.lo) return atLeast(fact, other.lo + 1);
  return fact.hi === other.lo ? atMost(fact, other.lo - 1) : fact;
}

const atMost = (fact: Fact, hi: number): Fact => (hi < fact.lo ? fact : meet(fact, between(0, hi)));
const atLeast = (fact: Fact, lo: number): Fact => (lo > fact.hi ? fact : meet(fact, between(lo, FULL)));

/** The bytes, lowest first, that a comparison has to look at given what is known of both sides. */
export function comparedBytes(op: Node['op'], a: Fact, b: Fact): number[] {
  const settled = (byte: number): boolean => {
    const mask = (0xff << (8 * byte)) >>> 0;
    return (((a.zeros & b.zeros) | (a.ones & b.ones)) & mask) >>> 0 === mask;
  };
  if (op === 'eq' || op === 'ne') return [0, 1, 2, 3].filter(byte => !settled(byte));
  const signed = (op === 'lt_s' || op === 'le_s') && !(a.hi <= 0x7fffffff && b.hi <= 0x7fffffff);
  if (signed) return [0, 1, 2, 3];
  let top = 3;
  while (top > 0 && settled(top)) top--;
  return [0, 1, 2, 3].slice(0, top + 1);
}
