/**
 * Rewrites by facts: what is known of a value keeps it exactly, what is asked of it
 * keeps the demanded bits. The two must not run on the same facts, see simplify.ts.
 */

import { isConst } from './algebra.ts';
import { comparedBytes, restricted } from './fact.ts';
import type { Facts } from './facts.ts';
import {
  comparedMask,
  constant,
  type Fn,
  isComparison,
  isOrdered,
  makeNode,
  type Node,
  nodesOf,
} from './ir.ts';

/** Rewrites by what is known of values: the value stays exactly the same. */
export function keepValue(node: Node, facts: Facts): Node | undefined {
  if (node.op === 'const' || node.op === 'param' || node.op === 'setglobal') return undefined;
  const fact = facts.of(node);
  const pure = !isOrdered(node) || node.op === 'getglobal';
  if (pure && fact.lo === fact.hi) return constant(fact.lo, node.block, node.at);
  const [a, b] = node.args;
  if (node.op === 'and' && isConst(b)) {
    const known = facts.at(a, node.block);
    if ((~known.zeros & ~b.value) === 0) return a;
  }
  if (node.op === 'extend8_s' && facts.at(a, node.block).hi < 0x80) return a;
  if (node.op === 'extend16_s' && facts.at(a, node.block).hi < 0x8000) return a;
  if (node.op === 'shr_s' && facts.at(a, node.block).hi <= 0x7fffffff) {
    return makeNode('shr_u', node.args, node.block, node.at);
  }
  if ((node.op === 'div_s' || node.op === 'rem_s') && bothPositive(node, facts)) {
    return makeNode(node.op === 'div_s' ? 'div_u' : 'rem_u', node.args, node.block, node.at);
  }
  if ((node.op === 'lt_s' || node.op === 'le_s') && bothPositive(node, facts)) {
    return makeNode(node.op === 'lt_s' ? 'lt_u' : 'le_u', node.args, node.block, node.at);
  }
  return undefined;
}

const bothPositive = (node: Node, facts: Facts): boolean =>
  node.args.every(arg => facts.at(arg, node.block).hi <= 0x7fffffff);

/**
 * Bytes that are known to be alike on both sides are left out of a comparison for good:
 * from then on nobody asks for them, and what made them alike may go.
 */
export function narrowComparisons(fn: Fn, facts: Facts): boolean {
  let changed = false;
  for (const node of nodesOf(fn)) {
    if (!isComparison(node) || node.op === 'bit') continue;
    const mask = comparedMask(node);
    const [a, b] = node.args.map(arg => restricted(facts.at(arg, node.block), mask));
    const bytes = comparedBytes(node.op, a, b);
    const left = [0, 1, 2, 3].reduce((out, i) => (bytes.includes(i) ? out : out | (1 << i)), 0) | node.value;
    if (left === node.value || left === 0b1111) continue;
    node.value = left;
    changed = true;
  }
  return changed;
}

/** Rewrites by what is asked of values: only the demanded bits stay the same. */
export function keepDemanded(node: Node, facts: Facts): Node | undefined {
  const asked = facts.demand(node);
  const [a, b] = node.args;
  if (asked === 0 || !isConst(b)) return extendDemanded(node, asked);
  const k = b.value;
  if (node.op === 'and' && (asked & ~k) === 0) return a;
  if ((node.op === 'or' || node.op === 'xor') && (asked & k) === 0) return a;
  if (node.op === 'and' || node.op === 'or' || node.op === 'xor') {
    // a constant with the fewest bits set is the easiest to recognise later
    const fewer = node.op === 'and' ? k | ~asked : k & asked;
    const shown = node.op === 'and' ? fewer & maskOf(asked) : fewer;
    if (shown !== k && node.op !== 'and') return remade(node, a, shown);
    if (node.op === 'and' && shown !== k && popcount(shown) < popcount(k)) return remade(node, a, shown);
  }
  if (node.op === 'add') {
    const short = signExtended(k, asked);
    if (short !== k) return remade(node, a, short);
  }
  return undefined;
}

function extendDemanded(node: Node, asked: number): Node | undefined {
  if (asked === 0) return undefined;
  if (node.op === 'extend8_s' && asked <= 0xff) return node.args[0];
  return node.op === 'extend16_s' && asked <= 0xffff ? node.args[0] : undefined;
}

const remade = (node: Node, a: Node, value: number): Node =>
  makeNode(node.op, [a, constant(value, node.block, node.at)], node.block, node.at);

const maskOf = (asked: number): number => (asked > 0xffff ? -1 : asked > 0xff ? 0xffff : 0xff);

function popcount(x: number): number {
  let count = 0;
  for (let rest = x >>> 0; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** A constant addend reduced to the demanded width and taken as signed: 255 becomes -1. */
function signExtended(k: number, asked: number): number {
  if (asked <= 0xff) return (k << 24) >> 24;
  return asked <= 0xffff ? (k << 16) >> 16 : k;
}
