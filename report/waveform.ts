/** A few lines of waveform for a terminal. */

import type { Annotation, Level, NetSlice, Slice } from '../simulator/index.ts';
import { time } from './format.ts';

/** How a level looks, and how an edge between two does. */
const GLYPHS: Readonly<Record<string, string>> = { '0': '\u2581', '1': '\u2594', z: '\u2504', x: '\u2573' };

export interface WaveformOptions {
  /** Characters for the time axis. Default 72. */
  readonly width?: number;
  /** Cycles per second. */
  readonly xtal: number;
  /** Moments to point at. */
  readonly marks?: readonly number[];
}

/** The wires of a slice as one line each, marks beneath, then decoded rows and the scale. */
export function waveform(slice: Slice, { width = 72, xtal, marks = [] }: WaveformOptions): string[] {
  const span = Math.max(1, slice.to - slice.from);
  const column = (at: number) =>
    Math.max(0, Math.min(width - 1, Math.floor(((at - slice.from) * width) / span)));
  const nets = slice.nets.filter(net => net.edges.length > 0 || net.name === 'RESET' || net.name === 'SCK');
  const lines = nets.map(net => `${net.name.padEnd(6)} ${trace(net, slice, width)}`);
  if (marks.length > 0) lines.push(`${''.padEnd(6)} ${pointers(marks.map(column), width)}`);
  for (const row of rowsOf(slice.annotations)) {
    lines.push(`${''.padEnd(6)} ${spans(row, column, width)}`);
  }
  lines.push(`${''.padEnd(6)} ${scale(slice, xtal, width)}`);
  return lines;
}

/** One character a column: the level at its end, or a bar where more than one edge falls into it. */
function trace({ initial, edges }: NetSlice, slice: Slice, width: number): string {
  const span = Math.max(1, slice.to - slice.from);
  let level: Level = initial;
  let next = 0;
  let text = '';
  for (let column = 0; column < width; column++) {
    const end = slice.from + ((column + 1) * span) / width;
    let changes = 0;
    for (; next < edges.length && edges[next].time < end; next++, changes++) level = edges[next].level;
    text += changes > 1 ? '\u2592' : GLYPHS[String(level)];
  }
  return text;
}

function pointers(columns: readonly number[], width: number): string {
  return Array.from({ length: width }, (_, i) => (columns.includes(i) ? '\u2191' : ' '))
    .join('')
    .trimEnd();
}

/** Annotations by row, those of one row without overlap. */
function rowsOf(annotations: readonly Annotation[]): Annotation[][] {
  const rows = new Map<string, Annotation[]>();
  for (const annotation of annotations)
    rows.set(annotation.row, [...(rows.get(annotation.row) ?? []), annotation]);
  return [...rows.values()];
}

function spans(row: readonly Annotation[], column: (at: number) => number, width: number): string {
  const cells = new Array<string>(width).fill(' ');
  for (const { start, end, text } of row) {
    const [from, to] = [column(start), column(end)];
    const room = to - from + 1;
    const fitting = text.find(words => words.length <= room - 2) ?? '';
    const label = room < 3 ? '|'.repeat(room) : `[${fitting.padEnd(room - 2, '\u00b7')}]`;
    [...label].forEach((letter, i) => {
      cells[from + i] = letter;
    });
  }
  return cells.join('').trimEnd();
}

function scale({ from, to }: Slice, xtal: number, width: number): string {
  const [left, right] = [time(from, xtal), `${time(to - from, xtal)} wide`];
  return left + right.padStart(Math.max(right.length + 1, width - left.length));
}
