/** Identities that hold for every operand: constants folded, comparisons in their cheapest form. */

import { comparedMask, constant, isComparison, makeNode, type Node } from './ir.ts';

/** Who reads the values of a function, for rules that depend on it. */
export interface Uses {
  /** Whether comparisons for equality are all that reads a value. */
  onlyCompared(node: Node): boolean;
}

export const isConst = (node: Node | undefined, value?: number): boolean =>
  node?.op === 'const' && (value === undefined || node.value === value);

/** Arithmetic on two constants, as WebAssembly defines it. */
const FOLD: Partial<Record<Node['op'], (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => Math.imul(a, b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << b,
  shr_u: (a, b) => a >>> b,
  shr_s: (a, b) => a >> b,
  eq: (a, b) => +(a === b),
  ne: (a, b) => +(a !== b),
  lt_u: (a, b) => +(a >>> 0 < b >>> 0),
  le_u: (a, b) => +(a >>> 0 <= b >>> 0),
  lt_s: (a, b) => +(a < b),
  le_s: (a, b) => +(a <= b),
};

/** What a comparison with a constant comes to for a given value. */
export function foldComparison(cond: Node, value: number): boolean {
  const mask = comparedMask(cond);
  return FOLD[cond.op]!(value & mask, cond.args[1].value & mask) === 1;
}

const COMMUTES: ReadonlySet<Node['op']> = new Set(['add', 'mul', 'and', 'or', 'xor', 'eq', 'ne']);

/** Identities that hold for every operand. */
export function algebra(node: Node, uses: Uses): Node | undefined {
  const [a, b] = node.args;
  const fold = FOLD[node.op];
  const extra = isComparison(node) ? { value: node.value } : {};
  const make = (op: Node['op'], args: Node[]) => makeNode(op, args, node.block, node.at, extra);
  const number = (value: number) => constant(value, node.block, node.at);
  if (fold && isConst(a) && isConst(b)) {
    const mask = isComparison(node) ? comparedMask(node) : -1;
    return number(fold(a.value & mask, b.value & mask));
  }
  if (node.op === 'extend8_s' && isConst(a)) return number((a.value << 24) >> 24);
  if (node.op === 'extend16_s' && isConst(a)) return number((a.value << 16) >> 16);
  if (COMMUTES.has(node.op) && isConst(a)) return make(node.op, [b, a]);
  if (isConst(a) && (node.op === 'lt_u' || node.op === 'lt_s')) return constantBelow(node, make, number);
  if (!isConst(b)) return a === b ? sameOperands(node, number) : undefined;
  const k = b.value;
  switch (node.op) {
    case 'add':
      if (k === 0) return a;
      if (a.op === 'add' && isConst(a.args[1])) return make('add', [a.args[0], number(a.args[1].value + k)]);
      return undefined;
    case 'sub':
      return make('add', [a, number(-k)]);
    case 'and':
      if (k === 0) return b;
      if (k === -1) return a;
      if (a.op === 'and' && isConst(a.args[1])) return make('and', [a.args[0], number(a.args[1].value & k)]);
      return undefined;
    case 'or':
    case 'xor':
      return k === 0 ? a : undefined;
    case 'shl':
    case 'shr_u':
    case 'shr_s':
      return shiftByConstant(node, make, number);
    case 'mul':
      if (k === 0) return b;
      return k > 0 && (k & (k - 1)) === 0 ? make('shl', [a, number(31 - Math.clz32(k))]) : undefined;
    case 'div_u':
      return k > 0 && (k & (k - 1)) === 0 ? make('shr_u', [a, number(31 - Math.clz32(k))]) : undefined;
    case 'rem_u':
      return k > 0 && (k & (k - 1)) === 0 ? make('and', [a, number(k - 1)]) : undefined;
    default:
      return compareWithConstant(node, make, number, uses);
  }
}

function sameOperands(node: Node, number: (value: number) => Node): Node | undefined {
  if (node.op === 'and' || node.op === 'or') return node.args[0];
  if (['sub', 'xor', 'ne', 'lt_u', 'lt_s'].includes(node.op)) return number(0);
  return ['eq', 'le_u', 'le_s'].includes(node.op) ? number(1) : undefined;
}

type Make = (op: Node['op'], args: Node[]) => Node;

function shiftByConstant(node: Node, make: Make, number: (value: number) => Node): Node | undefined {
  const [a, b] = node.args;
  const by = b.value & 31;
  if (by === 0) return a;
  if (by !== b.value) return make(node.op, [a, number(by)]);
  if (a.op !== node.op || !isConst(a.args[1])) return undefined;
  const total = by + (a.args[1].value & 31);
  if (total < 32) return make(node.op, [a.args[0], number(total)]);
  return node.op === 'shr_s' ? make('shr_s', [a.args[0], number(31)]) : number(0);
}

/** The comparison that is true exactly when another is false, by exchanging the operands where needed. */
const OPPOSITE: Partial<Record<Node['op'], { op: Node['op']; swap: boolean }>> = {
  eq: { op: 'ne', swap: false },
  ne: { op: 'eq', swap: false },
  lt_u: { op: 'le_u', swap: true },
  le_u: { op: 'lt_u', swap: true },
  lt_s: { op: 'le_s', swap: true },
  le_s: { op: 'lt_s', swap: true },
};

/** k < x is k + 1 <= x, which a branch turns into not (x < k + 1): an immediate comparison. */
function constantBelow(node: Node, make: Make, number: (value: number) => Node): Node | undefined {
  const [a, b] = node.args;
  if (node.op === 'lt_s') return a.value === 0x7fffffff ? number(0) : make('le_s', [number(a.value + 1), b]);
  const mask = comparedMask(node);
  const k = (a.value & mask) >>> 0;
  return k === mask ? number(0) : make('le_u', [number(k + 1), b]);
}

function compareWithConstant(
  node: Node,
  make: Make,
  number: (value: number) => Node,
  uses: Uses,
): Node | undefined {
  if (node.op === 'eq' || node.op === 'ne') return equalsConstant(node, make, number, uses);
  const [a, b] = node.args;
  const mask = comparedMask(node);
  if (node.op === 'le_u') {
    const k = (b.value & mask) >>> 0;
    return k === mask ? number(1) : make('lt_u', [a, number(k + 1)]);
  }
  if (node.op === 'le_s') return b.value === 0x7fffffff ? number(1) : make('lt_s', [a, number(b.value + 1)]);
  if (node.op === 'lt_u' && (b.value & mask) === 1) return make('eq', [a, number(0)]);
  return node.op === 'lt_u' && (b.value & mask) === 0 ? number(0) : undefined;
}

/** Bytes left out from the top only: arithmetic modulo 2^8, 2^16, 2^24 or 2^32. */
const isModular = (node: Node): boolean => [0, 0b1000, 0b1100, 0b1110].includes(node.value);

function equalsConstant(
  node: Node,
  make: Make,
  number: (value: number) => Node,
  uses: Uses,
): Node | undefined {
  const [a, b] = node.args;
  // x + c = k is x = k - c; a sum that somebody else needs as well is compared as it is: its flags are there
  if (a.op === 'add' && isConst(a.args[1]) && isModular(node) && uses.onlyCompared(a)) {
    return make(node.op, [a.args[0], number(b.value - a.args[1].value)]);
  }
  if (a.op === 'xor' && isConst(a.args[1]))
    return make(node.op, [a.args[0], number(b.value ^ a.args[1].value)]);
  if (!isComparison(a) || (b.value !== 0 && b.value !== 1)) return undefined;
  if ((node.op === 'ne') === (b.value === 0)) return a;
  const opposite = OPPOSITE[a.op];
  if (!opposite) return undefined;
  const args = opposite.swap ? [a.args[1], a.args[0]] : a.args;
  return makeNode(opposite.op, args, node.block, node.at, { value: a.value });
}
