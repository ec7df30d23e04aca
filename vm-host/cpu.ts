/**
 * The processor: registers, SREG, the three-level stack, fetch, interrupt entry.
 *
 * The image is decoded once into an array of operations; what each of them does
 * is the `run` of its row in isa.ts.
 */
import type { Chip } from './chip.ts';
import { type Core, I } from './core.ts';
import { Fault, type FaultKind } from './fault.ts';
import type { IoRegister, IoSpace } from './io.ts';
import { decode, type Semantics } from './isa.ts';
import type { Cycle } from './time.ts';

/** One decoded word of the image, ready to run. */
export interface Operation {
  readonly run: Semantics;
  readonly a: number;
  readonly b: number;
  readonly clocks: number;
  readonly taken: number;
}

/** An image as the processor runs it: all words of the flash, and each of them decoded. */
export interface Program {
  readonly words: Uint16Array;
  readonly operations: readonly Operation[];
}

/** What the instructions SLEEP and WDR and an interrupt's entry reach beyond the processor. */
export interface CpuEnvironment {
  readonly io: IoSpace;
  sleep(now: Cycle): void;
  watchdogReset(now: Cycle): void;
  /** The interrupt of this vector has been taken: its flag goes. */
  acknowledge(vector: number, now: Cycle): void;
}

/** What becomes of a return address too many: the program ends with a {@link Fault}, or goes on without the oldest one. */
export type StackOverflow = 'fault' | 'overwrite';

/** Everything that makes two processors behave alike from here on. */
export interface CpuState {
  readonly r: Uint8Array;
  readonly sreg: number;
  readonly pc: number;
  readonly cycle: Cycle;
  readonly stack: Uint16Array;
  readonly depth: number;
  readonly maxDepth: number;
  readonly attention: number;
  readonly heldBoundary: Cycle;
}

/** Bit 0 of `attention`: asleep or in reset. The bits above are requests of the vectors 1, 2, … */
export const HALTED = 1;

/** Clocks from the boundary to the first instruction of the vector (datasheet page 17). */
export const INTERRUPT_RESPONSE = 4;

/**
 * Decodes an image; flash beyond it is erased.
 *
 * @throws RangeError when it has more words than the chip
 */
export function load(chip: Chip, image: ArrayLike<number>): Program {
  if (image.length > chip.flashWords) {
    throw new RangeError(`the image has ${image.length} words; the ${chip.name} has ${chip.flashWords}`);
  }
  const words = new Uint16Array(chip.flashWords).fill(0xffff);
  words.set(image);
  return { words, operations: Array.from(words, operationOf) };
}

/** What a word does is the same in every machine: each is decoded once. */
const operations: (Operation | undefined)[] = new Array(0x10000).fill(undefined);

function operationOf(word: number): Operation {
  operations[word] ??= prepare(word);
  return operations[word];
}

function prepare(word: number): Operation {
  const decoded = decode(word);
  if (!decoded) return { run: refuse, a: 0, b: 0, clocks: 1, taken: 1 };
  const { row, operands } = decoded;
  const [a = 0, b = 0] = operands;
  return { run: row.run, a, b, clocks: row.clocks, taken: row.taken };
}

function refuse(core: Core): never {
  return core.fault('illegal-word', 'this word is no instruction');
}

export class Cpu implements Core {
  readonly r: Uint8Array;
  sreg = 0;
  pc = 0;
  readonly pcMask: number;
  /** The clock in which the next instruction begins; during an instruction, the one in which it began. */
  cycle: Cycle = 0;
  /** Not 0 when something may keep the next instruction from running. */
  attention = 0;
  readonly stack: Uint16Array;
  depth = 0;
  /** The most return addresses the stack has held. */
  maxDepth = 0;
  /** The boundary in which no interrupt is taken, because of the instruction before it. */
  private heldBoundary: Cycle = -1;

  constructor(
    private readonly chip: Chip,
    private readonly program: Program,
    private readonly environment: CpuEnvironment,
    private readonly onStackOverflow: StackOverflow = 'fault',
  ) {
    this.r = new Uint8Array(chip.registers.last + 1);
    this.pcMask = chip.flashWords - 1;
    this.stack = new Uint16Array(chip.stackLevels);
  }

  get io(): IoSpace {
    return this.environment.io;
  }

  /** Runs the instruction at `pc`. Nobody asks whether it may: see Machine. */
  execute(): void {
    const operation = this.program.operations[this.pc];
    this.pc = (this.pc + 1) & this.pcMask;
    // in two steps: an access to the EEPROM moves `cycle` while it runs
    const taken = operation.run(this, operation.a, operation.b);
    this.cycle += taken ? operation.taken : operation.clocks;
  }

