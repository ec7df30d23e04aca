/**
 * From values to instructions: each node becomes the part's instructions for the
 * bytes that are needed, over virtual registers.
 *
 * needs:  expanded functions and the facts about them
 * leaves: machine blocks; a branch whose condition is a comparison, a bit or a pin
 *         ends its block as a test and never becomes a number
 * keeps:  the order of effects
 *
 * emitter.ts describes values by their bytes; select-values.ts has the arithmetic,
 * select-tests.ts the conditions.
 */

import { delayRegisters } from './delay.ts';
import { type Bytes, Shared, ZERO } from './emitter.ts';
import type { Facts } from './facts.ts';
import { type Block, type Fn, isComparison, isOrdered, type Node, type Program, termArgs } from './ir.ts';
import { instr, type MBlock, type MProgram, type Reg, type Test } from './mir.ts';
import { TestRules } from './select-tests.ts';
import type { PlaceOf } from './source-lines.ts';

/** I/O address of SREG, the same on every AVR (AT90S1200 datasheet 0838H, register summary). */
const SREG = 0x3f;

/** Selects instructions for the whole program. `entry` is where reset leads. */
export function select(
  program: Program,
  facts: Facts,
  entry: Fn,
  vectors: Map<Fn, number>,
  placeOf: PlaceOf,
): MProgram {
  const shared = new Shared(program, facts, vectors);
  for (const fn of program.fns) new Selection(shared, fn).run();
  const main = shared.machine(entry);
  shared.initialise(main);
  const fns = program.fns.map(fn => shared.machine(fn));
  return {
    fns,
    entry: main,
    regs: shared.regs,
    globals: shared.globals.flat().filter(r => r !== undefined),
    placeOf,
  };
}

class Selection extends TestRules {
  /** Registers into which predecessors put the arguments of a phi. */
  private readonly arrivals = new Map<Node, (Reg | undefined)[]>();
  private readonly blocks = new Map<Block, MBlock>();
  private readonly needed = new Set<Node>();
  /** Where an interrupt handler keeps SREG. */
  private status: Reg | undefined;

  run(): void {
    this.findNeeded();
    for (const block of this.fn.blocks) {
      const made: MBlock = { id: ++this.shared.blocks, instrs: [], term: { kind: 'return', at: 0 } };
      this.blocks.set(block, made);
      this.machine.blocks.push(made);
      for (const phi of this.phisOf(block)) this.arrivals.set(phi, this.registersOf(phi));
    }
    if (this.machine.vector !== undefined) this.saveStatus();
    for (const block of this.fn.blocks) this.selectBlock(block);
    for (const block of this.fn.blocks) this.finishBlock(block);
  }

  /** An interrupt may come between a comparison and its branch: the handler gives SREG back as it was. */
  private saveStatus(): void {
    this.status = this.newReg();
    this.blocks.get(this.fn.blocks[0])!.instrs.push(instr('in', this.fn.at, { d: this.status, k: SREG }));
  }

  // --- which nodes become instructions --------------------------------------

  /** A comparison, and a mask that only picks the bit of a test, are folded into the branch. */
  private findNeeded(): void {
    const work: Node[] = [];
    const need = (node: Node) => {
      if (this.needed.has(node)) return;
      this.needed.add(node);
      work.push(node);
    };
    for (const block of this.fn.blocks) {
      for (const node of block.nodes) if (isOrdered(node) && node.op !== 'getglobal') need(node);
      const { term } = block;
      if (term.kind === 'branch') this.conditionInputs(term.cond, block).forEach(need);
      else termArgs(term).forEach(need);
    }
    for (let node = work.pop(); node; node = work.pop()) node.args.forEach(need);
  }

  /** The phis of a block whose value somebody needs. */
  private phisOf(block: Block): Node[] {
    return block.phis.filter(phi => this.needed.has(phi));
  }

  /** The values that the test for a condition reads. */
  private conditionInputs(cond: Node, block: Block): Node[] {
    if (cond.op === 'bit') return [];
    const bit = this.asBit(cond, block);
    if (bit) return [bit.node];
    return isComparison(cond) ? cond.args : [cond];
  }

