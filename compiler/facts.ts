/**
 * What is known about every value and what is asked of it, over the whole program.
 *
 * Forward: an interval and known bits for each node, through parameters, results
 * and globals, refined by the branches that dominate a use. Backward: the bits
 * that anybody looks at. Together they turn WebAssembly's 32-bit values back into
 * the bytes that the TypeScript meant. Both analyses start from the optimistic end
 * and grow to a fixpoint, so loops do not spoil them.
 */

import {
  type Block,
  comparedMask,
  dominators,
  type Fn,
  isComparison,
  type Node,
  nodesOf,
  type Program,
} from './ir.ts';

/** Unsigned interval and known bits of a 32-bit value. `undefined` fact: never computed. */
export interface Fact {
  lo: number;
  hi: number;
  /** Bits known to be 0 and to be 1, as unsigned masks. */
  zeros: number;
  ones: number;
}

const FULL = 0xffffffff;
const ANYTHING: Fact = { lo: 0, hi: FULL, zeros: 0, ones: 0 };

/** All ones from bit 0 up to the highest bit of `x`. */
export function maskUpTo(x: number): number {
  return x === 0 ? 0 : FULL >>> Math.clz32(x);
}

function exactly(value: number): Fact {
  const unsigned = value >>> 0;
  return { lo: unsigned, hi: unsigned, zeros: ~unsigned >>> 0, ones: unsigned };
}

function between(lo: number, hi: number): Fact {
  return normal({ lo, hi, zeros: 0, ones: 0 });
}

function bits(zeros: number, ones: number): Fact {
  return normal({ lo: 0, hi: FULL, zeros: zeros >>> 0, ones: ones >>> 0 });
}

/** Lets interval and bits sharpen each other. */
function normal(fact: Fact): Fact {
  const zeros = (fact.zeros | ~maskUpTo(fact.hi)) >>> 0;
  const lo = Math.max(fact.lo, fact.ones);
  const hi = Math.min(fact.hi, ~zeros >>> 0);
  if (lo > hi) return fact;
  // equal leading bits of both ends are known
  const same = ~maskUpTo((lo ^ hi) >>> 0) >>> 0;
  return { lo, hi, zeros: (zeros | (same & ~hi)) >>> 0, ones: (fact.ones | (same & hi)) >>> 0 };
}

