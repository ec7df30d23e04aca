/** One gauge for each constraint of a board; a part that lacks a limit has no gauge for it. */

import type { Constraint, ConstraintId } from '../constraints.ts';
import type { WaitName } from '../devices/device.ts';
import { Gauge, type Rates } from './gauge.ts';

/** Constraints that not every part has. */
type OfSomeParts = WaitName | 'erase ended';

export type Gauges = Readonly<
  Record<Exclude<ConstraintId, OfSomeParts>, Gauge> & Partial<Record<OfSomeParts, Gauge>>
>;

/** Constraints whose values reports show as histograms. */
const SHOWN: ReadonlySet<ConstraintId> = new Set(['tSHSL', 'tSLSH', 'TXD bit', 'RXD sample']);

export function makeGauges(
  constraints: readonly (Constraint & { readonly id: ConstraintId })[],
  rates: Rates,
): Gauges {
  const entries = constraints.map(row => [row.id, new Gauge(row, rates, SHOWN.has(row.id))]);
  return Object.fromEntries(entries) as Gauges;
}
