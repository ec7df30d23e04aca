/**
 * From values to instructions: each node becomes the part's instructions for the
 * bytes that are needed, over virtual registers.
 *
 * needs:  expanded functions and the facts about them
 * leaves: machine blocks; a branch whose condition is a comparison, a bit or a pin
 *         ends its block as a test and never becomes a number
 * keeps:  the order of effects
 *
 * A value is described before it is placed: each of its bytes is a constant, a
 * register, or another value's byte. Masks, shifts by whole bytes and extensions
 * therefore cost nothing.
 */

import { delayRegisters } from './delay.ts';
import type { Fact } from './fact.ts';
import type { Facts } from './facts.ts';
import {
  type Block,
  comparedMask,
  type Fn,
  isComparison,
  isOrdered,
  type Node,
  type Program,
  termArgs,
} from './ir.ts';
import { type Instr, instr, type MBlock, type MFn, type MProgram, type Reg, type Test } from './mir.ts';
import type { PlaceOf } from './source-lines.ts';

/** One byte of a value: known, or in a register. */
type Byte = { k: number; reg?: undefined } | { reg: Reg; k?: undefined };
/** The bytes of a value, lowest first; undefined where nobody looks. */
type Bytes = (Byte | undefined)[];

const ZERO: Byte = { k: 0 };

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

/** What all functions share: registers are numbered over the whole program. */
class Shared {
  regs = 0;
  blocks = 0;
  readonly globals: (Reg | undefined)[][];
  private readonly machines = new Map<Fn, MFn>();

  constructor(
    readonly program: Program,
    readonly facts: Facts,
    private readonly vectors: Map<Fn, number>,
  ) {
    this.globals = program.globals.map((_, i) => this.registersFor(facts.globalDemand(i)));
  }

  newReg(): Reg {
    return this.regs++;
  }

  /** One register for each byte in which a mask has a bit. */
  registersFor(mask: number): (Reg | undefined)[] {
    return [0, 1, 2, 3].map(i => (byteOf(mask, i) !== 0 ? this.newReg() : undefined));
  }

  machine(fn: Fn): MFn {
    let machine = this.machines.get(fn);
    if (!machine) {
      machine = {
        name: fn.name,
        at: fn.at,
        blocks: [],
        params: fn.params.map(param => this.registersFor(this.facts.demand(param))),
        result: fn.hasResult ? this.registersFor(this.facts.resultDemand(fn)) : [],
        vector: this.vectors.get(fn),
      };
      // what is known of every call needs no register
      for (const [i, param] of fn.params.entries())
        clearKnown(machine.params[i], this.facts.of(param), this.facts.demand(param));
      clearKnown(machine.result, this.facts.result(fn), this.facts.resultDemand(fn));
      this.machines.set(fn, machine);
    }
    return machine;
  }

  /** Globals get their initial values at reset. */
  initialise(main: MFn): void {
    const code: Instr[] = [];
    this.program.globals.forEach(({ initial }, i) => {
      this.globals[i].forEach((reg, byte) => {
        if (reg !== undefined) code.push(instr('ldi', main.at, { d: reg, k: byteOf(initial, byte) }));
      });
    });
    main.blocks[0].instrs.unshift(...code);
  }
}

const byteOf = (value: number, i: number): number => (value >>> (8 * i)) & 0xff;

/** The constant a byte is known to be in all its demanded bits, or undefined. */
function knownByte(fact: Fact, demand: number, i: number): number | undefined {
  const asked = byteOf(demand, i);
  if (asked === 0) return undefined;
  const known = byteOf(fact.zeros, i) | byteOf(fact.ones, i);
  return (asked & ~known) === 0 ? byteOf(fact.ones, i) : undefined;
}

function clearKnown(regs: (Reg | undefined)[], fact: Fact, demand: number): void {
  regs.forEach((_, i) => {
    if (knownByte(fact, demand, i) !== undefined) regs[i] = undefined;
  });
}

class Selection {
  private readonly facts: Facts;
  private readonly machine: MFn;
  private readonly values = new Map<Node, Bytes>();
  /** Registers into which predecessors put the arguments of a phi. */
  private readonly arrivals = new Map<Node, (Reg | undefined)[]>();
  private readonly blocks = new Map<Block, MBlock>();
  private readonly needed = new Set<Node>();
  /** Where an interrupt handler keeps SREG. */
  private status: Reg | undefined;
  private code: Instr[] = [];
  private at = 0;

