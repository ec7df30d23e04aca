/** The grid of a sweep: for a terminal as signs, for a browser as a map. */

import { hertz } from './format.ts';
import { style } from './style.ts';

/** One point with what became of it; without a class it has not been run. */
export interface SweepCell {
  readonly targetXtal: number;
  readonly baudError: number;
  readonly vcc: number;
  readonly class?: 'works' | 'luck' | 'fails';
  readonly broken?: readonly string[];
  readonly problem?: string;
}

export interface SweepTable {
  /** In the order of the cells: the last axis runs fastest. */
  readonly axes: readonly { readonly name: string; readonly values: readonly number[] }[];
  readonly cells: readonly SweepCell[];
  /** What the borders should be, in sentences. */
  readonly theory: readonly string[];
  readonly xtal: number;
  readonly baud: number;
  readonly target: string;
}

type State = 'works' | 'luck' | 'fails' | 'missing';

const SIGNS: Readonly<Record<State, string>> = {
  works: '\u25cf',
  luck: '\u25d0',
  fails: '\u00b7',
  missing: ' ',
};
const WORDS: Readonly<Record<State, string>> = {
  works: 'works',
  luck: 'works by luck: a constraint is broken, no bit is lost',
  fails: 'fails',
  missing: 'not run',
};

/** A value of an axis as people write it. */
export function axisValue(name: string, value: number): string {
  if (name === 'target-xtal') return hertz(value);
  if (name === 'baud-error') return `${Number((value * 100).toFixed(2))} %`.replace('-', '\u2212');
  return `${value} V`;
}

/** The grid cut into tables: first axis down, second across, one table for each value of the third. */
interface Sheet {
  readonly title: string;
  readonly down: SweepTable['axes'][number];
  readonly across: SweepTable['axes'][number] | undefined;
  readonly cell: (row: number, column: number) => SweepCell;
}

function sheets({ axes, cells }: SweepTable): Sheet[] {
  const wide = axes.filter(({ values }) => values.length > 1);
  const [down = axes[0], across, through] = wide;
  const fixed = axes.filter(({ values }) => values.length === 1);
  const strides = axes.map((_, i) =>
    axes.slice(i + 1).reduce((product, { values }) => product * values.length, 1),
  );
  const stride = (axis: SweepTable['axes'][number] | undefined) => (axis ? strides[axes.indexOf(axis)] : 0);
  return (through?.values ?? [undefined]).map((value, k) => ({
    title: [
      ...(value === undefined ? [] : [`${through.name} ${axisValue(through.name, value)}`]),
      ...fixed
        .filter(axis => axis !== down)
        .map(({ name, values }) => `${name} ${axisValue(name, values[0])}`),
    ].join(', '),
    down,
    across,
    cell: (row, column) => cells[row * stride(down) + column * stride(across) + k * stride(through)],
  }));
}

const stateOf = (cell: SweepCell): State => cell.class ?? 'missing';
const tally = (cells: readonly SweepCell[], state: State) =>
  cells.filter(cell => stateOf(cell) === state).length;

/** The grid as lines, with a legend. */
export function sweepText(table: SweepTable): string[] {
  const states = ['works', 'luck', 'fails'] as const;
  const count = (state: State) => tally(table.cells, state);
  const counts = [`${count('works')} works`, `${count('luck')} by luck`, `${count('fails')} fails`];
  const missing = count('missing') > 0 ? `, ${count('missing')} missing` : '';
  return [
    `${table.cells.length} points: ${counts.join(', ')}${missing}`,
    ...table.theory.map(line => `theory: ${line}`),
    ...sheets(table).flatMap(sheetText),
    '',
    ...states.filter(state => count(state) > 0).map(state => `${SIGNS[state]} ${WORDS[state]}`),
  ];
}

