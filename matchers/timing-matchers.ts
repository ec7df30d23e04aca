/** Matchers about time: all constraints, or one. */

import { complaints, quantity, required } from '../report/index.ts';
import { type ConstraintId, constraintRows, type Measurement, type Unit } from '../simulator/index.ts';
import type { Run } from './bench.ts';
import { around, type Verdict } from './message.ts';

/** Which constraints a test is about. */
export interface TimingSelection {
  readonly only?: readonly ConstraintId[];
  readonly except?: readonly ConstraintId[];
}

/** A limit in target clocks, or with its unit: `'4 target clocks'`, `'1.5 us'`, `'20 cycles'`. */
export type Duration = number | string;

/** Every constraint, or those selected, is met; a constraint that never occurred is. */
export function toMeetTiming(run: Run, { only, except = [] }: TimingSelection = {}): Verdict {
  // what the part does not have cannot be broken: nobody should believe that it was looked at
  checkIds(only ?? [], run.timing.constraints, `the ${run.timing.device} has`);
  checkIds(except, constraintRows, 'there is');
  const rows = run.timing.constraints.filter(
    ({ id }) => (only?.includes(id) ?? true) && !except.includes(id),
  );
  const broken = rows.filter(({ met }) => !met);
  return {
    pass: broken.length === 0,
    actual: summary(rows, ({ first, unit }) => quantity(first!.value, unit)),
    expected: summary(rows, () => 'met'),
    message: () =>
      broken.length === 0
        ? 'expected some constraint to be broken, but all are met'
        : [...complaints({ ...run.timing, constraints: rows }), '', wavesOf(run, broken)].join('\n'),
  };
}

/** @throws TypeError for a name that is not among them */
function checkIds(ids: readonly string[], rows: readonly { readonly id: string }[], who: string): void {
  const wrong = ids.find(id => !rows.some(row => row.id === id));
  if (wrong !== undefined)
    throw new TypeError(`${who} no constraint '${wrong}', but ${rows.map(({ id }) => id).join(', ')}`);
}

/** Shown as a difference: one line for each constraint that is not as it should be. */
function summary(rows: readonly Measurement[], state: (row: Measurement) => string): string[] {
  return rows.filter(({ met }) => !met).map(row => `${row.id} (${row.name}) ${required(row)}: ${state(row)}`);
}

function wavesOf(run: Run, broken: readonly Measurement[]): string {
  const shown = broken.slice(0, 3).filter(({ first }) => first !== undefined);
  return shown.map(({ id, first }) => `${id}\n${around(run, first!)}`).join('\n\n');
}

/** SCK stays high at least so long in every pulse. */
export function toHaveSckHigh(run: Run, limits: { min: Duration }): Verdict {
  return pulses(run, 'tSHSL', limits.min);
}

/** SCK stays low at least so long between pulses. */
export function toHaveSckLow(run: Run, limits: { min: Duration }): Verdict {
  return pulses(run, 'tSLSH', limits.min);
}

function pulses(run: Run, id: 'tSHSL' | 'tSLSH', min: Duration): Verdict {
  const { figures, constraints, xtal, targetXtal } = run.timing;
  const [[shortest] = [undefined]] = id === 'tSHSL' ? figures.sckHigh : figures.sckLow;
  const { name, at } = constraints.find(row => row.id === id)!;
  const { unit, rate, value } = parse(min, xtal, targetXtal);
  const pass = shortest !== undefined && shortest * rate >= value * xtal;
  const actual =
    shortest === undefined ? 'never' : `${Number(((shortest * rate) / xtal).toFixed(4))} ${unit}`;
  const expected = `at least ${value} ${unit}`;
  const message = () =>
    `expected ${name} ${pass ? 'less than' : 'at least'} ${value} ${unit}, the shortest is ${actual}` +
    (at ? ` at ${at.to.line ?? `cycle ${at.to.cycle}`}\n\n${around(run, at)}` : '');
  return { pass, actual, expected, message };
}

/** Units that a duration may be given in, and how many of them make a second. */
const PER_SECOND: Readonly<Record<string, number>> = { s: 1, ms: 1e3, us: 1e6, '\u00b5s': 1e6, ns: 1e9 };

function parse(
  duration: Duration,
  xtal: number,
  targetXtal: number,
): { unit: Unit | string; rate: number; value: number } {
  if (typeof duration === 'number') return { unit: 'target clocks', rate: targetXtal, value: duration };
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*(\D+)$/.exec(duration.trim()) ?? [];
  const rates = { ...PER_SECOND, cycles: xtal, 'target clocks': targetXtal, 'target clock': targetXtal };
  const rate = rates[unit as keyof typeof rates];
  if (!rate)
    throw new TypeError(`'${duration}' is no duration; write 4, '4 target clocks', '20 cycles' or '1.5 us'`);
  return { unit, rate, value: Number(digits) };
}
