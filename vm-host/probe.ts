/** Looks ahead on a copy of the processor: does the program wait for a pin and for nothing else? */
import type { Chip } from './chip.ts';
import { Cpu, type CpuState, type Program } from './cpu.ts';
import { Fault } from './fault.ts';
import type { IoRegister, IoSpace } from './io.ts';
import type { Cycle } from './time.ts';

export class Probe {
  private readonly cpu: Cpu;
  /** False as soon as the program did something that time or its own doing could change. */
  private waiting = true;
  /** The one moment in which the probe lives. */
  private now: Cycle = 0;

  constructor(chip: Chip, program: Program, io: IoSpace) {
    const guarded = io.map((register, address) => register && this.guard(register, address === chip.io.SREG));
    const refuse = () => this.giveUp();
    this.cpu = new Cpu(chip, program, {
      io: guarded,
      sleep: refuse,
      watchdogReset: () => undefined,
      acknowledge: refuse,
    });
  }

  /**
   * True when the processor comes back to a state it was in, having only read what stands still. It looks
   * `instructions` far; the way into the loop may be part of that.
   */
  loops(from: CpuState, instructions: number): boolean {
    this.cpu.restore(from);
    this.now = from.cycle;
    this.waiting = true;
    try {
      return this.findLoop(instructions);
    } catch (error) {
      if (error instanceof Fault) return false;
      throw error;
    }
  }

  /** Brent's way: compare with one earlier state, and take a new one after 1, 2, 4, 8 … steps. */
  private findLoop(instructions: number): boolean {
    let mark = this.cpu.save();
    for (let done = 1, next = 1; done <= instructions; done++) {
      this.cpu.execute();
      if (!this.waiting) return false;
      if (this.equals(mark)) return true;
      if (done === next) {
        mark = this.cpu.save();
        next *= 2;
      }
    }
    return false;
  }

  private equals({ pc, sreg, depth, r, stack }: CpuState): boolean {
    const { cpu } = this;
    if (cpu.pc !== pc || cpu.sreg !== sreg || cpu.depth !== depth) return false;
    for (let i = 0; i < depth; i++) if (cpu.stack[i] !== stack[i]) return false;
    return r.every((value, i) => cpu.r[i] === value);
  }

  private guard(register: IoRegister, isSreg: boolean): IoRegister {
    if (isSreg) return this.ownSreg();
    return {
      read: () => (register.steady!(this.now) ? register.read(this.now) : this.giveUp()),
      write: value => {
        if (!register.latch || register.read(this.now) !== value) this.giveUp();
      },
    };
  }

  /** The copy has an SREG of its own. */
  private ownSreg(): IoRegister {
    return { read: () => this.cpu.sreg, write: value => this.cpu.writeSreg(value) };
  }

  private giveUp(): number {
    this.waiting = false;
    return 0;
  }
}