  /** Program counter and SREG to their initial values, the stack empty; R0 to R31 keep what they had. */
  reset(): void {
    this.pc = 0;
    this.sreg = 0;
    this.depth = 0;
    this.attention = 0;
    this.heldBoundary = -1;
  }

  /** An interrupt source speaks up or falls silent. */
  request(vector: number, on: boolean): void {
    if (on) this.attention |= 1 << vector;
    else this.attention &= ~(1 << vector);
  }

  /** True when an interrupt would be taken at this boundary. */
  get interruptible(): boolean {
    return this.attention > HALTED && this.sreg >= I && this.cycle !== this.heldBoundary;
  }

  /** Enters the first of the requested vectors: four clocks, PC to the stack, I to 0 (datasheet page 17). */
  enterInterrupt(): void {
    const vector = 31 - Math.clz32(this.attention & ~HALTED & -(this.attention & ~HALTED));
    if (this.depth === this.stack.length && this.onStackOverflow === 'fault') {
      this.faultAt(
        this.pc,
        'stack-overflow',
        `${this.overflow()} the interrupt ${this.chip.vectors[vector].name}`,
      );
    }
    this.push(this.pc);
    this.sreg &= ~I;
    this.pc = this.chip.vectors[vector].address;
    this.environment.acknowledge(vector, this.cycle);
    this.cycle += INTERRUPT_RESPONSE;
  }

  /** The processor waits `clocks` before its next instruction. */
  stall(clocks: number): void {
    this.cycle += clocks;
  }

  in(address: number): number {
    return this.register(address).read(this.cycle);
  }

  out(address: number, value: number, clocks: number): void {
    this.register(address).write(value, this.cycle + clocks, this.running);
  }

  /** SREG written as an I/O register; interrupts wait for one more instruction when it lets them in. */
  writeSreg(value: number): void {
    if (value >= I && this.sreg < I) this.holdInterrupts(1);
    this.sreg = value;
  }

  push(address: number): void {
    if (this.depth === this.stack.length) this.makeRoom();
    this.stack[this.depth++] = address;
    if (this.depth > this.maxDepth) this.maxDepth = this.depth;
  }

  pop(): number {
    if (this.depth === 0) this.fault('stack-underflow', 'return without a call: the stack is empty');
    return this.stack[--this.depth];
  }

  holdInterrupts(clocks: number): void {
    this.heldBoundary = this.cycle + clocks;
  }

  sleep(): void {
    this.environment.sleep(this.cycle);
  }

  watchdogReset(now = this.cycle): void {
    this.environment.watchdogReset(now);
  }

  fault(kind: FaultKind, what: string): never {
    return this.faultAt(this.running, kind, what);
  }

  save(): CpuState {
    const { sreg, pc, cycle, depth, maxDepth, attention, heldBoundary } = this;
    return {
      r: this.r.slice(),
      stack: this.stack.slice(),
      sreg,
      pc,
      cycle,
      depth,
      maxDepth,
      attention,
      heldBoundary,
    };
  }

  restore({ r, stack, ...rest }: CpuState): void {
    this.r.set(r);
    this.stack.set(stack);
    Object.assign(this, rest);
  }

  /** The address of the instruction that runs: only jumps move `pc` elsewhere, and they touch nothing else after. */
  private get running(): number {
    return (this.pc - 1) & this.pcMask;
  }

  private register(address: number): IoRegister {
    const register = this.environment.io[address];
    if (register) return register;
    const hex = address.toString(16).toUpperCase().padStart(2, '0');
    return this.fault('absent-register', `the ${this.chip.name} has no I/O register at 0x${hex}`);
  }

  /** The first address written is overwritten by those after it (datasheet page 8): it is lost. */
  private makeRoom(): void {
    if (this.onStackOverflow === 'fault') this.fault('stack-overflow', `${this.overflow()} this call`);
    this.stack.copyWithin(0, 1);
    this.depth--;
  }

  private overflow(): string {
    return `the stack holds ${this.chip.stackLevels} return addresses; it has no level left for`;
  }

  /** Leaves `pc` at the culprit: a machine that is run again faults again. */
  private faultAt(pc: number, kind: FaultKind, what: string): never {
    this.pc = pc;
    throw new Fault({ kind, what, pc, word: this.program.words[pc], cycle: this.cycle });
  }
}
