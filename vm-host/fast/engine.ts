/** Runs a processor by translated code, and by the interpreter where that is not worth it. */
import type { Chip } from '../chip.ts';
import { I } from '../core.ts';
import { type Cpu, HALTED } from '../cpu.ts';
import type { IoSpace } from '../io.ts';
import type { Cycle, EventQueue } from '../time.ts';
import { type Engine, type Translation, translationOf } from './translation.ts';

/** More clocks than a function is ever given; as small integers they are cheap to hand over. */
const LONGEST = 2 ** 30;
/** So long a program runs at first without a look at what it does; each time it may run so many times longer. */
const FIRST_STRETCH = 2 ** 16;
const GROWTH = 16;

export class FastEngine implements Engine {
  readonly io: IoSpace;
  private readonly translation: Translation;
  /** Where {@link run} ends; an event may bring it forward. */
  private limit: Cycle = 0;
  /** Where the present stretch ends, at the limit at the latest. */
  private end: Cycle = 0;
  private stretch = FIRST_STRETCH;

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
    const { runs, last } = this.translation;
    this.limit = limit;
    this.stretch = FIRST_STRETCH;
    this.end = Math.min(limit, cpu.cycle + this.stretch);
    let span = this.span;
    do {
      const { pc } = cpu;
      const run = runs[pc];
      if (run !== undefined && last[pc] < span) run(this, span);
      else if (run !== undefined || span === 1) this.runOne(pc, span);
      else this.interpret(cpu.cycle + span);
      span = this.room(cpu.pc) || this.goOn();
    } while (span > 0);
  }

  /** There is no room: the stretch is over, an interrupt is to be taken, or the run ends. The room there is then. */
  private goOn(): number {
    const { cpu } = this;
    if (cpu.cycle >= this.limit) return 0;
    if (cpu.cycle >= this.end) {
      // nothing has ended the program's stretch: it may wait in a way that it did not go when it was translated
      this.translation.ranLong(cpu);
      this.stretch *= GROWTH;
      this.end = Math.min(this.limit, cpu.cycle + this.stretch);
      const span = this.room(cpu.pc);
      if (span > 0) return span;
      if (cpu.cycle >= this.limit) return 0;
    }
    return this.enterInterrupt() ? this.room(cpu.pc) : 0;
  }

  /** Takes the interrupt that is due, where the run goes on. Sleep and reset are the caller's affair. */
  private enterInterrupt(): boolean {
    const { cpu } = this;
    if (cpu.attention & HALTED || !cpu.interruptible) return false;
    cpu.enterInterrupt();
    return true;
  }

  /** Ends {@link run} before the next instruction. */
  stop(): void {
    this.limit = Number.NEGATIVE_INFINITY;
    this.end = Number.NEGATIVE_INFINITY;
  }

  restart(now: Cycle): void {
    this.cpu.watchdogReset(now);
  }

  /** Rings what is due; the clocks that are left then, 0 when the program cannot go on at `pc` at once. */
  room(pc: number): number {
    const { cpu, queue } = this;
    let left = Math.min(queue.nextTime, this.end) - cpu.cycle;
    while (left <= 0) {
      // who has stopped the run while a pin was shown may have set something that is due at this very clock
      if (this.end === Number.NEGATIVE_INFINITY) queue.runUntil(cpu.cycle);
      if (cpu.cycle >= this.end) return 0;
      queue.runUntil(cpu.cycle);
      left = Math.min(queue.nextTime, this.end) - cpu.cycle;
    }
    // a masked interrupt can wait
    if (cpu.attention !== 0 && (cpu.attention & HALTED || cpu.sreg >= I)) return 0;
    if (cpu.pc !== pc) return 0;
    return left < LONGEST ? left | 0 : LONGEST;
  }

  /** Clocks to the next event or the end of the stretch. */
  private get span(): number {
    const left = Math.min(this.queue.nextTime, this.end) - this.cpu.cycle;
    return left < LONGEST ? left | 0 : LONGEST;
  }

  /** To the next jump: only where a jump goes can a function be worth its while. */
  private interpret(deadline: Cycle): void {
    const { cpu } = this;
    const { quiet, runs } = this.translation;
    this.translation.met(cpu.pc, cpu);
    // it has a function now
    if (runs[cpu.pc] !== undefined) return;
    let next: number;
    let again: boolean;
    do {
      again = quiet[cpu.pc] === 1;
      next = (cpu.pc + 1) & cpu.pcMask;
      cpu.execute();
    } while (again && cpu.pc === next && cpu.cycle < deadline && runs[next] === undefined);
  }

  private runOne(pc: number, span: number): void {
    const { steps } = this.translation;
    if (steps[pc] === undefined) this.translation.metShort(pc, this.cpu);
    if (steps[pc] === undefined) this.cpu.execute();
    else steps[pc]!(this, span);
  }
}
