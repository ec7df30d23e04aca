/**
 * Bytes and instructions: what every rule of selection stands on.
 *
 * A value is described before it is placed: each of its bytes is a constant, a
 * register, or another value's byte. Masks, shifts by whole bytes and extensions
 * therefore cost nothing.
 */

import type { Fact } from './fact.ts';
import type { Facts } from './facts.ts';
import type { Fn, Node, Program } from './ir.ts';
import { type Instr, instr, type MFn, type Reg } from './mir.ts';

/** One byte of a value: known, or in a register. */
export type Byte = { k: number; reg?: undefined } | { reg: Reg; k?: undefined };
/** The bytes of a value, lowest first; undefined where nobody looks. */
export type Bytes = (Byte | undefined)[];

export const ZERO: Byte = { k: 0 };

/** What all functions share: registers are numbered over the whole program. */
export class Shared {
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

/** Byte `i` of a 32-bit value, the lowest first. */
export const byteOf = (value: number, i: number): number => (value >>> (8 * i)) & 0xff;

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

/** Emits into one block at a time; the code of a function is a series of blocks. */
export class Emitter {
  protected readonly facts: Facts;
  protected readonly machine: MFn;
  protected readonly values = new Map<Node, Bytes>();
  protected code: Instr[] = [];
  protected at = 0;

  constructor(
    protected readonly shared: Shared,
    protected readonly fn: Fn,
  ) {
    this.facts = shared.facts;
    this.machine = shared.machine(fn);
  }

  protected emit(op: string, fields: Partial<Instr> = {}): void {
    this.code.push(instr(op, this.at, fields));
  }

  protected newReg(): Reg {
    return this.shared.newReg();
  }

  protected demand(node: Node): number {
    return this.facts.demand(node);
  }

  protected asks(node: Node, i: number): boolean {
    return byteOf(this.demand(node), i) !== 0;
  }

  protected known(node: Node, i: number): number | undefined {
    return knownByte(this.facts.of(node), this.demand(node), i);
  }

  /** Fresh registers for the demanded bytes of a node that are not known. */
  protected registersOf(node: Node): (Reg | undefined)[] {
    return [0, 1, 2, 3].map(i =>
      this.asks(node, i) && this.known(node, i) === undefined ? this.newReg() : undefined,
    );
  }

  /** Registers as bytes; what is known takes the place of a register. */
  protected asBytes(node: Node, regs: (Reg | undefined)[]): Bytes {
    return regs.map((reg, i) => {
      if (!this.asks(node, i)) return undefined;
      const k = this.known(node, i);
      return k !== undefined ? { k } : reg === undefined ? undefined : { reg };
    });
  }

  protected bytes(node: Node): Bytes {
    if (node.op === 'const') return [0, 1, 2, 3].map(i => ({ k: byteOf(node.value, i) }));
    const bytes = this.values.get(node);
    if (!bytes) throw new Error(`%${node.id} ${node.op} is read before it is computed`);
    return bytes;
  }

  /** A byte of a value; bytes that nobody asked for read as zero. */
  protected byte(node: Node, i: number): Byte {
    return this.bytes(node)[i] ?? ZERO;
  }

  /** Puts a byte into a given register. */
  protected move(to: Reg, from: Byte): void {
    if (from.reg !== undefined) this.emit('mov', { d: to, r: from.reg });
    else this.emit('ldi', { d: to, k: from.k });
  }

  /** A register of its own that holds the byte and may be changed. */
  protected fresh(from: Byte): Reg {
    const reg = this.newReg();
    this.move(reg, from);
    return reg;
  }

  /** Some register that holds the byte; it must not be changed. */
  protected held(from: Byte): Reg {
    return from.reg ?? this.fresh(from);
  }

  protected withKnown(node: Node, bytes: Bytes): Bytes {
    return bytes.map((byte, i) => {
      if (!this.asks(node, i)) return byte;
      const k = this.known(node, i);
      return k === undefined ? byte : { k };
    });
  }

  /** How many bytes from the lowest a carry chain has to compute. */
  protected width(node: Node): number {
    return 4 - Math.floor(Math.clz32(this.demand(node)) / 8);
  }
}
