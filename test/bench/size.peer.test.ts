/** The kernel suite beside avr-gcc: the same behaviour, and no more words or clocks than were reached before. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { gccVersion } from '../../bench/gcc.ts';
import { measure, ROOT, type Row } from '../../bench/measure.ts';
import { compare, type Measure, regressions, summarise, type Table } from '../../bench/report.ts';

/** On a developer's machine a missing avr-gcc leaves these tests out; in CI it fails them. */
const wanted = gccVersion() !== undefined || process.env.CI !== undefined;

/** What is wanted of every kernel, and of all together. */
const MOST = 1.3;
const MOST_TOTAL = 1.0;

const table = JSON.parse(readFileSync(`${ROOT}/bench/size-table.json`, 'utf8')) as Table;

/** The two columns of the table for a measure. */
const columns = { words: ['words', 'gccWords'], clocks: ['clocks', 'gccClocks'] } as const;

/** Kernels above the goal when the table was written: shown in README.md, and not to become more. */
function admitted(measure: Measure): string[] {
  const [ours, gcc] = columns[measure];
  const above = Object.entries(table.kernels).filter(([, row]) => row[ours] > MOST * row[gcc]);
  return above.map(([name]) => name);
}

/** The goal for the sum, or what was reached while it was above. */
function mostInTotal(measure: Measure, rows: readonly Row[]): number {
  const counted = rows.filter(row => !row.beyond).map(({ name }) => table.kernels[name]);
  const [ours, gcc] = columns[measure].map(key => counted.reduce((sum, row) => sum + row[key], 0));
  return Math.max(MOST_TOTAL, ours / gcc + 0.001);
}

describe.runIf(wanted)('the kernel suite beside avr-gcc', () => {
  let rows: Row[];

  beforeAll(async () => {
    rows = await measure(ROOT);
  });

  it('has at least 15 kernels that count', () => {
    expect(rows.filter(row => !row.beyond).length).toBeGreaterThanOrEqual(15);
  });

  it('reads and writes the same registers with the same values in the same order', () => {
    const differences = rows.filter(row => row.difference).map(({ name, difference }) => [name, difference]);
    expect(differences).toEqual([]);
  });

  it('is nowhere worse than size-table.json', () => {
    expect(regressions(rows, table)).toEqual([]);
  });

  it('has every kernel in size-table.json', () => {
    expect(Object.keys(table.kernels)).toEqual(rows.map(({ name }) => name));
  });

  it('shows in README.md what size-table.json holds', () => {
    const readme = readFileSync(`${ROOT}/bench/README.md`, 'utf8');
    for (const [name, { words, gccWords }] of Object.entries(table.kernels))
      expect(readme).toMatch(new RegExp(`^${name} +${words} +${gccWords} `, 'm'));
  });

  it.each(['words', 'clocks'] as const)('needs no more %s in total', measure => {
    expect(summarise(rows, measure).total.ratio).toBeLessThanOrEqual(mostInTotal(measure, rows));
  });

  it.each(['words', 'clocks'] as const)('needs at most 1.3 times the %s in each kernel', measure => {
    const above = rows.filter(row => compare(row, measure).ratio > MOST).map(({ name }) => name);
    expect(above.filter(name => !admitted(measure).includes(name))).toEqual([]);
  });
});