  private selectBlock(block: Block): void {
    this.code = this.blocks.get(block)!.instrs;
    for (const phi of this.phisOf(block)) {
      this.at = phi.at;
      const arrival = this.arrivals.get(phi)!;
      const own = arrival.map(reg => (reg === undefined ? undefined : this.fresh({ reg })));
      this.values.set(phi, this.asBytes(phi, own));
    }
    const shift = this.decidingShift(block);
    for (const node of block.nodes) if (this.needed.has(node) && node !== shift) this.compute(node);
    if (shift) this.compute(shift);
  }

  private compute(node: Node): void {
    this.at = node.at;
    const bytes = this.node(node);
    if (bytes) this.values.set(node, this.withKnown(node, bytes));
  }

  /**
   * The shift by one that moves the bit into the carry for which the branch asks. It comes
   * last in its block, and the branch looks at the carry.
   */
  private decidingShift(block: Block): Node | undefined {
    const { term } = block;
    const asked = term.kind === 'branch' && term.cond.op !== 'bit' ? this.asBit(term.cond, block) : undefined;
    if (!asked) return undefined;
    return block.nodes.find(
      node =>
        (node.op === 'shl' || node.op === 'shr_u') &&
        node.args[0] === asked.node &&
        node.args[1].value === 1 &&
        this.needed.has(node) &&
        asked.bit === (node.op === 'shl' ? 8 * this.width(node) - 1 : 0) &&
        !block.nodes.some(user => user.args.includes(node)),
    );
  }

  private node(node: Node): Bytes | undefined {
    const rule = this.rules[node.op];
    if (!rule) throw new Error(`no rule for ${node.op}`);
    return rule(node);
  }

  private readonly rules: Partial<Record<Node['op'], (node: Node) => Bytes | undefined>> = {
    param: node =>
      this.asBytes(
        node,
        this.machine.params[node.value].map(reg => this.copied(reg)),
      ),
    getglobal: node =>
      this.asBytes(
        node,
        this.shared.globals[node.value].map((reg, i) => (this.asks(node, i) ? this.copied(reg) : undefined)),
      ),
    setglobal: node => this.setGlobal(node),
    call: node => this.call(node),
    in: node => {
      const d = this.newReg();
      this.emit('in', { d, k: node.value });
      return [{ reg: d }, ZERO, ZERO, ZERO];
    },
    out: node => void this.emit('out', { d: this.held(this.byte(node.args[0], 0)), k: node.value }),
    sbi: node => void this.emit('sbi', { k: node.value, b: node.bit }),
    cbi: node => void this.emit('cbi', { k: node.value, b: node.bit }),
    bit: node => this.unaskedPin(node),
    delay: node => void this.delay(node),
    mark: node => void this.emit('mark', { k: node.value, b: node.bit }),
    nop: () => void this.emit('nop'),
    sleep: () => void this.emit('sleep'),
    wdr: () => void this.emit('wdr'),
    sei: () => void this.emit('sei'),
    cli: () => void this.emit('cli'),
    add: node => this.add(node),
    sub: node => this.sub(node),
    and: node => this.bitwise(node),
    or: node => this.bitwise(node),
    xor: node => this.bitwise(node),
    shl: node => this.shiftLeft(node),
    shr_u: node => this.shiftRight(node),
    shr_s: node => this.shiftRight(node),
    extend8_s: node => this.extend(node, 1),
    extend16_s: node => this.extend(node, 2),
  };

  /** A value that arrives in a shared register is copied at once; the allocator makes the copy vanish. */
  private copied(reg: Reg | undefined): Reg | undefined {
    return reg === undefined ? undefined : this.fresh({ reg });
  }

  private setGlobal(node: Node): undefined {
    this.shared.globals[node.value].forEach((reg, i) => {
      if (reg !== undefined) this.move(reg, this.byte(node.args[0], i));
    });
  }

