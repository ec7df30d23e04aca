/**
 * One constraint being measured: the worst value, how often, when and where.
 *
 * Values stay in cycles of the programmer, as they were counted; limits are compared
 * by cross-multiplying, so a border case is decided exactly.
 */

import type { Cycle } from '../../vm-host/time.ts';
import type { Constraint, ConstraintId, Unit } from '../constraints.ts';

/** An edge or a look of the program: when, and by which instruction. */
export interface Mark {
  readonly time: Cycle;
  /** Word address of the instruction, when a program did it. */
  readonly pc?: number;
}

/** One measured interval. */
export interface Measured {
  /** Cycles of the programmer for times; per cent or a count for those units. */
  readonly raw: number;
  readonly from: Mark;
  readonly to: Mark;
  /** What it was about, where that helps: `bit 3`, `flash 0x012`. */
  readonly about?: string;
}

export interface Rates {
  readonly xtal: number;
  readonly targetXtal: number;
  /** Bits per second of the other end of the line. */
  readonly baud: number;
}

/** How many of a unit pass in one second; undefined where the raw value is the value. */
function rateOf(unit: Unit, { targetXtal, baud }: Rates): number | undefined {
  const rates: Partial<Record<Unit, number>> = { 'target clocks': targetXtal, ms: 1e3, ns: 1e9, bits: baud };
  return rates[unit];
}

export class Gauge {
  count = 0;
  violations = 0;
  worst: Measured | undefined;
  /** The first one that broke the limit. */
  first: Measured | undefined;
  /** How often each raw value occurred, where somebody asked for it. */
  readonly histogram: Map<number, number> | undefined;
  private readonly rate: number | undefined;

  constructor(
    readonly constraint: Constraint & { readonly id: ConstraintId },
    private readonly rates: Rates,
    histogram = false,
  ) {
    this.rate = rateOf(constraint.unit, rates);
    this.histogram = histogram ? new Map() : undefined;
  }

  /** Takes one measurement. */
  record(raw: number, from: Mark, to: Mark, about?: string): void {
    this.count++;
    this.histogram?.set(raw, (this.histogram.get(raw) ?? 0) + 1);
    const broken = !this.holds(raw);
    if (broken) this.violations++;
    if (this.worst !== undefined && !this.isWorse(raw, this.worst.raw) && !(broken && !this.first)) return;
    const measured = { raw, from, to, about };
    if (this.worst === undefined || this.isWorse(raw, this.worst.raw)) this.worst = measured;
    if (broken) this.first ??= measured;
  }

  /** One more that was right in a way that has no number. */
  pass(): void {
    this.count++;
  }

  /** A raw value in the unit of the constraint. */
  valueOf(raw: number): number {
    return this.rate === undefined ? raw : (raw * this.rate) / this.rates.xtal;
  }

  /** A limit in raw terms: cycles for times. */
  rawOf(limit: number): number {
    return this.rate === undefined ? limit : (limit * this.rates.xtal) / this.rate;
  }

  holds(raw: number): boolean {
    const { min, max, over } = this.constraint;
    const scaled = this.rate === undefined ? raw : raw * this.rate;
    const scale = this.rate === undefined ? 1 : this.rates.xtal;
    if (min !== undefined && (over ? scaled <= min * scale : scaled < min * scale)) return false;
    return max === undefined || scaled <= max * scale;
  }

  private isWorse(raw: number, than: number): boolean {
    return this.constraint.max === undefined ? raw < than : raw > than;
  }
}
