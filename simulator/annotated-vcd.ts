/**
 * A recording as VCD with what the decoders say and which source line was at work, for GTKWave and Surfer.
 *
 * VCD knows no text; both viewers understand `string` variables, whose values hold no blanks, so blanks become
 * underscores. Readers that know only wires skip them.
 */

import type { Cycle } from '../vm-host/time.ts';
import type { Annotation, Row } from './decoders/annotation.ts';
import type { Recording } from './recording.ts';
import { timescaleFor } from './trace.ts';

export interface AnnotatedVcdOptions {
  /** The source line of a word address. */
  readonly where?: (pc: number) => string | undefined;
  readonly write: (text: string) => void;
  /** Where the trace ends. */
  readonly end: Cycle;
}

/** Rows with their names in the file, which hold no blanks. */
const ROWS: readonly (readonly [Row, string])[] = [
  ['uart rxd', 'RXD_byte'],
  ['avr910 command', 'AVR910_command'],
  ['uart txd', 'TXD_byte'],
  ['avr910 answer', 'AVR910_answer'],
  ['spi mosi', 'MOSI_byte'],
  ['spi miso', 'MISO_byte'],
  ['isp instruction', 'ISP_instruction'],
];

/** A line of the file and when it holds. */
interface Change {
  readonly time: Cycle;
  readonly text: string;
}

/** Text is passed on in pieces of so many lines. */
const PIECE = 4096;

/** An identifier code of its own for each variable: printable characters from `!` on. */
const code = (index: number) => String.fromCharCode(33 + index);

/** A text without blanks, the empty text ends a span. Viewers take a backslash for the begin of an escape. */
const value = (text: string) => `s${text.replaceAll(/\s+/g, '_').replaceAll('\\', '\\\\')}`;

/** Writes the whole recording. Call it when the recording is finished. */
export function writeAnnotatedVcd(recording: Recording, { where, write, end }: AnnotatedVcdOptions): void {
  const { perCycle, unit, real } = timescaleFor(recording.xtal);
  const nets = recording.slice(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY).nets;
  const wires = nets.map(({ name }, i) => `$var wire 1 ${code(i)} ${name} $end`);
  const strings = [...ROWS.map(([, name]) => name), 'line'].map(
    (name, i) => `$var string 1 ${code(nets.length + i)} ${name} $end`,
  );
  const remark = real
    ? `XTAL ${recording.xtal} Hz`
    : `one unit of time is one clock period at ${recording.xtal} Hz`;
  const head = [
    `$comment ${remark} $end`,
    `$timescale ${unit} $end`,
    '$scope module board $end',
    ...wires,
    ...strings,
    '$upscope $end',
    '$enddefinitions $end',
    '#0',
    '$dumpvars',
    ...nets.map(({ initial }, i) => `${initial}${code(i)}`),
    ...strings.map((_, i) => `s ${code(nets.length + i)}`),
    '$end',
  ];
  write(`${head.join('\n')}\n`);
  const changes = [
    ...nets.flatMap(({ edges }, i) => edges.map(({ time, level }) => ({ time, text: `${level}${code(i)}` }))),
    ...ROWS.flatMap(([row], i) => spansOf(recording.annotations, row, code(nets.length + i))),
    ...linesOf(recording, where, code(nets.length + ROWS.length)),
  ].sort((a, b) => a.time - b.time);
  writeChanges(changes, end, perCycle, write);
}

/** A text from start to end of each span; a span that follows at once replaces it. */
function spansOf(annotations: readonly Annotation[], row: Row, id: string): Change[] {
  const own = annotations.filter(annotation => annotation.row === row);
  return own.flatMap(({ start, end, text }, i) => {
    const begin = { time: start, text: `${value(text[0])} ${id}` };
    const next = own[i + 1]?.start ?? Number.POSITIVE_INFINITY;
    return next <= end ? [begin] : [begin, { time: end, text: `s ${id}` }];
  });
}

function linesOf(recording: Recording, where: AnnotatedVcdOptions['where'], id: string): Change[] {
  let shown: string | undefined;
  return recording.places.flatMap(({ time, pc }) => {
    const line = where?.(pc);
    if (line === undefined || line === shown) return [];
    shown = line;
    return [{ time, text: `${value(line)} ${id}` }];
  });
}

function writeChanges(
  changes: readonly Change[],
  end: Cycle,
  perCycle: number,
  write: (text: string) => void,
): void {
  let lines: string[] = [];
  let now = 0;
  for (const { time, text } of changes) {
    if (time !== now) lines.push(`#${time * perCycle}`);
    now = time;
    lines.push(text);
    if (lines.length < PIECE) continue;
    write(`${lines.join('\n')}\n`);
    lines = [];
  }
  if (end > now) lines.push(`#${end * perCycle}`);
  write(`${lines.join('\n')}\n`);
}
