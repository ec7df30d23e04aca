/** Who called whom, how often, and how many clocks passed until each call came back. */
import type { Machine } from '../machine.ts';
import type { Cycle } from '../time.ts';
import type { Observer, Step } from './stepper.ts';

/** All calls from one place to another. */
export interface Call {
  /** Word addresses of the RCALL and of what it calls. */
  readonly from: number;
  readonly to: number;
  readonly times: number;
  /** From the first instruction called to the return, without interrupts and sleep in between. */
  readonly clocks: number;
}

/** One level of the stack; an interrupt is nobody's call. */
interface Frame {
  readonly call: { readonly from: number; readonly to: number } | undefined;
  readonly began: Cycle;
  /** What {@link Calls.elsewhere} was. */
  readonly elsewhere: number;
}

export class Calls implements Observer {
  private readonly frames: Frame[] = [];
  private readonly returned = new Map<string, Call>();
  /** Clocks of interrupts and of sleep so far. */
  private elsewhere = 0;

  after(step: Step, { depth, pc }: Machine): void {
    const end = step.start + step.clocks;
    if (step.kind === 'sleep') this.elsewhere += step.clocks;
    while (this.frames.length > depth) this.leave(this.frames.pop()!, end);
    if (depth > this.frames.length) this.frames.push(this.enter(step, pc));
  }

  /** All calls until `now`, those included from which the program has not come back. */
  until(now: Cycle): Call[] {
    const all = new Map(this.returned);
    for (const frame of this.frames) count(all, frame, this.spent(frame, now));
    return [...all.values()].sort((one, other) => one.from - other.from || one.to - other.to);
  }

  private enter({ pc, start, clocks, kind }: Step, to: number): Frame {
    const { elsewhere } = this;
    // the answer to an interrupt is part of it, RCALL is part of who calls
    if (kind === 'interrupt') return { call: undefined, began: start, elsewhere };
    return { call: { from: pc, to }, began: start + clocks, elsewhere };
  }

  private leave(frame: Frame, now: Cycle): void {
    if (frame.call) count(this.returned, frame, this.spent(frame, now));
    else this.elsewhere = frame.elsewhere + now - frame.began;
  }

  private spent({ began, elsewhere }: Frame, now: Cycle): number {
    return now - began - (this.elsewhere - elsewhere);
  }
}

function count(calls: Map<string, Call>, { call }: Frame, clocks: number): void {
  if (!call) return;
  const key = `${call.from} ${call.to}`;
  const known = calls.get(key) ?? { ...call, times: 0, clocks: 0 };
  calls.set(key, { ...known, times: known.times + 1, clocks: known.clocks + clocks });
}
