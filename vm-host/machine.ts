/**
 * The microcontroller: processor and parts on one clock.
 *
 * It takes plain words, a queue and a supply, and shows pins. Cycle n is the n-th
 * rising edge of XTAL1, counted from the first clock of the program.
 */
import { AT90S1200, type Chip } from './chip.ts';
import { I } from './core.ts';
import { Cpu, type CpuState, HALTED, load, type StackOverflow } from './cpu.ts';
import { FastEngine } from './fast/engine.ts';
import { ioSpace } from './io.ts';
import { makeParts, type Parts, statusRegister } from './parts.ts';
import type { Surroundings } from './peripherals/part.ts';
import type { McuPin } from './peripherals/ports.ts';
import type { Activity } from './peripherals/power.ts';
import { Probe } from './probe.ts';
import { type PinRead, ReadWatch } from './read-watch.ts';
import { type Cycle, EventQueue, type QueueState, type Timer } from './time.ts';

export interface MachineOptions {
  chip?: Chip;
  /** The image; flash beyond it is erased. */
  words: ArrayLike<number>;
  /** The board's queue; a machine without one makes its own. */
  queue?: EventQueue;
  /** Content of the EEPROM, erased beyond. */
  eeprom?: ArrayLike<number>;
  /** Supply in volts: it decides how long EEPROM writes, watchdog and start-up take. Default 5. */
  vcc?: number;
  /** XTAL1 in hertz: it turns those times into clocks. Default 4 MHz. */
  xtal?: number;
  /**
   * What a fourth return address does. The silicon loses the first one (datasheet page 8), which is hardly ever
   * meant: by default it is a {@link Fault} that names the call.
   */
  onStackOverflow?: StackOverflow;
  /** How the program is run, not what it does: instruction by instruction, or translated. Default reference. */
  engine?: EngineName;
}

/** Both make the same trace, edge for edge and clock for clock (docs/engines.md). */
export type EngineName = 'reference' | 'fast';

/** Everything that decides how a machine goes on. */
export interface MachineState {
  readonly cpu: CpuState;
  readonly parts: readonly unknown[];
  /** Absent when the queue is the board's: whoever made the queue saves it. */
  readonly queue?: QueueState;
}

/** Why the chip was reset. After power-on the program starts at once, after the others when tTOUT is over. */
export type ResetCause = 'power-on' | 'external' | 'watchdog';

export class Machine {
  readonly chip: Chip;
  readonly queue: EventQueue;
  private readonly cpu: Cpu;
  private readonly parts: Parts;
  private readonly probe: Probe;
  private readonly reads: ReadWatch;
  private readonly fast: FastEngine | undefined;
  private readonly ownsQueue: boolean;
  /** The timers of all parts: while one is pending, the chip will do something by itself. */
  private readonly timers: Timer[] = [];
  /** Where `run` ends. */
  private limit: Cycle = 0;

  /** @throws RangeError when the image or the EEPROM content is too long for the chip */
  constructor(options: MachineOptions) {
    this.chip = options.chip ?? AT90S1200;
    this.queue = options.queue ?? new EventQueue();
    this.ownsQueue = options.queue === undefined;
    this.parts = makeParts(this.chip, options.eeprom ?? [], this.surroundings(options), {
      halt: on => this.cpu.request(0, on),
      enabled: () => this.cpu.sreg >= I,
      bite: () => this.reset('watchdog'),
    });
    const io = ioSpace(this.chip, [
      statusRegister(() => this.cpu),
      ...this.parts.all.map(part => part.registers),
    ]);
    const program = load(this.chip, options.words);
    const environment = {
      io,
      sleep: (now: Cycle) => this.parts.power.sleep(now + 1),
      watchdogReset: (now: Cycle) => this.parts.watchdog.restart(now),
      acknowledge: (vector: number, now: Cycle) =>
        this.parts.acknowledge(this.chip.vectors[vector].name, now),
    };
    this.cpu = new Cpu(this.chip, program, environment, options.onStackOverflow);
    this.probe = new Probe(this.chip, program, io);
    this.reads = new ReadWatch(this.chip, program, this.cpu);
    if (options.engine === 'fast') this.fast = new FastEngine(this.chip, program.words, this.cpu, this.queue);
    this.reset('power-on');
  }

  /** The clock in which the next instruction begins. */
  get cycle(): Cycle {
    return this.cpu.cycle;
  }

  /** Word address of the next instruction. */
  get pc(): number {
    return this.cpu.pc;
  }

  set pc(address: number) {
    this.cpu.pc = address & this.cpu.pcMask;
  }

  /** R0 to R31. */
  get registers(): Uint8Array {
    return this.cpu.r;
  }

  get sreg(): number {
    return this.cpu.sreg;
  }

  set sreg(value: number) {
    this.cpu.sreg = value & 0xff;
  }

  /** The return addresses on the hardware stack, the latest last. */
  get stack(): number[] {
    return [...this.cpu.stack.subarray(0, this.cpu.depth)];
  }

  /** Return addresses on the stack now. */
  get depth(): number {
    return this.cpu.depth;
  }

  /** The most return addresses there ever were. */
  get maxDepth(): number {
    return this.cpu.maxDepth;
  }

  /** 'PB0' to 'PB7' and 'PD0' to 'PD6'. */
  get pins(): Readonly<Record<string, McuPin>> {
    return this.parts.pins;
  }

  /** The content of the EEPROM. */
  get eeprom(): Uint8Array {
    return this.parts.eeprom.memory;
  }

