/**
 * Watches how long SCK stays high and low while RESET is low, against the part's rule.
 *
 * Durations are programmer cycles, the rule is in clocks of the target: they are
 * compared by cross-multiplying, so a border case is decided exactly.
 */

import type { Cycle } from '../vm-host/time.ts';
import type { SckRule } from './devices/device.ts';
import type { Net } from './net.ts';

/** One SCK level that was too short for the part. */
export interface SckViolation {
  readonly level: 'high' | 'low';
  /** How long it lasted, in programmer cycles, and when it ended. */
  readonly cycles: Cycle;
  readonly time: Cycle;
  /** Word address of the instruction that ended it. */
  readonly pc?: number;
}

/** What was seen of one level. */
export interface SckLevel {
  /** The shortest, in programmer cycles; Infinity when there was none. */
  min: Cycle;
  /** When the shortest ended. */
  at: Cycle;
  count: number;
}

export interface SckMeterState {
  readonly high: SckLevel;
  readonly low: SckLevel;
  readonly violations: readonly SckViolation[];
  readonly violationCount: number;
  readonly since: Cycle | undefined;
  readonly last: 0 | 1;
}

export interface SckMeterOptions {
  readonly sck: Net;
  readonly reset: Net;
  readonly rule: Pick<SckRule, 'high' | 'low'>;
  readonly xtal: number;
  readonly targetXtal: number;
}

/** Violations kept in full; all are counted. */
const KEPT = 100;

export class SckMeter {
  readonly high: SckLevel = { min: Number.POSITIVE_INFINITY, at: 0, count: 0 };
  readonly low: SckLevel = { min: Number.POSITIVE_INFINITY, at: 0, count: 0 };
  /** The first hundred; {@link violationCount} has all. */
  readonly violations: SckViolation[] = [];
  violationCount = 0;
  /** The last SCK edge since RESET went low. */
  private since: Cycle | undefined;
  private last: 0 | 1 = 0;
  /** Takes the meter off its nets. */
  readonly off: () => void;

  constructor(private readonly options: SckMeterOptions) {
    const { sck, reset } = options;
    const offs = [sck.listen((time, pc) => this.edge(time, pc)), reset.listen(() => this.restart())];
    this.off = () => {
      for (const off of offs) off();
    };
    this.restart();
  }

  /** What the rule demands, in programmer cycles: a level must last longer than this. */
  limit(level: 'high' | 'low'): number {
    const { rule, xtal, targetXtal } = this.options;
    return (rule[level] * xtal) / targetXtal;
  }

  /** Starts again: the minima, not the rule. */
  clear(): void {
    for (const level of [this.high, this.low]) {
      Object.assign(level, { min: Number.POSITIVE_INFINITY, at: 0, count: 0 });
    }
    this.violations.length = 0;
    this.violationCount = 0;
  }

  save(): SckMeterState {
    const { high, low, violations, violationCount, since, last } = this;
    return { high: { ...high }, low: { ...low }, violations: [...violations], violationCount, since, last };
  }

  restore({ high, low, violations, violationCount, since, last }: SckMeterState): void {
    Object.assign(this.high, high);
    Object.assign(this.low, low);
    this.violations.splice(0, this.violations.length, ...violations);
    Object.assign(this, { violationCount, since, last });
  }

  /** A level that RESET began or ends is not a pulse of the clock. */
  private restart(): void {
    this.since = undefined;
    this.last = this.options.sck.bit;
  }

  private edge(time: Cycle, pc?: number): void {
    const { sck, reset } = this.options;
    if (reset.bit === 1 || sck.bit === this.last) return;
    const { last } = this;
    this.last = sck.bit;
    if (this.since !== undefined) this.measure(last, time - this.since, time, pc);
    this.since = time;
  }

  private measure(bit: 0 | 1, cycles: Cycle, time: Cycle, pc?: number): void {
    const seen = bit ? this.high : this.low;
    seen.count++;
    if (cycles < seen.min) {
      seen.min = cycles;
      seen.at = time;
    }
    const { rule, xtal, targetXtal } = this.options;
    if (cycles * targetXtal > (bit ? rule.high : rule.low) * xtal) return;
    this.violationCount++;
    const level = bit ? 'high' : 'low';
    if (this.violations.length < KEPT) this.violations.push({ level, cycles, time, pc });
  }
}