function join(a: Fact | undefined, b: Fact | undefined): Fact | undefined {
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

const same = (a: Fact | undefined, b: Fact | undefined): boolean =>
  a === b || (!!a && !!b && a.lo === b.lo && a.hi === b.hi && a.zeros === b.zeros && a.ones === b.ones);

/** Ends to which a growing interval jumps, so that loops come to rest. */
const THRESHOLDS = [0, 1, 3, 7, 15, 31, 63, 127, 255, 256, 511, 0xffff, 0x10000, 0xffffff, 0x7fffffff, FULL];
const PATIENCE = 24;

function widen(fact: Fact): Fact {
  return { ...fact, lo: 0, hi: THRESHOLDS.find(limit => limit >= fact.hi)! };
}

/** The fact of a pure operation from the facts of its operands. */
type Transfer = (a: Fact, b: Fact) => Fact;

const TRANSFER: Partial<Record<Node['op'], Transfer>> = {
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

/** What is known of the part of a value under a mask. */
export function restricted(fact: Fact, mask: number): Fact {
  return (fact.hi & ~mask) === 0 && fact.hi <= mask ? fact : bits(fact.zeros | ~mask, fact.ones & mask);
}

function extend(a: Fact, sign: number): Fact {
  const low = sign * 2 - 1;
  if (a.zeros & sign) return bits((a.zeros & low) | ~low, a.ones & low);
  if (a.ones & sign) return bits(a.zeros & low, a.ones | ~low);
  return bits(a.zeros & (low >>> 1), a.ones & (low >>> 1));
}

/** What the bits of an input register can be. */
const INPUT: Fact = between(0, 255);

/** The result of both analyses. */
export interface Facts {
  /** What is known of a value where it is computed. */
  of(node: Node): Fact;
  /** What is known of a value in a block: the branches that lead there count. */
  at(node: Node, block: Block): Fact;
  /** Which bits of a value anybody looks at. */
  demand(node: Node): number;
  /** Which bits of a global's register are ever looked at. */
  globalDemand(index: number): number;
  /** Which bits of a function's result any caller looks at. */
  resultDemand(fn: Fn): number;
  /** What is known of the result of a function. */
  result(fn: Fn): Fact;
}

/** Analyses the whole program. */
export function analyse(program: Program): Facts {
  const forward = new Forward(program);
  forward.run();
  const backward = new Backward(program, forward);
  backward.run();
  return {
    of: node => forward.of(node) ?? exactly(0),
    at: (node, block) => forward.at(node, block) ?? exactly(0),
    demand: node => backward.of(node),
    globalDemand: index => backward.globals[index],
    resultDemand: fn => backward.results.get(fn) ?? 0,
    result: fn => forward.results.get(fn) ?? exactly(0),
  };
}

class Forward {
  private readonly facts = new Map<Node, Fact>();
  private readonly updates = new Map<Node, number>();
  readonly results = new Map<Fn, Fact>();
  private readonly globals: (Fact | undefined)[];
  private readonly params = new Map<Node, Fact>();
  private readonly idom = new Map<Block, Block>();
  private changed = true;

  constructor(private readonly program: Program) {
    this.globals = program.globals.map(({ initial }) => exactly(initial));
    for (const fn of program.fns) for (const [block, dom] of dominators(fn)) this.idom.set(block, dom);
  }

  run(): void {
    while (this.changed) {
      this.changed = false;
      for (const fn of this.program.fns) for (const node of nodesOf(fn)) this.visit(node);
      for (const fn of this.program.fns) this.collectResult(fn);
    }
  }

  of(node: Node): Fact | undefined {
    return node.op === 'const' ? exactly(node.value) : this.facts.get(node);
  }

  /** The fact of a value as seen in `block`: every branch between its definition and here that tested it helps. */
  at(node: Node, block: Block): Fact | undefined {
    let fact = this.of(node);
    if (!fact || node.op === 'const') return fact;
    for (let here: Block | undefined = block; here && here !== node.block; here = this.idom.get(here)) {
      fact = this.refineByEdge(node, fact, here);
    }
    return fact;
  }

  private refineByEdge(node: Node, fact: Fact, block: Block): Fact {
    if (block.preds.length !== 1) return fact;
    return refine(node, fact, block.preds[0], block, other => this.of(other));
  }

  private visit(node: Node): void {
    if (node.op === 'call') this.joinParams(node);
    const next = this.compute(node);
    if (!next) return;
    this.update(node, next);
    if (node.op === 'setglobal') this.joinGlobal(node.value, next);
  }

  private update(node: Node, computed: Fact): void {
    const old = this.facts.get(node);
    let next = join(old, computed)!;
    if (same(old, next)) return;
    const count = (this.updates.get(node) ?? 0) + 1;
    this.updates.set(node, count);
    if (count > PATIENCE) next = widen(next);
    this.facts.set(node, next);
    this.changed = true;
  }

  private joinGlobal(index: number, fact: Fact): void {
    const next = join(this.globals[index], fact)!;
    if (same(this.globals[index], next)) return;
    // globals grow at once: a counter kept in one would climb step by step
    this.globals[index] = { ...next, lo: 0, hi: maskUpTo(next.hi) };
    this.changed = true;
  }

  private joinParams(call: Node): void {
    call.callee!.params.forEach((param, i) => {
      const next = join(this.params.get(param), this.at(call.args[i], call.block));
      if (!next || same(this.params.get(param), next)) return;
      this.params.set(param, next);
      this.changed = true;
    });
  }

  private collectResult(fn: Fn): void {
    for (const block of fn.blocks) {
      if (block.term.kind !== 'return' || !block.term.value) continue;
      const next = join(this.results.get(fn), this.at(block.term.value, block));
      if (!next || same(this.results.get(fn), next)) continue;
      this.results.set(fn, next);
      this.changed = true;
    }
  }

  private compute(node: Node): Fact | undefined {
    switch (node.op) {
      case 'const':
        return exactly(node.value);
      case 'param':
        // an exported function is called from outside with anything
        return this.params.get(node);
      case 'phi':
        return this.phi(node);
      case 'in':
        return INPUT;
      case 'bit':
        return between(0, 1);
      case 'getglobal':
        return this.globals[node.value];
      case 'setglobal':
        return this.at(node.args[0], node.block);
      case 'call':
        return this.results.get(node.callee!) ?? (node.callee!.hasResult ? undefined : exactly(0));
      default:
        return this.pure(node);
    }
  }

  private pure(node: Node): Fact | undefined {
    const transfer = TRANSFER[node.op];
    if (!transfer) return exactly(0);
    let facts = node.args.map(arg => this.at(arg, node.block));
    if (facts.some(fact => !fact)) return undefined;
    if (isComparison(node)) facts = facts.map(fact => restricted(fact!, comparedMask(node)));
    return normal(transfer(facts[0]!, facts[1] ?? facts[0]!));
  }

  private phi(node: Node): Fact | undefined {
    let fact: Fact | undefined;
    node.args.forEach((arg, i) => {
      const pred = node.block.preds[i];
      const incoming = this.at(arg, pred);
      if (incoming)
        fact = join(
          fact,
          refine(arg, incoming, pred, node.block, other => this.of(other)),
        );
    });
    return fact;
  }
}

/** Sharpens a fact with the branch that ends `pred`, when it leads to `block` one way only. */
function refine(
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
  const whole = (value: Fact | undefined) => !!value && (value.hi & ~mask) === 0 && value.hi <= mask;
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

class Backward {
  private readonly demands = new Map<Node, number>();
  readonly globals: number[];
  readonly results = new Map<Fn, number>();
  private changed = true;

  constructor(
    private readonly program: Program,
    private readonly forward: Forward,
  ) {
    this.globals = program.globals.map(() => 0);
  }

  run(): void {
    while (this.changed) {
      this.changed = false;
      for (const fn of this.program.fns) {
        for (const block of [...fn.blocks].reverse()) this.visitBlock(fn, block);
      }
    }
  }

  of(node: Node): number {
    return this.demands.get(node) ?? 0;
  }

  private visitBlock(fn: Fn, block: Block): void {
    const { term } = block;
    if (term.kind === 'branch') this.ask(term.cond, 1);
    if (term.kind === 'return' && term.value) this.ask(term.value, this.results.get(fn) ?? 0);
    for (const node of [...block.nodes].reverse()) this.visit(node);
    for (const node of block.phis) this.visit(node);
  }

  private ask(node: Node, mask: number): void {
    const old = this.of(node);
    const next = (old | mask) >>> 0;
    if (next === old) return;
    this.demands.set(node, next);
    this.changed = true;
  }

  private visit(node: Node): void {
    const asked = this.of(node);
    switch (node.op) {
      case 'setglobal':
        this.ask(node.args[0], this.globals[node.value]);
        return;
      case 'getglobal':
        if ((this.globals[node.value] | asked) >>> 0 !== this.globals[node.value]) {
          this.globals[node.value] = (this.globals[node.value] | asked) >>> 0;
          this.changed = true;
        }
        return;
      case 'call':
        this.visitCall(node, asked);
        return;
      case 'out':
        this.ask(node.args[0], 0xff);
        return;
      default:
        if (asked === 0) return;
        for (const [i, arg] of node.args.entries()) this.ask(arg, this.argDemand(node, i, asked));
    }
  }

  private visitCall(node: Node, asked: number): void {
    const callee = node.callee!;
    const known = this.results.get(callee) ?? 0;
    if ((known | asked) >>> 0 !== known) {
      this.results.set(callee, (known | asked) >>> 0);
      this.changed = true;
    }
    for (const [i, param] of callee.params.entries()) this.ask(node.args[i], this.of(param));
  }

  /** Which bits of operand `i` the demanded bits of a pure node depend on. */
  private argDemand(node: Node, i: number, asked: number): number {
    // only a constant may excuse the other side: two facts could excuse each other
    const other = node.args[1 - i]?.op === 'const' ? this.forward.of(node.args[1 - i]) : undefined;
    switch (node.op) {
      case 'phi':
        return asked;
      case 'add':
      case 'sub':
      case 'mul':
        return maskUpTo(asked);
      case 'and':
        return other ? (asked & ~other.zeros) >>> 0 : asked;
      case 'or':
        return other ? (asked & ~other.ones) >>> 0 : asked;
      case 'xor':
        return asked;
      case 'shl':
      case 'shr_u':
      case 'shr_s':
        return i === 1 ? 31 : this.shiftDemand(node, asked);
      case 'extend8_s':
        return ((asked & 0xff) | (asked > 0xff ? 0x80 : 0)) >>> 0;
      case 'extend16_s':
        return ((asked & 0xffff) | (asked > 0xffff ? 0x8000 : 0)) >>> 0;
      default:
        return isComparison(node) ? comparedMask(node) : FULL;
    }
  }

  private shiftDemand(node: Node, asked: number): number {
    const count = this.forward.of(node.args[1]);
    if (!count || count.lo !== count.hi) return node.op === 'shl' ? maskUpTo(asked) : FULL;
    const by = count.lo & 31;
    if (node.op === 'shl') return asked >>> by;
    const moved = (asked << by) >>> 0;
    const reachesSign = node.op === 'shr_s' && by > 0 && asked >>> (31 - by) !== 0;
    return (moved | (reachesSign ? 0x80000000 : 0)) >>> 0;
  }
}

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
