/** `isp timing --sweep`: where does it work, where by luck, where not? */
import { availableParallelism } from 'node:os';
import { hertz, htmlSweep, type SweepCell, type SweepTable, sweepText } from '../report/index.ts';
import { TimingChecker } from '../simulator/index.ts';
import { UsageError } from './errors.ts';
import { write } from './files.ts';
import { NO_TARGET } from './options.ts';
import type { Outcome } from './outcome.ts';
import { Setup, type SetupOptions } from './setup.ts';
import { headOf, ResultsFile, readResults, type SweepHead, type SweepResults } from './sweep-file.ts';
import { type Axis, type Conditions, pointsOf } from './sweep-grid.ts';
import type { SweepSetting } from './sweep-point.ts';
import { runTasks } from './sweep-pool.ts';
import type { Terminal } from './terminal.ts';
import { runBriefly } from './timing-job.ts';

export interface SweepOptions extends SetupOptions {
  sweep: readonly Axis[];
  shard?: { index: number; count: number };
  results?: string;
  merge?: readonly string[];
  workers?: number;
  html?: string;
}

/**
 * Runs the points that are not known yet and shows the whole grid.
 * @throws UsageError, JobError
 */
export async function sweep(options: SweepOptions, terminal: Terminal): Promise<Outcome> {
  if (options.target === NO_TARGET) throw new UsageError('--sweep needs a target in the socket');
  const setup = await Setup.make({ ...options, trace: undefined, memory: undefined });
  const setting = settingOf(setup, options);
  const defaults = { targetXtal: options.targetXtal, baudError: options.baudError ?? 0, vcc: options.vcc };
  const points = pointsOf(options.sweep, defaults);
  const head = headOf(options.sweep, points.length, defaults, setting);
  const results = await collect(points, head, setting, options, terminal);
  const table = tableOf(options, points, results, theoryOf(setup, options));
  if (options.html) write(options.html, htmlSweep(table));
  return outcome(table, options);
}

function settingOf({ firmware }: Setup, { target, xtal, baud }: SweepOptions): SweepSetting {
  return { words: firmware.words, target, xtal, baud };
}

/** What files and workers give together. */
async function collect(
  points: readonly Conditions[],
  head: SweepHead,
  setting: SweepSetting,
  options: SweepOptions,
  terminal: Terminal,
): Promise<SweepResults> {
  const results: SweepResults = new Map();
  for (const path of options.merge ?? []) readResults(path, head, results);
  const file = options.results === undefined ? undefined : new ResultsFile(options.results, head);
  file?.open(results);
  const { index: shard, count } = options.shard ?? { index: 1, count: 1 };
  const mine = points
    .map((conditions, index) => ({ index, conditions }))
    .filter(({ index }) => index % count === shard - 1 && !results.has(index));
  let done = 0;
  await runTasks(mine, setting, options.workers ?? availableParallelism(), (index, result) => {
    results.set(index, result);
    file?.add(index, result);
    terminal.progress('sweep', ++done / mine.length);
  });
  file?.writeAll(results);
  return results;
}

/** What the margins of one ordinary run say about where the borders have to be. */
function theoryOf(setup: Setup, options: SweepOptions): string[] {
  const checker = new TimingChecker(setup.board);
  setup.simulate(() => runBriefly(setup, options));
  const { constraints, figures } = checker.finish();
  const row = (id: string) => constraints.find(one => one.id === id)!;
  const lines = borderOfSck(
    [
      { name: 'high', cycles: figures.sckHigh[0]?.[0], clocks: row('tSHSL').min! },
      { name: 'low', cycles: figures.sckLow[0]?.[0], clocks: row('tSLSH').min! },
    ],
    options.xtal,
  );
  const tolerance = row('RXD tolerance').worst;
  if (tolerance !== undefined)
    lines.push(`the receiver's sampling points bear a PC that is ${tolerance.toFixed(2)} % off`);
  lines.push(
    "the PC's own, in the middle of the stop bit, bear -5.00 % (half of 10 bits) and 5.56 % (half of 9)",
  );
  return lines;
}

/** Which level of SCK is the first that a target is too slow for, and at which clock. */
function borderOfSck(
  levels: readonly { name: string; cycles: number | undefined; clocks: number }[],
  xtal: number,
): string[] {
  const borders = levels.flatMap(({ name, cycles, clocks }) =>
    cycles === undefined ? [] : [{ name, cycles, clocks, hz: (clocks * xtal) / cycles }],
  );
  return borders
    .sort((a, b) => b.hz - a.hz)
    .slice(0, 1)
    .map(
      ({ name, cycles, clocks, hz }) =>
        `SCK ${name} of ${cycles} cycles is ${clocks} target clocks at ${hertz(Math.round(hz))}`,
    );
}

function tableOf(
  { sweep, xtal, baud, target }: SweepOptions,
  points: readonly Conditions[],
  results: SweepResults,
  theory: readonly string[],
): SweepTable {
  const cells = points.map((conditions, index): SweepCell => ({ ...conditions, ...results.get(index) }));
  return { axes: sweep, cells, theory, xtal, baud, target };
}

function outcome(table: SweepTable, { html, results, shard }: SweepOptions): Outcome {
  const count = (kind: string | undefined) => table.cells.filter(cell => cell.class === kind).length;
  const missing = count(undefined);
  return {
    ok: shard !== undefined || missing === 0,
    text: [...sweepText(table), ...[html, results].filter(path => path).map(path => `wrote ${path}`)],
    json: {
      points: table.cells.length,
      works: count('works'),
      luck: count('luck'),
      fails: count('fails'),
      missing,
      theory: table.theory,
      axes: table.axes,
      cells: table.cells,
    },
  };
}
