/** Values, limits and times as a reader wants them. */

import type { Constraint, Measurement, Unit } from '../simulator/index.ts';

/** How many digits behind the point a unit deserves. */
const DIGITS: Readonly<Record<Unit, number>> = {
  'target clocks': 2,
  ms: 3,
  ns: 0,
  bits: 3,
  '%': 2,
  times: 0,
};

const UNIT_WORDS: Readonly<Record<Unit, string>> = {
  'target clocks': 'target clocks',
  ms: 'ms',
  ns: 'ns',
  bits: 'bit',
  '%': '%',
  times: '',
};

/** `65 728`: digits in groups of three. */
export function count(value: number): string {
  return value.toLocaleString('en').replaceAll(',', '\u202f');
}

/** A value without its unit, no longer than it has to be. */
export function number(value: number, unit: Unit): string {
  const text = Number(value.toFixed(DIGITS[unit])).toString();
  return Math.abs(value) >= 10_000 ? count(Math.round(value)) : text;
}

/** A value with its unit. */
export function quantity(value: number, unit: Unit): string {
  return `${number(value, unit)} ${UNIT_WORDS[unit]}`.trimEnd();
}

/** `> 4 target clocks`, `≤ 0.125 bit`, `never`. */
export function required({ min, max, over, unit }: Constraint): string {
  if (max === 0) return 'never';
  if (max !== undefined) return `\u2264 ${quantity(max, unit)}`;
  return `${over ? '>' : '\u2265'} ${quantity(min!, unit)}`;
}

/** How much of the limit is left over: 0.25 is a quarter. Undefined where there is no measure. */
export function relativeMargin({ margin, min, max }: Measurement): number | undefined {
  const limit = min ?? max;
  return margin === undefined || !limit ? undefined : margin / limit;
}

/** `+14 (350 %)` */
export function marginText(row: Measurement): string {
  if (row.margin === undefined || row.max === 0) return '';
  const relative = relativeMargin(row)!;
  const sign = row.margin < 0 ? '\u2212' : '+';
  const share = Math.abs(relative) > 10 ? `${number(Math.abs(relative) + 1, 'ns')}\u00d7` : percent(relative);
  return `${sign}${number(Math.abs(row.margin), row.unit)} (${share})`;
}

function percent(relative: number): string {
  return `${Math.abs(Math.round(relative * 100))} %`;
}

/** A moment or a span in the unit that suits its size. */
export function time(cycles: number, xtal: number): string {
  const seconds = cycles / xtal;
  const size = Math.abs(seconds);
  if (size >= 1 || size === 0) return `${Number(seconds.toFixed(4))} s`;
  if (size >= 1e-3) return `${Number((seconds * 1e3).toFixed(3))} ms`;
  if (size >= 1e-6) return `${Number((seconds * 1e6).toFixed(2))} \u00b5s`;
  return `${Math.round(seconds * 1e9)} ns`;
}

/** `4 MHz` */
export function hertz(hz: number): string {
  if (hz >= 1e6) return `${Number((hz / 1e6).toFixed(4))} MHz`;
  return hz >= 1e3 ? `${Number((hz / 1e3).toFixed(3))} kHz` : `${hz} Hz`;
}