  private call(node: Node): Bytes | undefined {
    const callee = this.shared.machine(node.callee!);
    callee.params.forEach((regs, p) => {
      regs.forEach((reg, i) => {
        if (reg !== undefined) this.move(reg, this.byte(node.args[p], i));
      });
    });
    this.emit('rcall', { callee });
    if (!node.callee!.hasResult) return undefined;
    return this.asBytes(
      node,
      callee.result.map((reg, i) => (this.asks(node, i) ? this.copied(reg) : undefined)),
    );
  }

  /** A pin that steers the branch is read by the test; one that nobody asks about is read all the same. */
  private unaskedPin(node: Node): undefined {
    const { term } = node.block;
    if (term.kind !== 'branch' || term.cond !== node) this.emit('in', { d: this.newReg(), k: node.value });
  }

  private delay(node: Node): void {
    const scratch = Array.from({ length: delayRegisters(node.value) }, () => this.newReg());
    this.emit('delay', { k: node.value, scratch });
  }

  // --- ends of blocks ---------------------------------------------------------

  private finishBlock(block: Block): void {
    const made = this.blocks.get(block)!;
    this.code = made.instrs;
    const { term } = block;
    if (term.kind === 'jump') {
      this.passArguments(block, term.to);
      made.term = { kind: 'jump', to: this.blocks.get(term.to)! };
    } else if (term.kind === 'return') {
      this.at = term.at;
      this.returnValue(term.value);
      made.term = { kind: 'return', at: term.at };
    } else if (term.kind === 'unreachable') {
      made.term = { kind: 'jump', to: made };
    } else this.branch(block, made, term);
  }

  private returnValue(value: Node | undefined): void {
    if (this.status !== undefined) this.emit('out', { d: this.status, k: SREG });
    if (!value) return;
    this.machine.result.forEach((reg, i) => {
      if (reg !== undefined) this.move(reg, this.byte(value, i));
    });
  }

  /** What the phis of the next block expect; arrival registers are read nowhere else, so the order is free. */
  private passArguments(from: Block, to: Block): void {
    const index = to.preds.indexOf(from);
    for (const phi of this.phisOf(to)) {
      this.at = phi.at;
      this.arrivals.get(phi)!.forEach((reg, i) => {
        if (reg !== undefined) this.move(reg, this.byte(phi.args[index], i));
      });
    }
  }

  private branch(block: Block, made: MBlock, term: Extract<Block['term'], { kind: 'branch' }>): void {
    this.at = term.at;
    const { test, positive } = this.condition(term.cond, block);
    const then = this.edge(block, term.then);
    const otherwise = this.edge(block, term.else);
    made.term = {
      kind: 'test',
      test,
      then: positive ? then : otherwise,
      else: positive ? otherwise : then,
      at: term.at,
    };
  }

  /** An edge to a block with phis needs a place for their arguments when the block ends in a choice. */
  private edge(from: Block, to: Block): MBlock {
    const target = this.blocks.get(to)!;
    if (this.phisOf(to).every(phi => this.arrivals.get(phi)!.every(reg => reg === undefined))) return target;
    const bridge: MBlock = { id: ++this.shared.blocks, instrs: [], term: { kind: 'jump', to: target } };
    this.machine.blocks.push(bridge);
    const code = this.code;
    this.code = bridge.instrs;
    this.passArguments(from, to);
    this.code = code;
    return bridge;
  }

  private condition(cond: Node, block: Block): { test: Test; positive: boolean } {
    if (cond.op === 'bit') return { test: this.pinTest(cond), positive: true };
    const bit = this.asBit(cond, block);
    if (bit && this.decidingShift(block)) return { test: { kind: 'carry' }, positive: bit.set };
    if (bit) return this.bitTest(bit);
    const [a, b] = cond.args;
    const negative = cond.op === 'ne' || cond.op === 'le_u' || cond.op === 'le_s';
    // a <= b is not (b < a)
    const swap = cond.op === 'le_u' || cond.op === 'le_s';
    return { test: swap ? this.compare(cond, b, a) : this.compare(cond, a, b), positive: !negative };
  }
}
