/** Runs a processor by translated code, and by the interpreter where that is not worth it. */
import type { Chip } from '../chip.ts';
import type { Cpu } from '../cpu.ts';
import type { IoSpace } from '../io.ts';
import type { Cycle } from '../time.ts';
import { type Translation, translationOf } from './translation.ts';

export class FastEngine {
  private readonly translation: Translation;
  private readonly io: IoSpace;

  constructor(
    chip: Chip,
    words: Uint16Array,
    private readonly cpu: Cpu,
  ) {
    this.translation = translationOf(chip, words);
    this.io = cpu.io;
  }

  /**
   * Runs at least one instruction and at most those that begin before `deadline`. The caller sees to events and
   * interrupts first, and again afterwards.
   */
  run(deadline: Cycle): void {
    const { cpu, translation } = this;
    const { pc } = cpu;
    const run = translation.runs[pc];
    if (run && cpu.cycle + translation.last[pc] < deadline) {
      run(cpu, this.io, deadline);
      return;
    }
    if (!run) translation.met(pc, this.io);
    this.interpret(deadline);
  }

  /** To the next jump: only where a jump goes can a function be worth its while. */
  private interpret(deadline: Cycle): void {
    const { cpu } = this;
    const { quiet, runs } = this.translation;
    let next: number;
    let again: boolean;
    do {
      again = quiet[cpu.pc] === 1;
      next = (cpu.pc + 1) & cpu.pcMask;
      cpu.execute();
    } while (again && cpu.pc === next && cpu.cycle < deadline && runs[next] === undefined);
  }
}