  constructor(
    private readonly shared: Shared,
    private readonly fn: Fn,
  ) {
    this.facts = shared.facts;
    this.machine = shared.machine(fn);
  }

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

  /** A condition that asks for one bit of a value. `set`: true when the bit is 1. */
  private asBit(cond: Node, block: Block): { node: Node; bit: number; set: boolean } | undefined {
    const [a, b] = cond.args;
    if ((cond.op === 'eq' || cond.op === 'ne') && b.op === 'const') {
      const masked = maskedBit(a);
      const equal = cond.op === 'eq';
      if (!masked || ((comparedMask(cond) >>> masked.bit) & 1) === 0) return undefined;
      if (b.value === 0) return { ...masked, set: !equal };
      return b.value >>> 0 === 2 ** masked.bit ? { ...masked, set: equal } : undefined;
    }
    return this.asSignBit(cond, block);
  }

  /** x < 128 asks for bit 7 of a byte; x < 0 for the sign. */
  private asSignBit(cond: Node, block: Block): { node: Node; bit: number; set: boolean } | undefined {
    const [a, b] = cond.args;
    const below = cond.op === 'lt_u' || cond.op === 'lt_s';
    if (!below && cond.op !== 'le_u') return undefined;
    const [node, bound] = below ? [a, b] : [b, a];
    if (bound.op !== 'const') return undefined;
    if (cond.op === 'lt_s') {
      if (bound.value !== 0) return undefined;
      return node.op === 'extend8_s'
        ? { node: node.args[0], bit: 7, set: true }
        : { node, bit: 31, set: true };
    }
    const mask = comparedMask(cond);
    const limit = (bound.value & mask) >>> 0;
    const top = Math.log2(limit);
    if (!Number.isInteger(top) || Math.min(mask, this.facts.at(node, block).hi) >= 2 * limit)
      return undefined;
    return { node, bit: top, set: !below };
  }

  // --- emitting ---------------------------------------------------------------

  private emit(op: string, fields: Partial<Instr> = {}): void {
    this.code.push(instr(op, this.at, fields));
  }

  private newReg(): Reg {
    return this.shared.newReg();
  }

  private demand(node: Node): number {
    return this.facts.demand(node);
  }

  private asks(node: Node, i: number): boolean {
    return byteOf(this.demand(node), i) !== 0;
  }

  private known(node: Node, i: number): number | undefined {
    return knownByte(this.facts.of(node), this.demand(node), i);
  }

  /** Fresh registers for the demanded bytes of a node that are not known. */
  private registersOf(node: Node): (Reg | undefined)[] {
    return [0, 1, 2, 3].map(i =>
      this.asks(node, i) && this.known(node, i) === undefined ? this.newReg() : undefined,
    );
  }

  /** Registers as bytes; what is known takes the place of a register. */
  private asBytes(node: Node, regs: (Reg | undefined)[]): Bytes {
    return regs.map((reg, i) => {
      if (!this.asks(node, i)) return undefined;
      const k = this.known(node, i);
      return k !== undefined ? { k } : reg === undefined ? undefined : { reg };
    });
  }

  private bytes(node: Node): Bytes {
    if (node.op === 'const') return [0, 1, 2, 3].map(i => ({ k: byteOf(node.value, i) }));
    const bytes = this.values.get(node);
    if (!bytes) throw new Error(`%${node.id} ${node.op} is read before it is computed`);
    return bytes;
  }

  /** A byte of a value; bytes that nobody asked for read as zero. */
  private byte(node: Node, i: number): Byte {
    return this.bytes(node)[i] ?? ZERO;
  }

  /** Puts a byte into a given register. */
  private move(to: Reg, from: Byte): void {
    if (from.reg !== undefined) this.emit('mov', { d: to, r: from.reg });
    else this.emit('ldi', { d: to, k: from.k });
  }

  /** A register of its own that holds the byte and may be changed. */
  private fresh(from: Byte): Reg {
    const reg = this.newReg();
    this.move(reg, from);
    return reg;
  }

