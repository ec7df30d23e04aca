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
  between,
  exactly,
  type Fact,
  FULL,
  join,
  maskUpTo,
  normal,
  PATIENCE,
  refine,
  restricted,
  same,
  TRANSFER,
  widen,
} from './fact.ts';
import {
  type Block,
  comparedMask,
  dominators,
  type Fn,
  isComparison,
  lastId,
  type Node,
  nodesOf,
  type Program,
} from './ir.ts';

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
  /** By the number of the node: the analyses ask for little else. */
  private readonly facts = new Array<Fact | undefined>(lastId() + 1);
  private readonly updates = new Uint8Array(lastId() + 1);
  readonly results = new Map<Fn, Fact>();
  private readonly globals: (Fact | undefined)[];
  private readonly params = new Map<Node, Fact>();
  private readonly idom = new Map<Block, Block>();
  /** For each value that a branch compares, the blocks to which such a branch leads. */
  private readonly compared = new Map<Node, Set<Block>>();
  private changed = true;

  constructor(private readonly program: Program) {
    this.globals = program.globals.map(({ initial }) => exactly(initial));
    for (const fn of program.fns) {
      for (const [block, dom] of dominators(fn)) this.idom.set(block, dom);
      for (const { term } of fn.blocks) {
        if (term.kind !== 'branch') continue;
        for (const value of term.cond.args) {
          const known = this.compared.get(value) ?? new Set();
          this.compared.set(value, known.add(term.then).add(term.else));
        }
      }
    }
  }

  run(): void {
    while (this.changed) {
      this.changed = false;
      for (const fn of this.program.fns) for (const node of nodesOf(fn)) this.visit(node);
      for (const fn of this.program.fns) this.collectResult(fn);
    }
  }

  of(node: Node): Fact | undefined {
    const known = this.facts[node.id];
    if (known || node.op !== 'const') return known;
    return (this.facts[node.id] = exactly(node.value));
  }

  /** The fact of a value as seen in `block`: every branch between its definition and here that tested it helps. */
  at(node: Node, block: Block): Fact | undefined {
    let fact = this.of(node);
    const compared = this.compared.get(node);
    if (!fact || !compared || node.op === 'const') return fact;
    for (let here: Block | undefined = block; here && here !== node.block; here = this.idom.get(here)) {
      if (compared.has(here)) fact = this.refineByEdge(node, fact, here);
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
    const old = this.facts[node.id];
    let next = join(old, computed)!;
    if (same(old, next)) return;
    if (this.updates[node.id] === PATIENCE) next = widen(next);
    else this.updates[node.id]++;
    this.facts[node.id] = next;
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

class Backward {
  private readonly demands = new Uint32Array(lastId() + 1);
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
    return this.demands[node.id] ?? 0;
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
    this.demands[node.id] = next;
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
