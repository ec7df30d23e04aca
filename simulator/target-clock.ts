/**
 * The target's own clock, seen from the programmer's.
 *
 * Tick k of the target is at (k + phase) / hz seconds. Nothing is stepped and
 * nothing is rounded: the questions are answered by cross-multiplying, with whole
 * seconds split off so that every product stays an exact integer.
 */

import type { Cycle } from '../vm-host/time.ts';

/** The phase is kept in these fractions of a target clock. */
const PHASE_STEPS = 65_536;
/** Delays are kept in these fractions of a programmer cycle. */
const DELAY_STEPS = 1024;
/** Up to here all products below stay under 2^53. */
const MAX_HZ = 60_000_000;

function wholeRate(name: string, hz: number): number {
  if (Number.isInteger(hz) && hz > 0 && hz <= MAX_HZ) return hz;
  throw new RangeError(`${name} must be a whole number of hertz from 1 to ${MAX_HZ}, not ${hz}`);
}

export class TargetClock {
  readonly hz: number;
  readonly xtal: number;
  private readonly offset: number;
  /** Both clocks tick together: most boards are like that, and need no division. */
  private readonly same: boolean;

  /**
   * @param hz the target's XTAL1 rate
   * @param xtal the programmer's rate: the unit of the time axis
   * @param phase where tick 0 lies, in target clocks after cycle 0, from 0 to below 1
   */
  constructor(hz: number, xtal: number, phase = 0) {
    this.hz = wholeRate('the target clock', hz);
    this.xtal = wholeRate('the programmer clock', xtal);
    if (!(phase >= 0 && phase < 1)) throw new RangeError(`the phase must be from 0 to below 1, not ${phase}`);
    this.offset = Math.floor(phase * PHASE_STEPS);
    this.same = hz === xtal && this.offset === 0;
  }

  /** How many ticks came strictly before `cycle`. */
  ticksBefore(cycle: Cycle): number {
    if (this.same) return cycle;
    const { whole, left } = this.position(cycle);
    return whole + (left > 0 ? 1 : 0);
  }

  /** How many ticks came before or exactly at `cycle`. */
  ticksUpTo(cycle: Cycle): number {
    if (this.same) return cycle + 1;
    const { whole, left } = this.position(cycle);
    return whole + (left >= 0 ? 1 : 0);
  }

  /** How many ticks lie strictly between two cycles; a tick that meets an edge counts for neither side. */
  ticksInside(from: Cycle, to: Cycle): number {
    return this.ticksBefore(to) - this.ticksUpTo(from);
  }

  /**
   * The first whole cycle at or after tick `tick` plus `nanoseconds`
   * (which is rounded up to 1/1024 cycle and counts as at least that much).
   */
  cycleAfter(tick: number, nanoseconds = 0): Cycle {
    const delay = Math.max(1, Math.ceil((nanoseconds * this.xtal * DELAY_STEPS) / 1e9));
    if (this.same) return tick + Math.ceil(delay / DELAY_STEPS);
    const seconds = Math.floor(tick / this.hz);
    const product = (tick - seconds * this.hz) * this.xtal;
    const cycles = Math.floor(product / this.hz);
    const fraction = (product - cycles * this.hz) * PHASE_STEPS + this.offset * this.xtal;
    const unit = this.hz * PHASE_STEPS;
    const carry = Math.floor(fraction / unit);
    const late = Math.floor(delay / DELAY_STEPS);
    const rest = ((fraction - carry * unit) / unit) * DELAY_STEPS + (delay - late * DELAY_STEPS);
    return seconds * this.xtal + cycles + carry + late + Math.ceil(rest / DELAY_STEPS);
  }

  /** Ticks before `cycle` were the phase 0, and how far (in any unit) the next tick lies before the cycle. */
  private position(cycle: Cycle): { whole: number; left: number } {
    const seconds = Math.floor(cycle / this.xtal);
    const product = (cycle - seconds * this.xtal) * this.hz;
    const ticks = Math.floor(product / this.xtal);
    const rest = product - ticks * this.xtal;
    return { whole: seconds * this.hz + ticks, left: rest * PHASE_STEPS - this.offset * this.xtal };
  }
}
