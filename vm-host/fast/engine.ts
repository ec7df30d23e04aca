/** Runs a processor by translated code, and by the interpreter where that is not worth it. */
import type { Chip } from '../chip.ts';
import { I } from '../core.ts';
import { type Cpu, HALTED } from '../cpu.ts';
import type { IoSpace } from '../io.ts';
import type { Cycle, EventQueue } from '../time.ts';
import { type Engine, type Translation, translationOf } from './translation.ts';

/** Clocks that a function is given at most. */
const LONGEST = 2 ** 30;

export class FastEngine implements Engine {
  readonly io: IoSpace;
  private readonly translation: Translation;
  /** Where {@link run} ends; an event may bring it forward. */
  private limit: Cycle = 0;

  constructor(
    chip: Chip,
    words: Uint16Array,
    readonly cpu: Cpu,
    private readonly queue: EventQueue,
  ) {
    this.translation = translationOf(chip, words);
    this.io = cpu.io;
  }

  /**
   * Runs at least one instruction and at most those that begin before `limit`, and events as they become due.
   * Comes back when something wants attention that is not an interrupt to be taken. Nothing is due when it is called.
   */
  run(limit: Cycle): void {
    const { cpu } = this;
    const { runs, steps, last } = this.translation;
    this.limit = limit;
    let span = this.span;
    do {
      const { pc } = cpu;
      const run = runs[pc];
      if (run === undefined) this.interpret(cpu.cycle + span);
      else if (last[pc] < span) run(this, span);
      else if (steps[pc] !== undefined) steps[pc]!(this, span);
      else this.interpretOne(pc);
      span = this.room(cpu.pc);
      if (span === 0 && this.enterInterrupt()) span = this.room(cpu.pc);
    } while (span > 0);
  }

  /** Takes the interrupt that is due, where the run goes on. Sleep and reset are the caller's affair. */
  private enterInterrupt(): boolean {
    const { cpu } = this;
    if (cpu.cycle >= this.limit || cpu.attention & HALTED || !cpu.interruptible) return false;
    cpu.enterInterrupt();
    return true;
  }

  /** Ends {@link run} before the next instruction. */
  stop(): void {
    this.limit = Number.NEGATIVE_INFINITY;
  }

  restart(now: Cycle): void {
    this.cpu.watchdogReset(now);
  }

  /** Rings what is due; the clocks that are left then, 0 when the program cannot go on at `pc` at once. */
  room(pc: number): number {
    const { cpu, queue } = this;
    const { cycle } = cpu;
    let left = Math.min(queue.nextTime, this.limit) - cycle;
    while (left <= 0) {
      if (cycle >= this.limit) return 0;
      queue.runUntil(cycle);
      left = Math.min(queue.nextTime, this.limit) - cycle;
    }
    // a masked interrupt can wait
    if (cpu.attention !== 0 && (cpu.attention & HALTED || cpu.sreg >= I)) return 0;
    if (cpu.pc !== pc) return 0;
    return left < LONGEST ? left | 0 : LONGEST;
  }

  /** Clocks to the next event or the end of the run; as a small integer they are cheap to hand over. */
  private get span(): number {
    const left = Math.min(this.queue.nextTime, this.limit) - this.cpu.cycle;
    return left < LONGEST ? left | 0 : LONGEST;
  }

  /** To the next jump: only where a jump goes can a function be worth its while. */
  private interpret(deadline: Cycle): void {
    const { cpu } = this;
    const { quiet, runs } = this.translation;
    this.translation.met(cpu.pc, cpu);
    let next: number;
    let again: boolean;
    do {
      again = quiet[cpu.pc] === 1;
      next = (cpu.pc + 1) & cpu.pcMask;
      cpu.execute();
    } while (again && cpu.pc === next && cpu.cycle < deadline && runs[next] === undefined);
  }

  private interpretOne(pc: number): void {
    this.translation.metShort(pc, this.cpu);
    this.cpu.execute();
  }
}
