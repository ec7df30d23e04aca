/**
 * Rewrites that make the program smaller before it becomes instructions.
 *
 * needs:  tidy functions in SSA
 * leaves: no constant expressions, no masks that change nothing, no dead values,
 *         no branch on a constant, no block that only jumps on
 * keeps:  every effect and its order; the bits of each value that somebody looks at
 *
 * Two kinds of rewrite must not be mixed in one round: those that keep a value
 * exactly, and those that only keep its demanded bits. Each works on facts that
 * the other kind may spoil, so the analysis runs again in between.
 */

import { analyse, comparedBytes, type Facts, restricted } from './facts.ts';
import {
  type Block,
  comparedMask,
  constant,
  countUses,
  type Fn,
  isComparison,
  isOrdered,
  makeNode,
  type Node,
  nodesOf,
  type Program,
  replaceUses,
  successors,
  termArgs,
  tidy,
} from './ir.ts';

/** Runs all rewrites until nothing changes. */
export function simplify(program: Program): void {
  for (let round = 0; round < 50; round++) {
    let changed = false;
    for (const fn of program.fns) changed = localRewrites(fn, program.shared) || changed;
    const exact = analyse(program);
    for (const fn of program.fns) {
      changed = narrowComparisons(fn, exact) || changed;
      changed = rewrite(fn, node => keepValue(node, exact)) || changed;
    }
    if (!changed) {
      const demanded = analyse(program);
      for (const fn of program.fns) changed = rewrite(fn, node => keepDemanded(node, demanded)) || changed;
      for (const fn of program.fns) changed = dropUnusedStores(fn, demanded) || changed;
    }
    if (!changed) return;
  }
}

function localRewrites(fn: Fn, shared: ReadonlySet<number>): boolean {
  let changed = dropTrivialPhis(fn);
  changed = nameConditions(fn) || changed;
  changed = rewrite(fn, algebra) || changed;
  changed = shareGlobals(fn, shared) || changed;
  changed = shareEqualNodes(fn) || changed;
  changed = hoistCommon(fn) || changed;
  changed = foldBranches(fn) || changed;
  changed = mergeBlocks(fn) || changed;
  return dropDead(fn) || changed;
}

/** Who reads the values of a function, for rules that depend on it. */
interface Uses {
  /** Whether comparisons for equality are all that reads a value. */
  onlyCompared(node: Node): boolean;
}

function usesOf(fn: Fn): Uses {
  const all = countUses(fn);
  const compared = new Map<Node, number>();
  for (const node of nodesOf(fn)) {
    if (node.op !== 'eq' && node.op !== 'ne') continue;
    for (const arg of node.args) compared.set(arg, (compared.get(arg) ?? 0) + 1);
  }
  return { onlyCompared: node => compared.get(node) === all.get(node) };
}

/** Applies a rule to every node; a rule answers the node that takes its place, or undefined. */
function rewrite(fn: Fn, rule: (node: Node, uses: Uses) => Node | undefined): boolean {
  const replacement = new Map<Node, Node>();
  const uses = usesOf(fn);
  for (const block of fn.blocks) {
    for (const node of [...block.phis, ...block.nodes]) {
      const next = rule(node, uses);
      if (!next || next === node) continue;
      replacement.set(node, next);
      if (next.block === block && next.op !== 'const' && next.op !== 'phi' && !block.nodes.includes(next)) {
        block.nodes.splice(block.nodes.indexOf(node), 0, next);
      }
    }
  }
  replaceUses(fn, replacement);
  return replacement.size > 0;
}

/** A branch on a value is a branch on its difference from zero. */
function nameConditions(fn: Fn): boolean {
  let changed = false;
  for (const block of fn.blocks) {
    const { term } = block;
    if (term.kind !== 'branch' || isComparison(term.cond) || term.cond.op === 'const') continue;
    term.cond = makeNode('ne', [term.cond, constant(0, block, term.at)], block, term.at);
    block.nodes.push(term.cond);
    changed = true;
  }
  return changed;
}

const isConst = (node: Node | undefined, value?: number): boolean =>
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

const COMMUTES: ReadonlySet<Node['op']> = new Set(['add', 'mul', 'and', 'or', 'xor', 'eq', 'ne']);

