/** Matchers about what was said: on the serial line, on the programming interface, and into the memories. */

import { type Annotation, decoderRows, type Row } from '../simulator/index.ts';
import type { Run } from './bench.ts';
import { bytesText, type Verdict, wires } from './message.ts';

/** Stands for any number of lines. */
const ANYTHING = '...';

/**
 * The decoders tell exactly these lines of the rows that occur in them, in this order; a line `...` stands for any
 * number of others. A line is a row and a text: `isp instruction: Read signature 0: 0x1E`.
 */
export function toDecodeAs(run: Run, text: string | readonly string[]): Verdict {
  const expected = (typeof text === 'string' ? text.split('\n') : text)
    .map(line => line.trim())
    .filter(Boolean);
  const rows = new Set(expected.filter(line => line !== ANYTHING).map(rowOf));
  const annotations = run.recording.annotations.filter(({ row }) => rows.has(row));
  const actual = annotations.map(({ row, text: [longest] }) => `${row}: ${longest}`);
  const reached = match(expected, actual);
  const pass = reached === true;
  return {
    pass,
    actual: actual.join('\n'),
    expected: expected.join('\n'),
    message: () =>
      pass
        ? 'expected other decoded lines than these'
        : `the decoders tell something else than expected${placeOf(run, annotations, reached as number)}`,
  };
}

/** @throws TypeError for a line that names no row */
function rowOf(line: string): Row {
  const row = decoderRows.find(name => line.startsWith(`${name}: `));
  if (!row) throw new TypeError(`'${line}' begins with no row; there are ${decoderRows.join(', ')}`);
  return row;
}

/** True, or the index of the first line that does not fit. */
function match(expected: readonly string[], actual: readonly string[]): true | number {
  let furthest = 0;
  const fits = (e: number, a: number): boolean => {
    furthest = Math.max(furthest, a);
    if (e === expected.length) return a === actual.length;
    if (expected[e] !== ANYTHING) return a < actual.length && expected[e] === actual[a] && fits(e + 1, a + 1);
    if (e === expected.length - 1) return true;
    // the next wanted line may occur more than once
    for (let next = a; next < actual.length; next++) {
      if (expected[e + 1] === actual[next] && fits(e + 1, next)) return true;
    }
    return false;
  };
  return fits(0, 0) || furthest;
}

function placeOf(run: Run, annotations: readonly Annotation[], index: number): string {
  const annotation = annotations[Math.min(index, annotations.length - 1)];
  if (!annotation) return ': nothing at all';
  const { start, end, row, text } = annotation;
  return `, from line ${index + 1} on: ${row}: ${text[0]}\n\n${wires(run, start, end, [start, end])}`;
}

/** The programmer sent exactly these bytes, all answers in one piece; hexadecimal text or bytes. */
export function toSendBytes(run: Run, bytes: string | ArrayLike<number>): Verdict {
  const expected = bytesText(typeof bytes === 'string' ? fromHex(bytes) : Array.from(bytes));
  const actual = bytesText(run.sent);
  const pass = actual === expected;
  return {
    pass,
    actual,
    expected,
    message: () =>
      pass
        ? `expected the programmer not to send ${expected}`
        : `expected the programmer to send ${expected}, it sent ${actual || 'nothing'}${sentPlace(run, expected, actual)}`,
  };
}

/** The character at which the difference begins. */
function sentPlace(run: Run, expected: string, actual: string): string {
  const wrong = actual.split(' ').findIndex((byte, i) => byte !== expected.split(' ')[i]);
  const characters = run.recording.annotations.filter(({ row }) => row === 'uart txd');
  const character = characters[wrong < 0 ? characters.length - 1 : wrong];
  if (!character) return '';
  return `\n\n${wires(run, character.start, character.end, [character.start, character.end])}`;
}

/** @throws TypeError when it is none */
function fromHex(text: string): number[] {
  const digits = text.replaceAll(/\s/g, '');
  if (!/^([0-9a-f]{2})*$/i.test(digits)) throw new TypeError(`'${text}' is no hexadecimal text`);
  return (digits.match(/../g) ?? []).map(pair => Number.parseInt(pair, 16));
}

/** What a memory of the target holds from address 0 on; the bytes behind it must be erased. */
export function toHoldProgram(
  run: Run,
  image: ArrayLike<number>,
  { memory = 'flash' }: { memory?: 'flash' | 'eeprom' } = {},
): Verdict {
  const { target } = run.board;
  if (!target) throw new TypeError('the socket is empty: there is no target to hold a program');
  const cells = target[memory];
  const expected = Array.from(cells, (_, i) => image[i] ?? 0xff);
  const wrong = expected.findIndex((byte, i) => byte !== cells[i]);
  const pass = wrong < 0 && image.length <= cells.length;
  return {
    pass,
    actual: lines(cells),
    expected: lines(expected),
    message: () =>
      pass
        ? `expected the ${memory} to hold something else`
        : holdMessage(run, memory, wrong, expected, cells),
  };
}

function holdMessage(
  run: Run,
  memory: string,
  wrong: number,
  expected: readonly number[],
  cells: Uint8Array,
): string {
  if (wrong < 0) return `the image is longer than the ${memory}, which has ${cells.length} bytes`;
  const address = `0x${wrong.toString(16).toUpperCase().padStart(3, '0')}`;
  const count = expected.filter((byte, i) => byte !== cells[i]).length;
  const head = `${memory} byte ${address} is ${bytesText([cells[wrong]])}, not ${bytesText([expected[wrong]])}; ${count === 1 ? 'no other byte differs' : `${count} bytes differ`}`;
  const written = writeOf(run, memory, wrong);
  return written
    ? `${head}\nit was written here:\n\n${wires(run, written.start, written.end)}`
    : `${head}\nit was never written`;
}

/** The instruction that wrote a cell, by what the decoder says of it. */
function writeOf(run: Run, memory: string, address: number): Annotation | undefined {
  const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0');
  const half = `${address % 2 ? 'high' : 'low'} byte`;
  const { page } = run.board.target!.device.flash;
  const words =
    memory !== 'flash'
      ? new RegExp(`^Write EEPROM 0x0*${hex(address, 1)}:`)
      : page
        ? new RegExp(`^Load page ${half} 0x0*${hex((address >> 1) % page, 1)}:`)
        : new RegExp(`^Write flash ${half} 0x0*${hex(address >> 1, 1)}:`);
  const before = page && memory === 'flash' ? pageWrite(run, Math.floor(address / 2 / page)) : undefined;
  return run.recording.annotations.findLast(
    ({ start, text: [longest] }) => words.test(longest) && start < (before ?? Number.POSITIVE_INFINITY),
  );
}

/** When a page was last written. */
function pageWrite(run: Run, page: number): number | undefined {
  const words = new RegExp(`^Write flash page 0x0*${page.toString(16)}$`, 'i');
  return run.recording.annotations.findLast(({ text: [longest] }) => words.test(longest))?.start;
}

/** Sixteen bytes a line, as far as they are not erased. */
function lines(bytes: ArrayLike<number>): string[] {
  const all = Array.from(bytes);
  const end = all.findLastIndex(byte => byte !== 0xff) + 1;
  return Array.from(
    { length: Math.ceil(end / 16) },
    (_, i) =>
      `${(16 * i).toString(16).toUpperCase().padStart(3, '0')}  ${bytesText(all.slice(16 * i, 16 * i + 16))}`,
  );
}
