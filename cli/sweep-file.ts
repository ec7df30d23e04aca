/**
 * Results of a sweep on disk, one JSON object a line: first what was swept, then each point as it ends. What is there
 * need not be run again, so a sweep that was interrupted goes on, and files of several shards make one.
 */
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync } from 'node:fs';
import { UsageError } from './errors.ts';
import { readText, write } from './files.ts';
import { type Axis, type Conditions, fixedIn } from './sweep-grid.ts';
import type { SweepClass, SweepResult, SweepSetting } from './sweep-point.ts';

/** What decides all results; two files with different heads are of different sweeps. */
export interface SweepHead {
  readonly sweep: readonly Axis[];
  readonly points: number;
  /** What holds at every point. */
  readonly fixed: Partial<Conditions>;
  readonly target: string;
  readonly xtal: number;
  readonly baud: number;
  /** SHA-256 of the firmware's words. */
  readonly firmware: string;
}

export function headOf(
  sweep: readonly Axis[],
  points: number,
  defaults: Conditions,
  setting: SweepSetting,
): SweepHead {
  const { words, target, xtal, baud } = setting;
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const firmware = createHash('sha256').update(bytes).digest('hex');
  return { sweep, points, fixed: fixedIn(sweep, defaults), target, xtal, baud, firmware };
}

/** Results by the number of their point. */
export type SweepResults = Map<number, SweepResult>;

/**
 * Reads a file into `results`. An empty file has none, and a line that was cut off is left out.
 * @throws UsageError when it cannot be read or is of another sweep
 */
export function readResults(path: string, head: SweepHead, results: SweepResults): void {
  const text = readText(path);
  if (text === '') return;
  const [first, ...lines] = text.split('\n');
  if (first !== JSON.stringify(head))
    throw new UsageError(`${path} holds another sweep: other values, target, clock or firmware`);
  for (const line of lines) {
    const point = parseLine(line, head.points);
    if (point) results.set(point.index, point.result);
  }
}

const CLASSES: readonly SweepClass[] = ['works', 'luck', 'fails'];

function parseLine(line: string, points: number): { index: number; result: SweepResult } | undefined {
  try {
    const { index, ...result } = JSON.parse(line);
    const known = Number.isInteger(index) && index >= 0 && index < points && CLASSES.includes(result.class);
    return known && Array.isArray(result.broken) ? { index, result } : undefined;
  } catch {
    return undefined;
  }
}

const lineOf = (index: number, result: SweepResult) => `${JSON.stringify({ index, ...result })}\n`;

/** A file that grows while a sweep runs, and is put in order at its end. */
export class ResultsFile {
  constructor(
    private readonly path: string,
    private readonly head: SweepHead,
  ) {}

  /** Takes over what is there, and begins a file that is not. @throws UsageError */
  open(results: SweepResults): void {
    if (existsSync(this.path)) readResults(this.path, this.head, results);
    this.writeAll(results);
  }

  add(index: number, result: SweepResult): void {
    appendFileSync(this.path, lineOf(index, result));
  }

  /** All points in order: the same sweep gives the same file, however it was divided. */
  writeAll(results: SweepResults): void {
    const points = [...results].sort(([a], [b]) => a - b).map(([index, result]) => lineOf(index, result));
    write(this.path, `${JSON.stringify(this.head)}\n${points.join('')}`);
  }
}
