/** Runs a processor by translated code, and by the interpreter where that is not worth it. */
import type { Chip } from '../chip.ts';
import type { Cpu } from '../cpu.ts';
import type { IoSpace } from '../io.ts';
import type { Cycle, EventQueue } from '../time.ts';
import { type Translation, translationOf } from './translation.ts';

/** Clocks that a function is given at most. */
const LONGEST = 2 ** 30;

export class FastEngine {
  private readonly translation: Translation;
  private readonly io: IoSpace;

  constructor(
    chip: Chip,
    words: Uint16Array,
    private readonly cpu: Cpu,
    private readonly queue: EventQueue,
  ) {
    this.translation = translationOf(chip, words);
    this.io = cpu.io;
  }

  /** Where {@link run} ends; an event may bring it forward. */
  limit: Cycle = 0;

  /**
   * Runs at least one instruction and at most those that begin before `limit`, and events as they become due.
   * Comes back when an interrupt is asked for; the caller sees to that first.
   */
  run(): void {
    const { cpu, queue, io } = this;
    const { runs, steps, last } = this.translation;
    do {
      if (queue.nextTime <= cpu.cycle) {
        queue.runUntil(cpu.cycle);
        continue;
      }
      const { pc } = cpu;
      const left = Math.min(queue.nextTime, this.limit) - cpu.cycle;
      // as a small integer it is cheap to hand over
      const span = left < LONGEST ? left | 0 : LONGEST;
      const run = runs[pc];
      if (run === undefined) this.interpret(cpu.cycle + span);
      else if (last[pc] < span) run(cpu, io, span);
      else if (steps[pc] !== undefined) steps[pc]!(cpu, io, span);
      else this.interpretOne(pc);
    } while (cpu.attention === 0 && cpu.cycle < this.limit);
  }

  /** To the next jump: only where a jump goes can a function be worth its while. */
  private interpret(deadline: Cycle): void {
    const { cpu } = this;
    const { quiet, runs } = this.translation;
    this.translation.met(cpu.pc, this.io);
    let next: number;
    let again: boolean;
    do {
      again = quiet[cpu.pc] === 1;
      next = (cpu.pc + 1) & cpu.pcMask;
      cpu.execute();
    } while (again && cpu.pc === next && cpu.cycle < deadline && runs[next] === undefined);
  }

  private interpretOne(pc: number): void {
    this.translation.metShort(pc, this.io);
    this.cpu.execute();
  }
}
