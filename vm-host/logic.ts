/**
 * Logic mode: the firmware as WebAssembly, run natively on the same board.
 *
 * Every access to a register is a call out of the module and carries the clocks
 * of the instruction it stands for, plus a nominal few for what would lie between
 * two accesses. So protocols and bit times come out about right and nothing
 * here may be trusted to the cycle: for that there is the image on the Machine.
 *
 * A WebAssembly call cannot be left and entered again in the middle. Where the
 * run ends, the call is unwound; the next run calls `main` again. That goes
 * unnoticed while the program polls a pin for its host, and is refused elsewhere.
 */

import { instantiateSync } from '@assemblyscript/loader';
import { AT90S1200, type Chip } from './chip.ts';
import type { IoRegister } from './io.ts';
import type { Part, Surroundings } from './peripherals/part.ts';
import { type McuPin, Pin, Port } from './peripherals/ports.ts';
import { Timer0 } from './peripherals/timer0.ts';
import { type Cycle, EventQueue } from './time.ts';

/** Clocks of each import: those of the instruction, and what a program does around it. */
const CLOCKS = { in: 1, out: 1, sbi: 2, cbi: 2, bit: 3, nop: 1, sleep: 1, wdr: 1, sei: 1, cli: 1 } as const;
const AROUND_IN = 4;

/** So many polls of one pin without anything else make a loop that only its pin can end. */
const POLLS_OF_A_LOOP = 4;
/** A program that waits for its pin may look at its clock so often between two polls. */
const READS_BETWEEN_POLLS = 3;

/** Ends a call of the module from inside one of its imports. */
class Unwind extends Error {}

export interface LogicOptions {
  /** The module that asc made: its bytes, or compiled already. */
  wasm: Uint8Array | WebAssembly.Module;
  chip?: Chip;
  queue?: EventQueue;
}

/** Functions of the module that a test may call, by their exported names. */
export type LogicExports = Record<string, (...values: number[]) => number | undefined>;

export class LogicMachine {
  readonly queue: EventQueue;
  readonly pins: Readonly<Record<string, McuPin>>;
  /** The exported functions. They run on this machine's time, without a limit unless `run` set one. */
  exports: LogicExports;
  cycle: Cycle = 0;
  private readonly module: WebAssembly.Module;
  private readonly parts: readonly Part[];
  private readonly registers: readonly (IoRegister | undefined)[];
  private limit: Cycle = Number.POSITIVE_INFINITY;
  private stopped = false;
  private polled = -1;
  private polls = 0;
  /** The same with looks at the clock between them: only then can the program be left and begun again. */
  private idlePolls = 0;
  private lastPoll = -1;
  private reads = 0;
  /** False when the last run ended while the program was at work. */
  private resumable = true;

  constructor({ wasm, chip = AT90S1200, queue = new EventQueue() }: LogicOptions) {
    this.queue = queue;
    const pins = chip.pins.map(({ name }) => new Pin(name));
    this.pins = Object.fromEntries(pins.map(pin => [pin.name, pin]));
    this.parts = partsOf(chip, pins, this.surroundings());
    this.registers = byAddress(chip, this.parts);
    this.module = wasm instanceof WebAssembly.Module ? wasm : new WebAssembly.Module(wasm as BufferSource);
    this.exports = this.instantiate();
  }

  /**
   * Runs the program until `limit` cycles or until `stop()` is called from an event.
   * @throws Error when the run before this one did not end in a loop that polls a pin
   */
  run(limit: Cycle): void {
    if (!this.resumable) throw new Error('logic mode cannot go on in the middle of a command; reset() first');
    this.limit = limit;
    this.stopped = false;
    try {
      this.exports.main();
    } catch (error) {
      if (!(error instanceof Unwind)) throw error;
      this.resumable = this.idlePolls >= POLLS_OF_A_LOOP;
    } finally {
      this.limit = Number.POSITIVE_INFINITY;
    }
  }

  /** Ends the run at the program's next access to a register. */
  stop(): void {
    this.stopped = true;
  }

  /** Begins again as after a reset: ports released, globals at their first values, time goes on. */
  reset(): void {
    for (const part of this.parts) part.reset(this.cycle);
    this.exports = this.instantiate();
    this.resumable = true;
  }

  /** True while the program does nothing but poll one pin. */
  waitsForPin(): boolean {
    return this.polls >= POLLS_OF_A_LOOP;
  }

  /** What the parts of the chip may use. There are no interrupts in logic mode. */
  private surroundings(): Surroundings {
    return {
      timer: callback => this.queue.timer(callback),
      now: () => this.cycle,
      requester: () => () => undefined,
      stall: () => undefined,
      vcc: 5,
      xtal: 4_000_000,
    };
  }