  /** Some register that holds the byte; it must not be changed. */
  private held(from: Byte): Reg {
    return from.reg ?? this.fresh(from);
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

  private withKnown(node: Node, bytes: Bytes): Bytes {
    return bytes.map((byte, i) => {
      if (!this.asks(node, i)) return byte;
      const k = this.known(node, i);
      return k === undefined ? byte : { k };
    });
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

  /** How many bytes from the lowest a carry chain has to compute. */
  private width(node: Node): number {
    return 4 - Math.floor(Math.clz32(this.demand(node)) / 8);
  }

  private add(node: Node): Bytes {
    const [a, b] = node.args;
    if (b.op === 'const') return this.addConstant(node, a, b.value);
    const width = this.width(node);
    const result: Bytes = [];
    let carry = false;
    for (let i = 0; i < width; i++) {
      const [x, y] = this.ordered(this.byte(a, i), this.byte(b, i));
      if (!carry && y.k === 0) {
        result.push(x);
        continue;
      }
      const other = this.held(y);
      const d = this.fresh(x);
      this.emit(carry ? 'adc' : 'add', { d, r: other });
      result.push({ reg: d });
      carry = true;
    }
    return result;
  }

  /** A known byte goes second. */
  private ordered(x: Byte, y: Byte): [Byte, Byte] {
    return x.reg === undefined && y.reg !== undefined ? [y, x] : [x, y];
  }

  /** Adding is subtracting the negative: the part has SUBI and SBCI, but no ADDI. */
  private addConstant(node: Node, a: Node, value: number): Bytes {
    const width = this.width(node);
    const result: Bytes = [];
    let borrow = false;
    for (let i = 0; i < width; i++) {
      const k = byteOf(-value, i);
      if (!borrow && k === 0) {
        result.push(this.byte(a, i));
        continue;
      }
      const d = this.fresh(this.byte(a, i));
      const alone = !borrow && i === width - 1;
      if (alone && k === 0xff) this.emit('inc', { d });
      else if (alone && k === 1) this.emit('dec', { d });
      else this.emit(borrow ? 'sbci' : 'subi', { d, k });
      result.push({ reg: d });
      borrow = true;
    }
    return result;
  }

  private sub(node: Node): Bytes {
    const [a, b] = node.args;
    const width = this.width(node);
    const result: Bytes = [];
    let borrow = false;
    for (let i = 0; i < width; i++) {
      const x = this.byte(a, i);
      const y = this.byte(b, i);
      if (!borrow && y.k === 0) {
        result.push(x);
        continue;
      }
      if (width === 1 && x.k === 0) {
        const d = this.fresh(y);
        this.emit('neg', { d });
        return [{ reg: d }];
      }
      const other = y.reg;
      const d = this.fresh(x);
      if (other !== undefined) this.emit(borrow ? 'sbc' : 'sub', { d, r: other });
      else this.emit(borrow ? 'sbci' : 'subi', { d, k: y.k! });
      result.push({ reg: d });
      borrow = true;
    }
    return result;
  }

  private bitwise(node: Node): Bytes {
    const [a, b] = node.args;
    return [0, 1, 2, 3].map(i => {
      if (!this.asks(node, i)) return undefined;
      const [x, y] = this.ordered(this.byte(a, i), this.byte(b, i));
      if (y.reg === undefined) return this.bitwiseConstant(node.op, x, y.k, byteOf(this.demand(node), i));
      const d = this.fresh(x);
      this.emit(node.op === 'xor' ? 'eor' : node.op, { d, r: y.reg });
      return { reg: d };
    });
  }

  private bitwiseConstant(op: Node['op'], x: Byte, k: number, asked: number): Byte {
    if (x.reg === undefined) return { k: op === 'and' ? x.k & k : op === 'or' ? x.k | k : x.k ^ k };
    if (op === 'and') {
      if ((asked & ~k) === 0) return x;
      if ((asked & k) === 0) return ZERO;
    } else if ((asked & k) === 0) return x;
    if (op === 'or' && (asked & ~k) === 0) return { k };
    const d = this.fresh(x);
    if (op === 'and') this.emit('andi', { d, k });
    else if (op === 'or') this.emit('ori', { d, k });
    else if ((asked & ~k) === 0) this.emit('com', { d });
    else if ((asked & k) === 0x80) this.emit('subi', { d, k: 0x80 });
    else {
      const other = this.fresh({ k });
      this.emit('eor', { d, r: other });
    }
    return { reg: d };
  }

  private shiftLeft(node: Node): Bytes {
    const by = node.args[1].value & 31;
    const [whole, part] = [by >> 3, by & 7];
    const width = this.width(node);
    const source = (i: number): Byte => (i < whole ? ZERO : this.byte(node.args[0], i - whole));
    if (part === 0) return Array.from({ length: width }, (_, i) => source(i));
    const regs: Reg[] = [];
    for (let i = whole; i < width; i++) regs.push(this.fresh(source(i)));
    if (regs.length === 1) this.shiftByteLeft(regs[0], part, byteOf(this.demand(node), whole));
    else for (let n = 0; n < part; n++) this.chain(regs, 'lsl', 'rol');
    return Array.from({ length: width }, (_, i) => (i < whole ? ZERO : { reg: regs[i - whole] }));
  }

  private chain(regs: Reg[], first: string, rest: string): void {
    regs.forEach((d, i) => {
      this.emit(i === 0 ? first : rest, { d });
    });
  }

  private shiftByteLeft(d: Reg, by: number, asked: number): void {
    if (by === 7) {
      this.emit('lsr', { d });
      this.emit('clr', { d });
      // CLR leaves the carry alone
      this.emit('ror', { d });
      return;
    }
    const swapped = by >= 4;
    if (swapped) this.emit('swap', { d });
    if (swapped && asked & (0x0f << (by - 4))) this.emit('andi', { d, k: 0xf0 });
    for (let n = swapped ? 4 : 0; n < by; n++) this.emit('lsl', { d });
  }

  private shiftRight(node: Node): Bytes {
    const [a] = node.args;
    const by = node.args[1].value & 31;
    const [whole, part] = [by >> 3, by & 7];
    const width = this.width(node);
    if (node.op === 'shr_s' && a.op === 'extend8_s' && width === 1 && whole === 0) {
      const d = this.fresh(this.byte(a, 0));
      for (let n = 0; n < part; n++) this.emit('asr', { d });
      return [{ reg: d }];
    }
    const arithmetic = node.op === 'shr_s';
    const above = arithmetic ? this.signOf(a) : ZERO;
    const source = (i: number): Byte => (i + whole > 3 ? above : this.byte(a, i + whole));
    if (part === 0) return Array.from({ length: width }, (_, i) => source(i));
    // bits come down from one byte above the result; known zeros on top need no shifting
    let top = Math.min(width, 3 - whole);
    while (top > 0 && source(top).k === 0) top--;
    const regs: Reg[] = [];
    for (let i = top; i >= 0; i--) regs.push(this.fresh(source(i)));
    const first = arithmetic && top + whole === 3 ? 'asr' : 'lsr';
    if (regs.length === 1 && first === 'lsr')
      this.shiftByteRight(regs[0], part, byteOf(this.demand(node), 0));
    else for (let n = 0; n < part; n++) this.chain(regs, first, 'ror');
    return Array.from({ length: width }, (_, i) =>
      i <= top ? { reg: regs[top - i] } : i + whole > 3 ? above : ZERO,
    );
  }

  private shiftByteRight(d: Reg, by: number, asked: number): void {
    if (by === 7) {
      this.emit('lsl', { d });
      this.emit('clr', { d });
      this.emit('rol', { d });
      return;
    }
    const swapped = by >= 4;
    if (swapped) this.emit('swap', { d });
    if (swapped && asked & (0xf0 >> (by - 4))) this.emit('andi', { d, k: 0x0f });
    for (let n = swapped ? 4 : 0; n < by; n++) this.emit('lsr', { d });
  }

  /** 00 or FF, as the top bit of the value says. */
  private signOf(node: Node): Byte {
    const top = this.byte(node, 3);
    if (top.reg === undefined) return { k: top.k & 0x80 ? 0xff : 0 };
    return this.signByte(top.reg);
  }

  private signByte(from: Reg): Byte {
    const d = this.fresh({ reg: from });
    this.emit('lsl', { d });
    // d - d - carry is 0 or -1
    this.emit('sbc', { d, r: d });
    return { reg: d };
  }

  private extend(node: Node, from: number): Bytes {
    const low = Array.from({ length: from }, (_, i) => this.byte(node.args[0], i));
    const wide = [1, 2, 3].some(i => i >= from && this.asks(node, i));
    const top = low[from - 1];
    const sign = !wide
      ? ZERO
      : top.reg === undefined
        ? { k: top.k & 0x80 ? 0xff : 0 }
        : this.signByte(top.reg);
    return [0, 1, 2, 3].map(i => (i < from ? low[i] : sign));
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

  private bitTest({ node, bit, set }: { node: Node; bit: number; set: boolean }): {
    test: Test;
    positive: boolean;
  } {
    const byte = this.byte(node, bit >> 3);
    return { test: { kind: 'bit', reg: this.held(byte), bit: bit & 7 }, positive: set };
  }

  private pinTest(cond: Node): Test {
    if (cond.value <= 0x1f) return { kind: 'io', address: cond.value, bit: cond.bit };
    // SBIS and SBIC reach only the lower half of the I/O space
    const d = this.newReg();
    this.emit('in', { d, k: cond.value });
    return { kind: 'bit', reg: d, bit: cond.bit };
  }

  /** Compares the bytes that matter; `eq` and `ne` become equality, the rest less-than. */
  private compare(cond: Node, a: Node, b: Node): Test {
    const mask = comparedMask(cond);
    const bytes = [0, 1, 2, 3].filter(i => byteOf(mask, i) !== 0);
    const equality = cond.op === 'eq' || cond.op === 'ne';
    const cc = equality ? 'eq' : cond.op === 'lt_s' || cond.op === 'le_s' ? 'slt' : 'ult';
    const left = bytes.map(i => this.byte(a, i));
    const right = bytes.map(i => this.byte(b, i));
    if (equality && left.length === 1 && left[0].reg === undefined) return this.compareBytes(cc, right, left);
    return equality && right.every(byte => byte.k === 0)
      ? this.zeroTest(left)
      : this.compareBytes(cc, left, right);
  }

  private compareBytes(cc: 'eq' | 'ult' | 'slt', left: Byte[], right: Byte[]): Test {
    // nothing left to compare: both sides are known to be equal
    if (left.length === 0) return { kind: 'compare', cc, a: [this.held(ZERO)], b: [undefined], k: 0 };
    const a = left.map(byte => this.held(byte));
    const b = right.map((byte, i) => (i === 0 && byte.reg === undefined ? undefined : this.held(byte)));
    return { kind: 'compare', cc, a, b, k: right[0].k ?? 0 };
  }

  /** SUBI and SBCI leave Z set when all bytes of their result are zero. */
  private justCounted(regs: Reg[]): boolean {
    const chain = this.code.slice(-regs.length * 2).filter(ins => ins.op !== 'mov' && ins.op !== 'ldi');
    const last = chain.slice(-regs.length);
    return (
      regs.length > 1 &&
      last.length === regs.length &&
      last.every((ins, i) => ins.d === regs[i] && (ins.op === 'sbci' || ins.op === 'sbc') === i > 0) &&
      (last[0].op === 'subi' || last[0].op === 'sub')
    );
  }

  /** Several bytes are zero when all of them OR-ed together are. */
  private zeroTest(bytes: Byte[]): Test {
    const regs = bytes.filter(byte => byte.reg !== undefined || byte.k !== 0).map(byte => this.held(byte));
    if (regs.length === 0) return this.compareBytes('eq', [ZERO], [ZERO]);
    let reg = regs[0];
    if (this.justCounted(regs)) return { kind: 'zero' };
    if (regs.length > 1) {
      reg = this.fresh({ reg });
      for (const other of regs.slice(1)) this.emit('or', { d: reg, r: other });
    }
    return { kind: 'compare', cc: 'eq', a: [reg], b: [undefined], k: 0 };
  }
}

/** x & 2^n: the bit n of x. */
function maskedBit(node: Node): { node: Node; bit: number } | undefined {
  if (node.op !== 'and' || node.args[1].op !== 'const') return undefined;
  const mask = node.args[1].value >>> 0;
  return mask !== 0 && (mask & (mask - 1)) === 0
    ? { node: node.args[0], bit: 31 - Math.clz32(mask) }
    : undefined;
}
