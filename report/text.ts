/** A timing report as lines for a terminal. */

import type { Measurement, TimingReport } from '../simulator/index.ts';
import { count, marginText, number, relativeMargin, required, time } from './format.ts';

/** One line that says how it stands: `23 constraints met; least margin: tOVSH, 20 %`. */
export function verdict(report: TimingReport): string {
  const broken = report.constraints.filter(({ met }) => !met);
  if (broken.length > 0)
    return `${broken.length} of ${report.constraints.length} constraints broken: ${broken.map(({ id }) => id).join(', ')}`;
  const least = tightest(report);
  const seen = report.constraints.filter(({ count }) => count > 0).length;
  const all = seen === report.constraints.length ? 'all ' : '';
  const unseen = all ? '' : `, ${report.constraints.length - seen} never occurred`;
  const margin = least
    ? `; tightest: ${least.id}, ${Math.round(relativeMargin(least)! * 100)} % to spare`
    : '';
  return `${all}${seen} constraints met${unseen}${margin}`;
}

/** The constraint that is nearest to its limit, relative to it. */
export function tightest({ constraints }: TimingReport): Measurement | undefined {
  const measured = constraints.filter(row => relativeMargin(row) !== undefined);
  return measured.sort((a, b) => relativeMargin(a)! - relativeMargin(b)!)[0];
}

const HEADINGS = ['', 'constraint', 'required', 'worst', 'margin', 'times', 'where'] as const;
const RIGHT = new Set<(typeof HEADINGS)[number]>(['worst', 'margin', 'times']);

/** The table, one line a constraint. `mark` paints the sign of each row. */
export function table(
  report: TimingReport,
  mark: (row: Measurement, sign: string) => string = (_, sign) => sign,
): string[] {
  const cells = [HEADINGS, ...report.constraints.map(row => cellsOf(row, report.xtal))];
  const widths = HEADINGS.map((_, column) => Math.max(...cells.map(row => row[column].length)));
  return cells.map((row, line) => {
    const padded = row.map((cell, column) =>
      RIGHT.has(HEADINGS[column]) ? cell.padStart(widths[column]) : cell.padEnd(widths[column]),
    );
    if (line > 0) padded[0] = mark(report.constraints[line - 1], padded[0]);
    return padded.join('  ').trimEnd();
  });
}

function cellsOf(row: Measurement, xtal: number): string[] {
  const sign = row.count === 0 ? '\u2013' : row.met ? '\u2713' : '\u2717';
  return [
    sign,
    row.id === row.name ? row.id : `${row.id}: ${row.name}`,
    required(row),
    worstText(row),
    marginText(row),
    count(row.count),
    where(row, xtal),
  ];
}

/** A wait that was kept by polling has no length. */
function worstText(row: Measurement): string {
  if (row.worst === undefined) return row.count > 0 ? 'polled' : '';
  return row.max === 0 ? count(row.violations) : number(row.worst, row.unit);
}

/** `firmware/isp.ts:54 at 1.2 s`: the edge that ended the worst interval, or failing that the one that began it. */
export function where({ at, first, met }: Measurement, xtal: number): string {
  const occasion = met ? at : (first ?? at);
  if (!occasion) return '';
  const line = occasion.to.line ?? occasion.from.line ?? '';
  const about = occasion.about ? ` (${occasion.about})` : '';
  return `${line ? `${line} ` : ''}at ${time(occasion.to.cycle, xtal)}${about}`;
}

/** What is wrong, one line for each broken constraint; empty when nothing is. */
export function complaints(report: TimingReport): string[] {
  return report.constraints.filter(({ met }) => !met).map(row => complaint(row, report.xtal));
}

function complaint(row: Measurement, xtal: number): string {
  const value = row.max === 0 ? `${count(row.violations)} times` : number(row.worst!, row.unit);
  const lines = [row.first?.from.line, row.first?.to.line].filter(line => line !== undefined);
  const places = [...new Set(lines)].join(' \u2192 ');
  const head = `${row.id} (${row.name}): ${value}, required ${required(row)}`;
  return `${head}; first ${places ? `${places} ` : ''}at ${time(row.first!.to.cycle, xtal)}; ${count(row.violations)} of ${count(row.count)}`;
}
