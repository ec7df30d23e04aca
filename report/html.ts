/** The report as one page that needs nothing else: verdict, margins, histograms, eyes, waveforms, source. */

import type { Constraint, ConstraintGroup, Measurement } from '../simulator/index.ts';
import { receiveEye, sckHistogram, transmitEye } from './charts.ts';
import { occasionOf, type PageData, pageData, type ReportInput } from './data.ts';
import { count, hertz, number, quantity, relativeMargin, required, time } from './format.ts';
import { style } from './style.ts';
import { verdict } from './text.ts';
import { viewer } from './viewer.ts';
import { wirePath } from './wire-path.ts';

const GROUPS: Readonly<Record<ConstraintGroup, string>> = {
  isp: 'Programming interface',
  serial: 'Serial line',
  wires: 'Wires',
};

/** Less than this left over is shown as close. */
const CLOSE = 0.1;
/** Source lines before and after the one that matters. */
const CONTEXT = 4;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) => text.replace(/[&<>"]/g, letter => ENTITIES[letter]);

/** Writes the page. The same input gives the same text. */
export function htmlReport(input: ReportInput): string {
  const data = pageData(input, row => (row.worst === undefined ? '' : valueText(row)));
  const title = `Timing of ${input.title}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${head(input)}
${constraints(input, data)}
${charts(input)}
${waves(input, data)}
<footer>Written by isp-workbench. All times are counted in clocks of the programmer, ${hertz(input.report.xtal)}; nothing is measured by hand.</footer>
</main>
${data.waves.length > 0 ? script(data) : ''}
</body>
</html>
`;
}

/** The viewer and what it shows. */
function script(data: PageData): string {
  const json = JSON.stringify(data).replaceAll('<', '\\u003c');
  return `<script>(${viewer.toString()})(${wirePath.toString()}, ${json});</script>`;
}

function head({ title, report, problem, facts = [] }: ReportInput): string {
  const ok = report.met && problem === undefined;
  const broken = report.constraints.filter(({ met }) => !met).length;
  const headline = ok
    ? 'All limits are kept'
    : (['The job failed', 'A limit is broken'][broken] ?? `${broken} limits are broken`);
  const all = [
    ['target', `${report.device} at ${hertz(report.targetXtal)}, ${report.vcc} V`],
    ['programmer', hertz(report.xtal)],
    ['serial line', `${report.baud} baud`],
    ['simulated', time(report.end, report.xtal)],
    ...facts,
  ] as const;
  return `<header class="verdict${ok ? '' : ' bad'}">
<h1><span>${ok ? '\u2713' : '\u2717'}</span>${headline}</h1>
<p>${escaped(title)}: ${escaped(verdict(report))}.</p>
${problem ? `<p class="problem">${escaped(problem)}</p>` : ''}
<dl class="facts">${all.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`).join('')}</dl>
</header>`;
}

function constraints({ report }: ReportInput, data: PageData): string {
  const groups = Object.entries(GROUPS).map(([group, name]) => {
    const rows = report.constraints.filter(row => row.group === group);
    return `<tr class="group"><td colspan="7">${name}</td></tr>${rows.map(row => rowOf(row, data, report.xtal)).join('')}`;
  });
  return `<section>
<h2>Constraints</h2>
<p class="lead">The bar is what is left over: the upright mark is the limit, the end of the track is twice the limit.</p>
<table>
<thead><tr><th></th><th>constraint</th><th class="value">required</th><th class="value">worst</th><th>margin</th><th class="count">times</th><th>worst case</th></tr></thead>
<tbody>${groups.join('')}</tbody>
</table>
</section>`;
}

function rowOf(row: Measurement, data: PageData, xtal: number): string {
  const state = row.count === 0 ? 'none' : row.met ? 'good' : 'bad';
  const sign = { none: '\u2013', good: '\u2713', bad: '\u2717' }[state];
  return `<tr class="${state}" title="${escaped(row.source)}">
<td class="sign">${sign}</td>
<td class="what"><b>${escaped(row.id)}</b><span>${escaped(row.name)}</span></td>
<td class="value required">${escaped(required(row))}</td>
<td class="value worst">${escaped(worstText(row))}</td>
<td class="margin">${meter(row)}</td>
<td class="count">${count(row.count)}</td>
<td class="where">${whereCell(row, data, xtal)}</td>
</tr>`;
}

/** A wait that was kept by polling has no length. */
function worstText(row: Measurement): string {
  if (row.worst === undefined) return row.count > 0 ? 'polled' : 'not seen';
  return row.max === 0 ? count(row.violations) : valueText(row);
}

function valueText(row: Constraint & { readonly worst?: number | undefined }): string {
  return quantity(row.worst!, row.unit).replace('target clocks', 'clocks');
}

/** The limit lies at a fifth of the track; to its right the margin, to its left what is missing. */
function meter(row: Measurement): string {
  const relative = relativeMargin(row);
  if (relative === undefined) return '';
  const size = Math.min(1, Math.abs(relative));
  const [start, width] = relative < 0 ? [20 - 20 * size, 20 * size] : [20, 80 * size];
  const kind = relative < 0 || !row.met ? ' bad' : relative < CLOSE ? ' warn' : '';
  const share =
    Math.abs(relative) >= 10 ? `${number(relative + 1, 'ns')}\u00d7` : `${Math.round(100 * relative)} %`;
  const text = `${relative < 0 || relative >= 10 ? '' : '+'}${share}`.replace('-', '\u2212');
  return `<div class="meter${kind}"><i style="--a:${start.toFixed(1)}%;--w:${Math.max(width, 1).toFixed(1)}%"></i><span>${text}</span></div>`;
}

function whereCell(row: Measurement, data: PageData, xtal: number): string {
  const occasion = occasionOf(row);
  const index = data.waves.findIndex(({ id }) => id === row.id);
  if (!occasion || index < 0) return '';
  const line = occasion.to.line ?? occasion.from.line ?? 'show';
  const about = occasion.about ? ` \u00b7 ${escaped(occasion.about)}` : '';
  return `<a href="#waves" data-wave="${index}"><code>${escaped(line)}</code></a><small>at ${time(occasion.to.cycle, xtal)}${about}</small>`;
}

function charts({ report }: ReportInput): string {
  const { figures, xtal } = report;
  const row = (id: string) => report.constraints.find(one => one.id === id)!;
  const limit = (id: string) => (row(id).min! * xtal) / report.targetXtal;
  const chart = (title: string, lead: string, body: string) =>
    `<section><h2>${title}</h2><p class="lead">${lead}</p>${body}</section>`;
  const lead = (id: string) =>
    `Cycles of the programmer, logarithmic; the target needs more than ${Number(limit(id).toFixed(2))}.`;
  return `<div class="charts">
<div class="pair">
${chart('SCK high', lead('tSHSL'), sckHistogram(figures.sckHigh, limit('tSHSL'), xtal))}
${chart('SCK low', lead('tSLSH'), sckHistogram(figures.sckLow, limit('tSLSH'), xtal))}
</div>
<div class="pair">
${chart('What the programmer sends', 'TXD, all bits laid over each other; strong lines occur often.', transmitEye(report))}
${chart('What the programmer receives', 'RXD, and where each of the eight bits was sampled, first bit on top.', receiveEye(report, row('RXD sample').max!))}
</div>
</div>`;
}

function waves(input: ReportInput, data: PageData): string {
  if (data.waves.length === 0)
    return '<section id="waves"><h2>Worst cases</h2><p class="lead">Nothing happened.</p></section>';
  const chips = data.waves.map(
    ({ id, met }, i) =>
      `<button type="button" data-wave="${i}"${met ? '' : ' class="bad"'} aria-pressed="${i === data.chosen}">${escaped(id)}</button>`,
  );
  const rows = data.waves.map(({ id }) => input.report.constraints.find(row => row.id === id)!);
  return `<section id="waves">
<h2>Worst cases</h2>
<p class="lead">Scroll or pinch to zoom, drag to move, arrow keys and + \u2212 0 do the same.</p>
<div class="chips">${chips.join('')}</div>
<div class="bench">
<div>
<div class="tools"><h3 id="wave-name"></h3><button type="button" id="out" aria-label="zoom out">\u2212</button><button type="button" id="in" aria-label="zoom in">+</button><button type="button" id="fit">reset</button></div>
<svg id="plot" tabindex="0" role="img" aria-label="waveform"></svg>
<div id="hint">Point at an edge to see the line that made it.</div>
</div>
<div>${rows.map((row, i) => source(row, input, i, i === data.chosen)).join('')}</div>
</div>
</section>`;
}

/** The lines at both ends of an interval, with their neighbours. */
function source(row: Measurement, { source: read }: ReportInput, index: number, shown: boolean): string {
  const { from, to } = occasionOf(row)!;
  const places = [...new Set([from.line, to.line])].filter(line => line !== undefined).map(parsePlace);
  const files = [...new Set(places.map(({ file }) => file))];
  const blocks = files.flatMap(file => {
    const text = read(file)?.split('\n');
    const hits = places.filter(place => place.file === file).map(({ line }) => line);
    return text ? [excerpt(file, text, hits, row.met)] : [`<h4>${escaped(file)}:${hits.join(', ')}</h4>`];
  });
  const none = '<h4>No line of the firmware made these edges.</h4>';
  return `<div class="source" data-source="${index}"${shown ? '' : ' hidden'}>${blocks.join('') || none}<h4>Source of the limit</h4><p class="lead">${escaped(row.source)}</p></div>`;
}

function parsePlace(place: string): { file: string; line: number } {
  const colon = place.lastIndexOf(':');
  return { file: place.slice(0, colon), line: Number(place.slice(colon + 1)) };
}

function excerpt(file: string, text: readonly string[], hits: readonly number[], met: boolean): string {
  const wanted = (line: number) => hits.some(hit => Math.abs(hit - line) <= CONTEXT);
  const first = text.findIndex((_, i) => wanted(i + 1));
  const lines = text.flatMap((content, i) => {
    if (!wanted(i + 1)) return [];
    const gap = i > first && !wanted(i) ? ['<span class="gap"><i>\u22ee</i> </span>'] : [];
    const hit = hits.includes(i + 1) ? ` class="hit${met ? '' : ' bad'}"` : '';
    return [...gap, `<span${hit}><i>${i + 1}</i>${escaped(content) || ' '}</span>`];
  });
  return `<h4>${escaped(file)}</h4><pre>${lines.join('')}</pre>`;
}
