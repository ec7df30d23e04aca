/** Histograms and eyes as SVG, drawn when the page is written: they need no script to be seen. */

import type { Histogram, TimingReport } from '../simulator/index.ts';
import { count, time } from './format.ts';

/** Bars of a histogram; what is longer goes into a last bar. */
const MOST_BARS = 8;
const WIDTH = 560;
const HEIGHT = 220;
const BASE = 176;
/** Above the bars: a line for the limit and one for the count of the longest, also in the large type of a small screen. */
const TOP = 43;
/** Left of the bars, for the limit where all of them keep it. */
const LIMIT_ROOM = 50;

interface Bar {
  readonly label: string;
  readonly count: number;
  readonly title: string;
  readonly bad: boolean;
}

/** How often a level of SCK lasted how many cycles; `limit` is what it must be longer than. */
export function sckHistogram(histogram: Histogram, limit: number, xtal: number): string {
  if (histogram.length === 0) return '<p class="empty">SCK never moved.</p>';
  const bars = barsOf(histogram, limit, xtal);
  const most = Math.max(...bars.map(bar => bar.count));
  const step = (WIDTH - LIMIT_ROOM) / Math.max(bars.length, 6);
  const left = LIMIT_ROOM + (WIDTH - LIMIT_ROOM - step * bars.length) / 2;
  const drawn = bars.map((bar, i) => drawBar(bar, left + i * step, step, most));
  drawn.unshift(limitLine(left + bars.filter(({ bad }) => bad).length * step, limit));
  const text = `shortest ${histogram[0][0]} cycles, limit ${Number(limit.toFixed(2))}`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${text}"><line class="axis" x1="0" x2="${WIDTH}" y1="${BASE}" y2="${BASE}"/>${drawn.join('')}</svg>`;
}

function barsOf(histogram: Histogram, limit: number, xtal: number): Bar[] {
  const shown = histogram.length > MOST_BARS ? histogram.slice(0, MOST_BARS - 1) : histogram;
  const rest = histogram.slice(shown.length);
  const bars = shown.map(([cycles, n]) => ({
    label: shortNumber(cycles),
    count: n,
    title: `${cycles} cycles (${time(cycles, xtal)}): ${count(n)} times`,
    bad: cycles <= limit,
  }));
  if (rest.length === 0) return bars;
  const sum = rest.reduce((total, [, n]) => total + n, 0);
  const title = `${rest[0][0]} cycles and more: ${count(sum)} times`;
  return [...bars, { label: 'more', count: sum, title, bad: false }];
}

/** Between what is too short and what is not. */
function limitLine(x: number, limit: number): string {
  return (
    `<line class="limit" x1="${f(x)}" x2="${f(x)}" y1="20" y2="${BASE}"/>` +
    `<text class="n limit" x="${f(Math.max(40, x))}" y="14">&gt; ${Number(limit.toFixed(2))}</text>`
  );
}

function shortNumber(value: number): string {
  return value >= 10_000 ? `${Number((value / 1000).toFixed(1))}k` : String(value);
}

/** Heights are logarithmic: one pulse that is too short must be seen beside sixty thousand. */
function drawBar({ label, count: n, title, bad }: Bar, x: number, step: number, most: number): string {
  const height = ((1 + Math.log10(n)) / (1 + Math.log10(most))) * (BASE - TOP);
  const middle = x + step / 2;
  const width = Math.min(44, step * 0.68);
  return (
    `<g><title>${title}</title>` +
    `<rect class="bar${bad ? ' bad' : ''}" x="${f(middle - width / 2)}" y="${f(BASE - height)}" width="${f(width)}" height="${f(height)}" rx="3"/>` +
    `<text class="n" x="${f(middle)}" y="${f(BASE - height - 7)}">${count(n)}</text>` +
    `<text class="tick" x="${f(middle)}" y="${BASE + 20}">${label}</text></g>`
  );
}

const f = (value: number) => Number(value.toFixed(2)).toString();

/** The eye spans from a quarter of a bit before it to a quarter behind it. */
const EYE = { left: 40, right: WIDTH - 40, top: 34, bottom: 150 };
const at = (bits: number) => f(EYE.left + ((bits + 0.25) / 1.5) * (EYE.right - EYE.left));