  /** What a program would read from an I/O address now; undefined where there is no register. Disturbs nothing. */
  readIo(address: number): number | undefined {
    return this.cpu.io[address]?.read(this.cpu.cycle);
  }

  /** Whether the processor runs, sleeps or is held in reset. */
  get activity(): Activity {
    return this.parts.power.activity;
  }

  /**
   * One instruction, or one interrupt entry, or one clock of sleep or reset.
   *
   * @throws Fault
   */
  step(): void {
    const { cpu, queue } = this;
    if (queue.nextTime <= cpu.cycle) queue.runUntil(cpu.cycle);
    if (cpu.attention === 0 || !this.attend(cpu.cycle + 1)) cpu.execute();
  }

  /**
   * Runs the instructions that begin before `limit`. Events of the queue that are due when an
   * instruction begins, or earlier, come before it. Ends early when a callback calls {@link stop}.
   *
   * @throws Fault
   */
  run(limit: Cycle): void {
    const { cpu, queue, fast, reads } = this;
    this.limit = limit;
    while (cpu.cycle < this.limit) {
      if (queue.nextTime <= cpu.cycle) queue.runUntil(cpu.cycle);
      else if (cpu.attention !== 0) this.attendOrExecute();
      else if (fast === undefined || reads.active) cpu.execute();
      else fast.run(this.limit);
    }
  }

  /** Something wants attention: sees to it, or to the instruction that comes before it. */
  private attendOrExecute(): void {
    const { cpu, fast, reads } = this;
    if (this.attend(this.limit)) return;
    // an interrupt that only waits for one instruction more comes right after it; one that is masked can wait
    if (fast === undefined || cpu.sreg >= I || reads.active) cpu.execute();
    else fast.run(this.limit);
  }

  /** Ends {@link run} before the next instruction. */
  stop(): void {
    this.limit = Number.NEGATIVE_INFINITY;
    this.fast?.stop();
  }

  /**
   * Resets the chip at this clock: registers of the I/O space to their initial values, pins released,
   * PC to 0. R0 to R31 and the EEPROM keep what they hold.
   */
  reset(cause: ResetCause = 'power-on'): void {
    const now = this.now();
    this.cpu.reset();
    for (const part of this.parts.all) part.reset(now);
    if (cause !== 'power-on') this.parts.power.release(now);
  }

  /** Sets the RESET pin: low resets and holds the chip, high lets the program begin when tTOUT is over. */
  setResetLine(level: boolean): void {
    const { power } = this.parts;
    const held = power.activity === 'reset';
    if (level === !held) return;
    if (level) {
      power.release(this.now());
    } else {
      this.reset('power-on');
      power.hold(this.now());
    }
  }

  /**
   * True when nothing but a change at a pin can make a difference: the program goes round a loop that reads
   * nothing but pins and registers at rest, or sleeps; no part of the chip is about to act.
   * Changes nothing.
   *
   * @param instructions how far to look for the loop
   */
  waitsForPin(instructions = 64): boolean {
    if (this.timers.some(({ due }) => due !== Number.POSITIVE_INFINITY)) return false;
    if (this.cpu.attention === HALTED) return true;
    return this.cpu.attention === 0 && this.probe.loops(this.cpu.save(), instructions);
  }

  /**
   * Calls `watcher` at each instruction that reads PINB or PIND, before it does; returns its remover.
   * Watching changes nothing.
   */
  watchReads(watcher: (read: PinRead) => void): () => void {
    // who has begun to run goes on as somebody who is watched
    this.fast?.stop();
    return this.reads.add(watcher);
  }

  /** The same as {@link save}: a state to come back to, any number of times. */
  snapshot(): MachineState {
    return this.save();
  }

  /** The whole state as plain data. */
  save(): MachineState {
    const parts = this.parts.all.map(part => part.save());
    return { cpu: this.cpu.save(), parts, queue: this.ownsQueue ? this.queue.save() : undefined };
  }

  /** Goes back to a saved state of this machine or of one made alike. Pins tell nobody. */
  restore(state: MachineState): void {
    this.cpu.restore(state.cpu);
    state.parts.forEach((part, i) => {
      this.parts.all[i].restore(part);
    });
    if (state.queue) this.queue.restore(state.queue);
  }

  /** Sleep, reset, interrupts. True when it took the clock forward; false when an instruction is due. */
  private attend(limit: Cycle): boolean {
    const { cpu } = this;
    const interruptible = cpu.interruptible;
    if (cpu.attention & HALTED) {
      if (this.activity !== 'idle' || !interruptible) return this.rest(limit);
      this.parts.power.wake();
    }
    if (interruptible) cpu.enterInterrupt();
    return interruptible;
  }

  /** Lets time pass until something happens. */
  private rest(limit: Cycle): boolean {
    const until = Math.min(limit, this.queue.nextTime);
    if (until === Number.POSITIVE_INFINITY) this.stop();
    else this.cpu.cycle = until;
    return true;
  }

  private now(): Cycle {
    return this.queue.ringing ?? this.cpu.cycle;
  }

  private surroundings({ vcc = 5, xtal = 4_000_000 }: MachineOptions): Surroundings {
    const numbers = new Map(this.chip.vectors.map(({ name }, number) => [name, number]));
    return {
      ...{ vcc, xtal },
      timer: callback => {
        const timer = this.queue.timer(callback);
        this.timers.push(timer);
        return timer;
      },
      now: () => this.now(),
      requester: vector => {
        const number = numbers.get(vector)!;
        return on => this.cpu.request(number, on);
      },
      stall: clocks => this.cpu.stall(clocks),
    };
  }
}
