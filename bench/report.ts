/** What is said about measurements: sums, the committed table, the text. */

import type { Row } from './measure.ts';

/** Both compilers' figures of one kind and how they compare. */
export interface Comparison {
  ours: number;
  gcc: number;
  ratio: number;
}

export type Measure = 'words' | 'clocks';

export interface Summary {
  total: Comparison;
  /** Geometric mean of the ratios: each kernel weighs the same, however long it runs. */
  mean: number;
  /** The kernel with the highest ratio. */
  worst: { name: string; ratio: number };
}

export function compare(row: Row, measure: Measure): Comparison {
  return comparison(row.ours[measure], row.gcc[measure]);
}

function comparison(ours: number, gcc: number): Comparison {
  return { ours, gcc, ratio: ours / gcc };
}

/** Sums and the worst of the rows that count; those beyond the part are not among them. */
export function summarise(rows: readonly Row[], measure: Measure): Summary {
  const counted = rows.filter(row => !row.beyond);
  const sum = (side: 'ours' | 'gcc') => counted.reduce((total, row) => total + row[side][measure], 0);
  const ratios = counted.map(row => ({ name: row.name, ratio: compare(row, measure).ratio }));
  return {
    total: comparison(sum('ours'), sum('gcc')),
    mean: Math.exp(ratios.reduce((sum, { ratio }) => sum + Math.log(ratio), 0) / ratios.length),
    worst: ratios.reduce((a, b) => (b.ratio > a.ratio ? b : a)),
  };
}

/** The firmware of this project, as far as the size bench looks at it. */
export interface FirmwareFigures {
  words: number;
  stackLevels: number;
  /** Words saved by each peephole rule. */
  savings: Readonly<Record<string, number>>;
}

/** size-table.json: what has been reached. Words and clocks of ours; a change shows in the diff. */
export interface Table {
  gcc: string;
  kernels: Record<string, { words: number; clocks: number; gccWords: number; gccClocks: number }>;
  firmware: { words: number; stackLevels: number };
}

export function tableOf(gcc: string, rows: readonly Row[], { words, stackLevels }: FirmwareFigures): Table {
  const kernels = rows.map(({ name, ours, gcc }) => {
    const figures = { words: ours.words, clocks: round(ours.clocks) };
    return [name, { ...figures, gccWords: gcc.words, gccClocks: round(gcc.clocks) }] as const;
  });
  return { gcc, kernels: Object.fromEntries(kernels), firmware: { words, stackLevels } };
}

/** Clocks to a thousandth: means of whole numbers. */
export function round(clocks: number): number {
  return Math.round(clocks * 1000) / 1000;
}

/** What became worse than the table says, a line each. A kernel that the table does not know is not worse. */
export function regressions(rows: readonly Row[], table: Table): string[] {
  return rows.flatMap(({ name, ours }) => {
    const known = table.kernels[name];
    if (!known) return [];
    const worse = (['words', 'clocks'] as const).filter(measure => round(ours[measure]) > known[measure]);
    return worse.map(
      measure => `${name}: ${round(ours[measure])} ${measure}, ${known[measure]} were reached`,
    );
  });
}

// --- text -----------------------------------------------------------------------

/** The suite as a table. */
export function formatSuite(rows: readonly Row[]): string {
  const lines = [
    `${'kernel'.padEnd(16)}${head('words')}${head('clocks')}`,
    ...rows.filter(row => !row.beyond).map(formatRow),
    rule,
    totalLine(rows),
    meanLine(rows),
    worstLine(rows, 'words'),
    worstLine(rows, 'clocks'),
  ];
  const beyond = rows.filter(row => row.beyond);
  if (beyond.length > 0) lines.push('', 'not counted:', ...beyond.flatMap(formatBeyond));
  return lines.join('\n');
}

const rule = '-'.repeat(16 + 2 * 29);

function head(measure: Measure): string {
  return measure.padStart(10) + 'avr-gcc'.padStart(11) + 'ratio'.padStart(8);
}

function columns({ ours, gcc, ratio }: Comparison, digits: number): string {
  return ours.toFixed(digits).padStart(10) + gcc.toFixed(digits).padStart(11) + ratio.toFixed(2).padStart(8);
}

function formatRow(row: Row): string {
  const figures = `${columns(compare(row, 'words'), 0)}${columns(compare(row, 'clocks'), 1)}`;
  return `${row.name.padEnd(16)}${figures}${row.difference ? `  DIFFERS: ${row.difference}` : ''}`;
}

function formatBeyond(row: Row): string[] {
  return [formatRow(row), `${' '.repeat(4)}${row.beyond}`];
}

function totalLine(rows: readonly Row[]): string {
  const [words, clocks] = [summarise(rows, 'words'), summarise(rows, 'clocks')];
  return `${'total'.padEnd(16)}${columns(words.total, 0)}${columns(clocks.total, 1)}`;
}

function meanLine(rows: readonly Row[]): string {
  const [words, clocks] = (['words', 'clocks'] as const).map(each => summarise(rows, each).mean.toFixed(2));
  return `${'mean ratio'.padEnd(16)}${words.padStart(29)}${clocks.padStart(29)}`;
}

function worstLine(rows: readonly Row[], measure: Measure): string {
  const { name, ratio } = summarise(rows, measure).worst;
  return `worst in ${measure}: ${name}, ${ratio.toFixed(2)}`;
}

/** The firmware, and what each rule saved in it and in the kernels. */
export function formatFirmware(
  { words, stackLevels, savings }: FirmwareFigures,
  rows: readonly Row[],
): string {
  const names = [...new Set([savings, ...rows.map(row => row.savings)].flatMap(Object.keys))];
  const inKernels = (name: string) => rows.reduce((sum, row) => sum + (row.savings[name] ?? 0), 0);
  return [
    `firmware: ${words} words, ${stackLevels} stack levels`,
    '',
    `${'words saved by'.padEnd(44)}firmware   kernels`,
    ...names.map(name => {
      const counts = [savings[name] ?? 0, inKernels(name)].map(count => String(count).padStart(9));
      return `  ${name.padEnd(41)}${counts.join(' ')}`;
    }),
  ].join('\n');
}
