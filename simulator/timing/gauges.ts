/** One gauge for each constraint of a board. */

import type { Constraint, ConstraintId } from '../constraints.ts';
import { Gauge, type Rates } from './gauge.ts';

export type Gauges = Readonly<Record<ConstraintId, Gauge>>;

/** Constraints whose values reports show as histograms. */
const SHOWN: ReadonlySet<ConstraintId> = new Set(['tSHSL', 'tSLSH', 'TXD bit', 'RXD sample']);

export function makeGauges(
  constraints: readonly (Constraint & { readonly id: ConstraintId })[],
  rates: Rates,
): Gauges {
  const entries = constraints.map(row => [row.id, new Gauge(row, rates, SHOWN.has(row.id))]);
  return Object.fromEntries(entries) as Gauges;
}
