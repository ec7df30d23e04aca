/** What the page needs to know, cut down to what it shows. */

import type {
  Annotation,
  Level,
  Measurement,
  Occasion,
  Recording,
  Row,
  Slice,
  TimingReport,
} from '../simulator/index.ts';
import { tightest } from './text.ts';

/** Everything that becomes a page. */
export interface ReportInput {
  readonly title: string;
  readonly report: TimingReport;
  readonly recording: Recording;
  /** Why the job did not succeed, if it did not. */
  readonly problem?: string;
  /** The source line of a word address. */
  readonly where: (pc: number) => string | undefined;
  /** The text of a source file, if it can be had. */
  readonly source: (file: string) => string | undefined;
  /** Further facts for the head of the page: name and value. */
  readonly facts?: readonly (readonly [string, string])[];
}

/** A piece of waveform as the viewer in the page reads it. */
export interface WaveData {
  readonly id: string;
  readonly name: string;
  readonly value: string;
  readonly met: boolean;
  readonly from: number;
  readonly to: number;
  /** What is shown at first. */
  readonly view: readonly [number, number];
  /** What there is. */
  readonly span: readonly [number, number];
  readonly nets: readonly {
    readonly name: string;
    readonly initial: Level;
    readonly edges: readonly WaveEdge[];
  }[];
  readonly rows: readonly { readonly name: string; readonly spans: readonly WaveSpan[] }[];
}

/** Time, level, and an index into the table of lines, or -1. */
export type WaveEdge = readonly [time: number, level: Level, line: number];
export type WaveSpan = readonly [start: number, end: number, text: readonly string[]];

export interface PageData {
  readonly xtal: number;
  readonly lines: readonly string[];
  readonly waves: readonly WaveData[];
  readonly chosen: number;
}

/** So much around an interval can be looked at, in cycles and in intervals. */
const CONTEXT_CYCLES = 2600;
const CONTEXT_INTERVALS = 0.6;
/** Edges of one wire that the page keeps; a longer slice is cut at both ends. */
const MOST_EDGES = 700;

/** The worst case of each constraint that has one, as waveforms. */
export function pageData(input: ReportInput, format: (row: Measurement) => string): PageData {
  const lines: string[] = [];
  const index = (pc: number | undefined) => {
    const line = pc === undefined ? undefined : input.where(pc);
    if (line === undefined) return -1;
    if (!lines.includes(line)) lines.push(line);
    return lines.indexOf(line);
  };
  const rows = input.report.constraints.filter(row => occasionOf(row) !== undefined);
  const waves = rows.map(row => waveOf(row, input.recording, index, format(row)));
  const first = input.report.constraints.find(({ met }) => !met) ?? tightest(input.report);
  return {
    xtal: input.report.xtal,
    lines,
    waves,
    chosen: Math.max(
      0,
      rows.findIndex(({ id }) => id === first?.id),
    ),
  };
}

/** The occasion to show: the worst, or what broke the limit first where the worst has no place. */
export function occasionOf({ at, first }: Measurement): Occasion | undefined {
  return at ?? first;
}

function waveOf(
  row: Measurement,
  recording: Recording,
  index: (pc: number | undefined) => number,
  value: string,
): WaveData {
  const { from, to } = occasionOf(row)!;
  const interval = to.cycle - from.cycle;
  const around = Math.max(CONTEXT_CYCLES, CONTEXT_INTERVALS * interval);
  const wanted = [Math.max(0, from.cycle - around), to.cycle + around] as const;
  const slice = narrowed(recording, wanted, from.cycle, to.cycle);
  const half = Math.max(110, 0.75 * interval);
  const middle = (from.cycle + to.cycle) / 2;
  return {
    id: row.id,
    name: row.name,
    value,
    met: row.met,
    from: from.cycle,
    to: to.cycle,
    view: [Math.max(slice.from, middle - half), Math.min(slice.to, middle + half)],
    span: [slice.from, slice.to],
    nets: slice.nets.map(({ name, initial, edges }) => ({
      name,
      initial,
      edges: edges.map(({ time, level, pc }): WaveEdge => [time, level, index(pc)]),
    })),
    rows: rowsOf(slice.annotations),
  };
}

/** A slice with no more edges than a page should carry. */
function narrowed(
  recording: Recording,
  [from, to]: readonly [number, number],
  keepFrom: number,
  keepTo: number,
): Slice {
  const slice = recording.slice(from, to);
  if (slice.nets.every(({ edges }) => edges.length <= MOST_EDGES)) return slice;
  if (from >= keepFrom && to <= keepTo) return slice;
  const closer = (edge: number, keep: number) => keep + (edge - keep) / 2;
  const next = [Math.floor(closer(from, keepFrom)), Math.ceil(closer(to, keepTo))] as const;
  return next[0] === from && next[1] === to ? slice : narrowed(recording, next, keepFrom, keepTo);
}

/** The rows in their order on the page, and what they are called there. */
const ROW_NAMES: readonly (readonly [Row, string])[] = [
  ['spi mosi', 'to target'],
  ['spi miso', 'from target'],
  ['isp instruction', 'instruction'],
  ['uart rxd', 'RXD byte'],
  ['avr910 command', 'command'],
  ['uart txd', 'TXD byte'],
  ['avr910 answer', 'answer'],
];

function rowsOf(annotations: readonly Annotation[]): WaveData['rows'] {
  return ROW_NAMES.flatMap(([row, name]) => {
    const own = annotations.filter(annotation => annotation.row === row);
    const spans = own.map(({ start, end, text }): WaveSpan => [start, end, text]);
    return spans.length > 0 ? [{ name, spans }] : [];
  });
}