/** Identities that hold for every operand. */
function algebra(node: Node, uses: Uses): Node | undefined {
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

/** Rewrites by what is known of values: the value stays exactly the same. */
function keepValue(node: Node, facts: Facts): Node | undefined {
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
function narrowComparisons(fn: Fn, facts: Facts): boolean {
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
function keepDemanded(node: Node, facts: Facts): Node | undefined {
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

/** A phi whose arguments are one and the same value, or itself, is that value. */
function dropTrivialPhis(fn: Fn): boolean {
  const replacement = new Map<Node, Node>();
  const settle = (node: Node): Node => {
    let to = node;
    for (let next = replacement.get(to); next; next = replacement.get(to)) to = next;
    return to;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of fn.blocks) {
      for (const phi of block.phis) {
        if (replacement.has(phi)) continue;
        const others = new Set(phi.args.map(settle));
        others.delete(phi);
        const [value] = others;
        if (!value || ![...others].every(other => equalConstants(other, value))) continue;
        replacement.set(phi, value);
        changed = true;
      }
    }
  }
  replaceUses(fn, replacement);
  for (const block of fn.blocks) block.phis = block.phis.filter(phi => !replacement.has(phi));
  return replacement.size > 0;
}

const equalConstants = (a: Node, b: Node): boolean =>
  a === b || (a.op === 'const' && b.op === 'const' && a.value === b.value);

/** Equal pure computations in one block, or in a block and its dominating predecessors, are one. */
function shareEqualNodes(fn: Fn): boolean {
  const replacement = new Map<Node, Node>();
  const tables = new Map<Block, Map<string, Node>>();
  for (const block of fn.blocks) {
    const inherited = block.preds.length === 1 ? tables.get(block.preds[0]) : undefined;
    const table = new Map(inherited);
    tables.set(block, table);
    for (const node of block.nodes) {
      if (isOrdered(node) || node.op === 'param') continue;
      const key = keyOf(node, replacement);
      const known = table.get(key);
      if (known) replacement.set(node, known);
      else table.set(key, node);
    }
  }
  replaceUses(fn, replacement);
  for (const block of fn.blocks) block.nodes = block.nodes.filter(node => !replacement.has(node));
  return replacement.size > 0;
}

/** A global that is read again before anybody could have changed it is the value read or written last. */
function shareGlobals(fn: Fn, shared: ReadonlySet<number>): boolean {
  const replacement = new Map<Node, Node>();
  const atEnd = new Map<Block, Map<number, Node>>();
  for (const block of fn.blocks) {
    const inherited = block.preds.length === 1 ? atEnd.get(block.preds[0]) : undefined;
    const known = new Map(inherited);
    atEnd.set(block, known);
    for (const node of block.nodes) {
      if (node.op === 'call') known.clear();
      if (shared.has(node.value)) continue;
      if (node.op === 'setglobal') known.set(node.value, node.args[0]);
      if (node.op !== 'getglobal') continue;
      const value = known.get(node.value);
      if (value) replacement.set(node, value);
      else known.set(node.value, node);
    }
  }
  replaceUses(fn, replacement);
  for (const block of fn.blocks) block.nodes = block.nodes.filter(node => !replacement.has(node));
  return replacement.size > 0;
}

/** What both ways of a branch compute is computed before it. */
function hoistCommon(fn: Fn): boolean {
  const replacement = new Map<Node, Node>();
  for (const block of fn.blocks) {
    const { term } = block;
    if (term.kind !== 'branch' || term.then.preds.length !== 1 || term.else.preds.length !== 1) continue;
    for (const node of [...term.then.nodes]) {
      if (
        isOrdered(node) ||
        node.op === 'param' ||
        node.args.some(arg => arg.block === term.then && arg.op !== 'const')
      )
        continue;
      const key = keyOf(node, replacement);
      const twin = term.else.nodes.find(other => !isOrdered(other) && keyOf(other, replacement) === key);
      if (!twin) continue;
      term.then.nodes.splice(term.then.nodes.indexOf(node), 1);
      term.else.nodes.splice(term.else.nodes.indexOf(twin), 1);
      block.nodes.push(node);
      node.block = block;
      replacement.set(twin, node);
    }
  }
  replaceUses(fn, replacement);
  return replacement.size > 0;
}

function keyOf(node: Node, replacement: Map<Node, Node>): string {
  const args = node.args.map(arg => {
    const to = replacement.get(arg) ?? arg;
    return to.op === 'const' ? `#${to.value}` : to.id;
  });
  return `${node.op} ${node.value} ${args.join(' ')}`;
}

function foldBranches(fn: Fn): boolean {
  let changed = false;
  for (const block of fn.blocks) {
    const { term } = block;
    if (term.kind !== 'branch') continue;
    if (term.then === term.else && term.then.preds.filter(pred => pred === block).length === 1) {
      block.term = { kind: 'jump', to: term.then };
      changed = true;
    } else if (term.cond.op === 'const') {
      const [taken, other] = term.cond.value !== 0 ? [term.then, term.else] : [term.else, term.then];
      removeEdge(block, other);
      block.term = { kind: 'jump', to: taken };
      changed = true;
    } else if ((term.cond.op === 'eq' || term.cond.op === 'ne') && isConst(term.cond.args[1], 0)) {
      const inner = term.cond.args[0];
      if (!['eq', 'ne', 'lt_u', 'le_u', 'lt_s', 'le_s', 'bit'].includes(inner.op)) continue;
      const turned = term.cond.op === 'eq';
      block.term = {
        ...term,
        cond: inner,
        then: turned ? term.else : term.then,
        else: turned ? term.then : term.else,
      };
      changed = true;
    }
  }
  if (changed) tidy(fn);
  return changed;
}

function removeEdge(from: Block, to: Block): void {
  const i = to.preds.indexOf(from);
  to.preds.splice(i, 1);
  for (const phi of to.phis) phi.args.splice(i, 1);
}

/** Joins a block with its only successor when that has no other way in; passes over empty blocks. */
function mergeBlocks(fn: Fn): boolean {
  let changed = false;
  for (const block of fn.blocks) {
    for (;;) {
      if (block.term.kind !== 'jump') break;
      const next = block.term.to;
      if (next === block || next === fn.blocks[0] || next.preds.length !== 1 || next.phis.length > 0) break;
      for (const node of next.nodes) node.block = block;
      block.nodes.push(...next.nodes);
      next.nodes = [];
      block.term = next.term;
      next.term = { kind: 'unreachable', at: 0 };
      for (const after of successors(block))
        after.preds = after.preds.map(pred => (pred === next ? block : pred));
      changed = true;
    }
  }
  if (changed) tidy(fn);
  return changed;
}

/** Removes what nobody reads and what has no effect; unread loads of globals too. */
export function dropDead(fn: Fn): boolean {
  const live = new Set<Node>();
  const work: Node[] = [];
  const need = (node: Node) => {
    if (live.has(node)) return;
    live.add(node);
    work.push(node);
  };
  for (const block of fn.blocks) {
    termArgs(block.term).forEach(need);
    for (const node of block.nodes) if (hasEffect(node)) need(node);
  }
  for (let node = work.pop(); node; node = work.pop()) node.args.forEach(need);
  let changed = false;
  for (const block of fn.blocks) {
    const before = block.phis.length + block.nodes.length;
    block.phis = block.phis.filter(node => live.has(node));
    block.nodes = block.nodes.filter(node => live.has(node));
    changed = changed || before !== block.phis.length + block.nodes.length;
  }
  return changed;
}

const hasEffect = (node: Node): boolean =>
  (isOrdered(node) && node.op !== 'getglobal') || node.op === 'param';

/** A global that nobody reads needs no stores. */
function dropUnusedStores(fn: Fn, facts: Facts): boolean {
  let changed = false;
  for (const block of fn.blocks) {
    const kept = block.nodes.filter(node => node.op !== 'setglobal' || facts.globalDemand(node.value) !== 0);
    changed = changed || kept.length !== block.nodes.length;
    block.nodes = kept;
  }
  return changed;
}

/** Moves a pure value that only one branch needs into that branch, so that the other does not pay for it. */
export function sink(fn: Fn): void {
  for (const block of [...fn.blocks].reverse()) {
    const after = successors(block);
    if (after.length < 2) continue;
    for (const node of [...block.nodes].reverse()) {
      if (isOrdered(node) || node.op === 'param') continue;
      const home = soleUser(fn, node, after);
      if (!home) continue;
      block.nodes.splice(block.nodes.indexOf(node), 1);
      home.nodes.unshift(node);
      node.block = home;
    }
  }
}

/** The one successor, entered from nowhere else, in which all uses of a node lie (phis count where they come from). */
function soleUser(fn: Fn, node: Node, choices: Block[]): Block | undefined {
  const places = new Set<Block>();
  for (const block of fn.blocks) {
    for (const phi of block.phis) {
      phi.args.forEach((arg, i) => {
        if (arg === node) places.add(block.preds[i]);
      });
    }
    if (block.nodes.some(user => user.args.includes(node))) places.add(block);
    if (termArgs(block.term).includes(node)) places.add(block);
  }
  const [place] = places;
  return places.size === 1 && place.preds.length === 1 && choices.includes(place) ? place : undefined;
}