function sheetText({ title, down, across, cell }: Sheet): string[] {
  const columns = across?.values ?? [0];
  const heads = across ? columns.map(value => axisValue(across.name, value).replaceAll(' ', '')) : [''];
  const width = Math.max(...heads.map(head => head.length)) + 1;
  const names = down.values.map(value => axisValue(down.name, value));
  const margin = Math.max(down.name.length, ...names.map(name => name.length));
  const rows = names.map(
    (name, row) =>
      `${name.padStart(margin)}  ${columns.map((_, column) => SIGNS[stateOf(cell(row, column))].padStart(width)).join('')}`,
  );
  const head = `${down.name.padStart(margin)}  ${heads.map(text => text.padStart(width)).join('')}`;
  return ['', ...(title ? [title] : []), ...(across ? [head] : []), ...rows.map(row => row.trimEnd())];
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** The grid as one page: a map for each value of the third axis, and the causes. */
export function htmlSweep(table: SweepTable): string {
  const facts = [
    ['target', table.target],
    ['programmer', hertz(table.xtal)],
    ['serial line', `${table.baud} baud`],
    ['points', String(table.cells.length)],
  ];
  const legend = (['works', 'luck', 'fails'] as const).map(
    state =>
      `<span class="key"><i class="${state}"></i>${WORDS[state]} (${tally(table.cells, state)})</span>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sweep: where it works</title>
<style>${style}
.maps { display: grid; gap: 26px 30px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); }
.maps h3 { margin: 0 0 6px; font-size: 15px; }
.maps h3 small { color: var(--soft); font-weight: 400; font-size: 13px; }
.maps svg text.tick { font-size: 11px; }
.key { display: inline-flex; align-items: center; gap: 7px; margin: 0 20px 6px 0; }
.key i { flex: none; width: 14px; height: 14px; border-radius: 3px; background: currentColor; }
.works { fill: var(--good); color: var(--good); } .luck { fill: #dba520; color: #dba520; }
.fails { fill: var(--bad); color: var(--bad); opacity: .8; } .missing { fill: var(--track); color: var(--track); }
svg text.side { text-anchor: end; }
ul.causes { margin: 0; padding-left: 20px; }
</style>
</head>
<body>
<main>
<header class="verdict">
<h1>Where it works</h1>
<p>${tally(table.cells, 'works')} of ${table.cells.length} points work with every limit kept, ${tally(table.cells, 'luck')} by luck, ${tally(table.cells, 'fails')} fail.</p>
<dl class="facts">${facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${escaped(value)}</dd></div>`).join('')}</dl>
</header>
<section>
<p>${legend.join('')}</p>
<div class="maps">${sheets(table).map(sheetSvg).join('')}</div>
</section>
<section>
<h2>Where the borders should be</h2>
<ul class="causes">${table.theory.map(line => `<li>${escaped(line)}</li>`).join('')}</ul>
</section>
<section>
<h2>Causes</h2>
<ul class="causes">${causes(table).join('')}</ul>
</section>
<footer>Written by isp-workbench.</footer>
</main>
</body>
</html>
`;
}

const CELL = 30;
const SIDE = 92;
const HEAD = 26;
/** Room that a letter of the type takes, rather more than less. */
const LETTER = 7;

/** Rows from the highest value down, as on a plot. */
function sheetSvg({ title, down, across, cell }: Sheet): string {
  const columns = across?.values ?? [0];
  const rows = down.values.map((value, row) => ({ value, row })).reverse();
  const [width, height] = [SIDE + columns.length * CELL + 16, rows.length * CELL + HEAD];
  const names = columns.map(value => (across ? axisValue(across.name, value) : ''));
  const every = Math.ceil((LETTER * (Math.max(...names.map(({ length }) => length)) + 1)) / CELL);
  const boxes = rows.flatMap(({ value, row }, i) => [
    `<text class="tick side" x="${SIDE - 8}" y="${i * CELL + CELL / 2 + 4}">${axisValue(down.name, value)}</text>`,
    ...columns.map((_, column) => box(cell(row, column), SIDE + column * CELL, i * CELL)),
  ]);
  const ticks = names.map((name, i) =>
    name && i % every === 0
      ? `<text class="tick" x="${SIDE + i * CELL + CELL / 2}" y="${height - 6}">${name}</text>`
      : '',
  );
  const axes = across ? `${down.name} over ${across.name}` : down.name;
  return `<div><h3>${escaped(title)} <small>${axes}</small></h3><svg viewBox="0 0 ${width} ${height}" style="max-width:${width * 1.4}px" role="img" aria-label="${escaped(`${axes} ${title}`)}">${boxes.join('')}${ticks.join('')}</svg></div>`;
}

function box(cell: SweepCell, x: number, y: number): string {
  const where = [
    axisValue('target-xtal', cell.targetXtal),
    axisValue('baud-error', cell.baudError),
    axisValue('vcc', cell.vcc),
  ].join(', ');
  const why = [cell.problem, cell.broken?.length ? `broken: ${cell.broken.join(', ')}` : undefined];
  const title = [`${where}: ${WORDS[stateOf(cell)]}`, ...why.filter(text => text !== undefined)].join('\n');
  return `<rect class="${stateOf(cell)}" x="${x + 1}" y="${y + 1}" width="${CELL - 2}" height="${CELL - 2}" rx="4"><title>${escaped(title)}</title></rect>`;
}

/** Which constraints were broken how often, and how that ended. */
function causes({ cells }: SweepTable): string[] {
  const ids = [...new Set(cells.flatMap(({ broken = [] }) => broken))];
  const count = (id: string, state: State) =>
    cells.filter(cell => cell.broken?.includes(id) && stateOf(cell) === state).length;
  const lines = ids.map(id => ({ id, luck: count(id, 'luck'), fails: count(id, 'fails') }));
  lines.sort((a, b) => b.luck + b.fails - a.luck - a.fails);
  return lines.map(
    ({ id, luck, fails }) =>
      `<li><b>${escaped(id)}</b> was broken at ${luck + fails} points; ${luck} of them worked all the same</li>`,
  );
}
