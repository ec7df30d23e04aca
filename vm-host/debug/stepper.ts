/**
 * A machine under observation: the same pins, queue and run, but instruction by instruction, with somebody who
 * looks before and after each. Machines that nobody observes do not know of this and are no slower for it.
 */
import { I } from '../core.ts';
import { decode } from '../isa.ts';
import type { Machine } from '../machine.ts';
import type { McuPin } from '../peripherals/ports.ts';
import type { Activity } from '../peripherals/power.ts';
import type { PinRead } from '../read-watch.ts';
import type { Cycle, EventQueue } from '../time.ts';

/** One step as it went. */
export interface Step {
  /** The instruction's address; of an interrupt's entry, the vector's. */
  readonly pc: number;
  readonly start: Cycle;
  readonly clocks: number;
  readonly kind: 'instruction' | 'interrupt' | 'sleep';
}

export interface Observer {
  /** Before the instruction at `machine.pc`. */
  before?(machine: Machine): void;
  after?(step: Step, machine: Machine): void;
}

/** SLEEP itself is an instruction, and so is the one that follows a wait. */
function rested(before: Activity, after: Activity): boolean {
  return after === 'reset' || after === 'start-up' || (before !== 'running' && after !== 'running');
}

export class Stepper {
  readonly queue: EventQueue;
  readonly pins: Readonly<Record<string, McuPin>>;
  private stopping = false;

  constructor(
    readonly machine: Machine,
    private readonly observers: readonly Observer[],
    private readonly words: ArrayLike<number>,
  ) {
    this.queue = machine.queue;
    this.pins = machine.pins;
  }

  get cycle(): Cycle {
    return this.machine.cycle;
  }

  /** As {@link Machine.run}. */
  run(limit: Cycle): void {
    this.stopping = false;
    while (this.machine.cycle < limit && !this.stopping) if (!this.step(limit)) return;
  }

  stop(): void {
    this.stopping = true;
    this.machine.stop();
  }

  /**
   * Events that are due, then one instruction, one interrupt's entry, or a wait for the next event, or for `limit`.
   * @returns false when that took no time: an event stopped the machine, or it sleeps for ever
   * @throws Fault
   */
  step(limit: Cycle = Number.POSITIVE_INFINITY): boolean {
    const { machine } = this;
    for (const observer of this.observers) observer.before?.(machine);
    const { cycle: start, pc, depth, sreg } = machine;
    const before = machine.activity;
    const asleep = before !== 'running';
    machine.run(asleep ? Math.max(start + 1, Math.min(limit, this.queue.nextTime)) : start + 1);
    if (machine.cycle === start) return false;
    const entered = machine.depth > depth ? !this.hasCalled(pc) : this.hasOverwritten(pc, depth, sreg);
    const kind = entered ? 'interrupt' : rested(before, machine.activity) ? 'sleep' : 'instruction';
    const step: Step = { pc: entered ? machine.pc : pc, start, clocks: machine.cycle - start, kind };
    for (const observer of this.observers) observer.after?.(step, machine);
    return true;
  }

  /** A call leaves the address after it on the stack; an interrupt that came before the call leaves its own. */
  private hasCalled(pc: number): boolean {
    return decode(this.words[pc] ?? 0xffff)?.row.name === 'rcall' && this.machine.stack.at(-1) !== pc;
  }

  /** An interrupt's entry on a stack that was full and overwrites: nothing else clears I and leaves its own address. */
  private hasOverwritten(pc: number, depth: number, sreg: number): boolean {
    const { machine } = this;
    const cleared = sreg >= I && machine.sreg < I;
    const itself = ['bclr', 'out'].includes(decode(this.words[pc] ?? 0xffff)?.row.name ?? '');
    return cleared && !itself && machine.depth === depth && machine.stack.at(-1) === pc;
  }

  waitsForPin(): boolean {
    return this.machine.waitsForPin();
  }

  watchReads(watcher: (read: PinRead) => void): () => void {
    return this.machine.watchReads(watcher);
  }
}
