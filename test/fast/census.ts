/** Counts what happened in random runs: a comparison proves nothing about what never came. */
import type { Machine } from '../../vm-host/index.ts';
import type { Activity } from '../../vm-host/peripherals/power.ts';

/** What a machine was doing before a step. */
interface Moment {
  readonly activity: Activity;
  readonly pc: number;
  readonly cycle: number;
}

/** No instruction takes longer than this to go to another address, returns apart; an interrupt takes four. */
const LONGEST_JUMP = 3;
const LAST_WORD = 0x1ff;
const VECTORS = ['reset', 'INT0', 'Timer0', 'comparator'];

export class Census {
  private readonly counts = new Map<string, number>();

  /** Runs a machine on the interpreter, one step after the other, and counts. */
  run(machine: Machine, limit: number): void {
    while (machine.cycle < limit) {
      const { activity, pc, cycle, depth } = machine;
      machine.step();
      if (machine.activity !== activity) this.changed(activity, machine.activity);
      else if (activity === 'running') this.went({ activity, pc, cycle }, machine);
      if (machine.depth > depth && machine.cycle - cycle > LONGEST_JUMP)
        this.count(`interrupt ${VECTORS[machine.pc]}`);
    }
  }

  count(what: string): void {
    this.counts.set(what, this.of(what) + 1);
  }

  of(what: string): number {
    return this.counts.get(what) ?? 0;
  }

  private changed(from: Activity, to: Activity): void {
    if (to === 'reset') this.count('RESET low');
    if (to === 'start-up' && from !== 'reset') this.count('bite of the watchdog');
    if (to === 'running') this.count(`back from ${from}`);
  }

  private went(from: Moment, { pc, cycle }: Machine): void {
    if (cycle - from.cycle > LONGEST_JUMP) return;
    if (from.pc === LAST_WORD && pc === 0) this.count('fall over the end of flash');
    else if (pc !== 0 && Math.abs(pc - from.pc) > LAST_WORD / 2) this.count('jump over the end of flash');
  }
}
