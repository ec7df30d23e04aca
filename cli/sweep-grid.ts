/** The grid of a sweep: `target-xtal=0.5M..12M,baud-error=-5%..5%,vcc=2.7..6` as numbers in order. */
import { UsageError } from './errors.ts';
import { decimal, hertz, percent } from './values.ts';

/** What can be swept. */
export type AxisName = 'target-xtal' | 'baud-error' | 'vcc';

/** One direction of the grid. */
export interface Axis {
  readonly name: AxisName;
  readonly values: readonly number[];
}

/** The conditions of one point. */
export interface Conditions {
  readonly targetXtal: number;
  readonly baudError: number;
  readonly vcc: number;
}

interface AxisRow {
  readonly key: keyof Conditions;
  readonly parse: (text: string) => number;
  /** How many values lie in a range, unless it says so itself. */
  readonly steps: number;
  /** Frequencies are equally far apart by their ratio. */
  readonly ratio?: true;
  /** The precision to which values in between are rounded. */
  readonly round: number;
}

/** Limits as for the single options. */
const axes: Readonly<Record<AxisName, AxisRow>> = {
  'target-xtal': {
    key: 'targetXtal',
    parse: hertz({ what: 'a frequency in Hz, such as 500000 or 0.5M,', min: 32_000, max: 24_000_000 }),
    steps: 16,
    ratio: true,
    round: 1,
  },
  'baud-error': {
    key: 'baudError',
    parse: percent({ what: 'per cents', min: -10, max: 10 }),
    steps: 11,
    round: 1e-6,
  },
  vcc: {
    key: 'vcc',
    parse: decimal({ what: 'a supply voltage in V', min: 2.7, max: 6 }, 'V'),
    steps: 6,
    round: 1e-3,
  },
};

const MOST_STEPS = 1000;
/** A day's work for a good machine; also as much as fits its memory with ease. */
const MOST_POINTS = 1_000_000;

/**
 * Reads `name=value`, `name=from..to` or `name=from..to/steps`, separated by commas.
 * @throws UsageError with what is allowed
 */
export function parseGrid(text: string): Axis[] {
  const grid = text.split(',').map(parseAxis);
  const twice = grid.find(({ name }, i) => grid.findIndex(other => other.name === name) !== i);
  if (twice) throw new UsageError(`--sweep names ${twice.name} twice`);
  const points = grid.reduce((product, { values }) => product * values.length, 1);
  if (points > MOST_POINTS)
    throw new UsageError(`--sweep takes ${MOST_POINTS} points at most, not ${points}`);
  return grid;
}

function parseAxis(text: string): Axis {
  const [, name, from, to, steps] =
    /^([a-z-]+)=([^/]+?)(?:\.\.([^/]+?))?(?:\/(\d+))?$/.exec(text.trim()) ?? [];
  const row = axes[name as AxisName];
  if (!row)
    throw new UsageError(
      `--sweep cannot read '${text}'; write for example target-xtal=0.5M..12M or vcc=2.7..6/5; there are ${Object.keys(axes).join(', ')}`,
    );
  const first = row.parse(from);
  if (to === undefined) return { name: name as AxisName, values: [first] };
  const count = steps === undefined ? row.steps : Number(steps);
  if (count < 2 || count > MOST_STEPS) throw new UsageError(`--sweep ${name} takes 2 to ${MOST_STEPS} steps`);
  return { name: name as AxisName, values: between(first, row.parse(to), count, row) };
}

/** Values from one to the other, both included, each once. */
function between(from: number, to: number, count: number, { ratio, round }: AxisRow): number[] {
  if (!(from < to)) throw new UsageError(`--sweep wants the smaller value first: ${to}..${from}`);
  const values = Array.from({ length: count }, (_, i) => {
    if (i === count - 1) return to;
    const part = i / (count - 1);
    const value = ratio ? from * (to / from) ** part : from + (to - from) * part;
    return Number((Math.round(value / round) * round).toFixed(6));
  });
  return [...new Set(values)];
}

/** All points in order: the last axis runs fastest. */
export function pointsOf(grid: readonly Axis[], defaults: Conditions): Conditions[] {
  return grid.reduce<Conditions[]>(
    (points, { name, values }) =>
      points.flatMap(point => values.map(value => ({ ...point, [axes[name].key]: value }))),
    [defaults],
  );
}

/** What holds at every point: the conditions that the grid does not name. */
export function fixedIn(grid: readonly Axis[], defaults: Conditions): Partial<Conditions> {
  const swept = grid.map(({ name }) => axes[name].key);
  return Object.fromEntries(
    Object.entries(defaults).filter(([key]) => !swept.includes(key as keyof Conditions)),
  );
}

/** Reads `i/n`. @throws UsageError */
export function parseShard(text: string): { index: number; count: number } {
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (shard.index >= 1 && shard.index <= shard.count) return shard;
  throw new UsageError('It takes i/n with i from 1 to n, as in 2/8.');
}