/** What the programmer sends, folded over one bit: each edge where it really was, the PC's look in the middle. */
export function transmitEye({ figures }: TimingReport): string {
  const { txdEdges, bit } = figures;
  if (txdEdges.length === 0) return '<p class="empty">Nothing was sent.</p>';
  const most = Math.max(...txdEdges.map(([, n]) => n));
  const crossings = txdEdges.flatMap(([cycles, n]) =>
    [0, 1].map(border => crossing(border + cycles / bit, opacity(n, most))),
  );
  const early = txdEdges[0][0] / bit;
  const late = txdEdges[txdEdges.length - 1][0] / bit;
  const open = rails(Math.max(0, late), Math.min(1, 1 + early));
  const look = `<line class="look" x1="${at(0.5)}" x2="${at(0.5)}" y1="${EYE.top - 12}" y2="${EYE.bottom + 8}"/><text class="n" x="${at(0.5)}" y="${EYE.top - 17}">the PC samples here</text>`;
  return eye(`edges up to ${percent(late)} late`, `${open}${crossings.join('')}${look}`);
}

/** What the programmer receives: the PC's edges, and where each bit was looked at. */
export function receiveEye({ figures }: TimingReport, allowed: number): string {
  const { rxdSamples, bit } = figures;
  const all = rxdSamples.flatMap(histogram => [...histogram]);
  if (all.length === 0) return '<p class="empty">Nothing was received.</p>';
  const most = Math.max(...all.map(([, n]) => n));
  const window = `<rect class="window" x="${at(0.5 - allowed)}" y="${EYE.top}" width="${f((2 * allowed * (EYE.right - EYE.left)) / 1.5)}" height="${EYE.bottom - EYE.top}"/>`;
  const looks = rxdSamples.flatMap((histogram, k) =>
    histogram.map(([cycles, n]) => {
      const bad = Math.abs(cycles / bit) > allowed ? ' bad' : '';
      const y = EYE.top + ((k - 0.5) / 8) * (EYE.bottom - EYE.top);
      return `<circle class="dot${bad}" cx="${at(0.5 + cycles / bit)}" cy="${f(y)}" r="3.4" opacity="${f(0.35 + 0.65 * opacity(n, most))}"><title>bit ${k - 1}: ${percent(cycles / bit)} off the middle, ${count(n)} times</title></circle>`;
    }),
  );
  const label = `<text class="n" x="${at(0.5)}" y="${EYE.top - 17}">allowed</text>`;
  const edges = [0, 1].map(border => crossing(border, 1)).join('');
  return eye('where each bit is sampled', `${window}${rails(0, 1)}${edges}${looks.join('')}${label}`);
}

const percent = (bits: number) => `${Number((100 * bits).toFixed(1))} %`;
const opacity = (n: number, most: number) => 0.12 + 0.88 * (Math.log1p(n) / Math.log1p(most));

/** A rising and a falling edge at a place. */
function crossing(bits: number, strength: number): string {
  const slope = 0.012;
  const [a, b] = [at(bits - slope), at(bits + slope)];
  return `<path class="cross" opacity="${f(strength)}" d="M${a} ${EYE.bottom}L${b} ${EYE.top}M${a} ${EYE.top}L${b} ${EYE.bottom}"/>`;
}

function rails(from: number, to: number): string {
  const spans = [[-0.25, 0] as const, [from, to] as const, [1, 1.25] as const];
  const lines = spans.flatMap(([a, b]) =>
    [EYE.top, EYE.bottom].map(y => `<line class="rail" x1="${at(a)}" x2="${at(b)}" y1="${y}" y2="${y}"/>`),
  );
  return lines.join('');
}

function eye(label: string, body: string): string {
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(
    bits => `<text class="tick" x="${at(bits)}" y="${EYE.bottom + 30}">${bits}</text>`,
  );
  return `<svg viewBox="0 0 ${WIDTH} 206" role="img" aria-label="${label}">${body}${ticks.join('')}<text class="tick" x="${WIDTH / 2}" y="200">bit</text></svg>`;
}