  private instantiate(): LogicExports {
    const { exports } = instantiateSync<LogicExports>(this.module, {
      mcu: this.imports() as unknown as Record<string, unknown>,
    });
    return exports;
  }

  private imports(): Record<string, (...values: number[]) => number | undefined> {
    const idle = (clocks: number) => () => this.pass(clocks);
    return {
      in: address => this.in(address & 0xff),
      out: (address, value) => this.out(address & 0xff, value & 0xff),
      sbi: (address, bit) => this.change(address & 0xff, 1 << (bit & 7), 0),
      cbi: (address, bit) => this.change(address & 0xff, 0, 1 << (bit & 7)),
      bit: (address, bit) => this.bit(address & 0xff, bit & 7),
      delay: cycles => this.pass(cycles >>> 0),
      nop: idle(CLOCKS.nop),
      sleep: idle(CLOCKS.sleep),
      wdr: idle(CLOCKS.wdr),
      sei: idle(CLOCKS.sei),
      cli: idle(CLOCKS.cli),
    };
  }

  /** Comes to the boundary before an access: what is due happens, and the run may end here. */
  private arrive(): void {
    this.queue.runUntil(this.cycle);
    if (this.stopped || this.cycle >= this.limit) throw new Unwind();
  }

  /** An access other than a poll: the program is at work. */
  private work(): void {
    this.arrive();
    this.polled = -1;
    this.polls = 0;
    this.idlePolls = 0;
  }

  private pass(clocks: number): undefined {
    this.work();
    this.cycle += clocks;
  }

  private in(address: number): number {
    this.arrive();
    this.polled = -1;
    this.polls = 0;
    if (++this.reads > READS_BETWEEN_POLLS) this.idlePolls = 0;
    const value = this.register(address).read(this.cycle);
    this.cycle += CLOCKS.in + AROUND_IN;
    return value;
  }

  private out(address: number, value: number): undefined {
    this.work();
    this.register(address).write(value, this.cycle + CLOCKS.out, 0);
    this.cycle += CLOCKS.out;
  }

  private change(address: number, set: number, clear: number): undefined {
    this.work();
    const register = this.register(address);
    register.write((register.read(this.cycle) | set) & ~clear, this.cycle + CLOCKS.sbi, 0);
    this.cycle += CLOCKS.sbi;
  }

  private bit(address: number, bit: number): number {
    this.arrive();
    const value = (this.register(address).read(this.cycle) >> bit) & 1;
    const poll = address * 16 + bit * 2 + value;
    this.polls = poll === this.polled ? this.polls + 1 : 0;
    this.idlePolls = poll === this.lastPoll ? this.idlePolls + 1 : 0;
    this.polled = poll;
    this.lastPoll = poll;
    this.reads = 0;
    this.cycle += CLOCKS.bit;
    if (this.polls >= POLLS_OF_A_LOOP) this.skipToNextEvent();
    return value;
  }

  private register(address: number): IoRegister {
    const register = this.registers[address];
    if (!register) throw new RangeError(`logic mode has no register at 0x${address.toString(16)}`);
    return register;
  }

  /** In a loop that only a pin can end, nothing happens before the next event: whole turns of the loop pass. */
  private skipToNextEvent(): void {
    const until = Math.min(this.queue.nextTime, this.limit);
    if (!Number.isFinite(until)) throw new Unwind();
    if (until > this.cycle) this.cycle += Math.ceil((until - this.cycle) / CLOCKS.bit) * CLOCKS.bit;
  }
}

/** The parts of the chip that logic mode has: what a programmer's firmware uses. */
function partsOf(chip: Chip, pins: readonly Pin[], around: Surroundings): readonly Part[] {
  const port = (letter: 'B' | 'D') => {
    const row = chip.pins.filter(pin => pin.port === letter).sort((a, b) => a.bit - b.bit);
    return new Port(
      letter,
      row.map(({ name }) => pins.find(pin => pin.name === name)!),
      around,
    );
  };
  const t0 = chip.pins.findIndex(({ alternate }) => alternate === 'T0');
  return [port('B'), port('D'), new Timer0(pins[t0], around)];
}

function byAddress(chip: Chip, parts: readonly Part[]): readonly (IoRegister | undefined)[] {
  const registers = new Array<IoRegister | undefined>(64).fill(undefined);
  for (const { registers: brought } of parts)
    for (const [name, register] of Object.entries(brought)) registers[chip.io[name]] = register;
  return registers;
}
