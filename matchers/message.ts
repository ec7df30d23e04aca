/** What a failing matcher shows: a sentence, and a few lines of waveform at the place. */

import { waveform } from '../report/index.ts';
import type { Occasion } from '../simulator/index.ts';
import type { Cycle } from '../vm-host/index.ts';
import type { Run } from './bench.ts';

/** What vitest wants from a matcher. */
export interface Verdict {
  pass: boolean;
  message: () => string;
  actual?: unknown;
  expected?: unknown;
}

/** At least so many cycles are shown, so that a short pulse has neighbours. */
const LEAST_CYCLES = 120;

/** The wires around a measured interval, its two ends pointed at. */
export function around(run: Run, { from, to }: Pick<Occasion, 'from' | 'to'>): string {
  return wires(run, from.cycle, to.cycle, [from.cycle, to.cycle]);
}

/** The wires from one moment to another, with half as much on either side. */
export function wires(run: Run, from: Cycle, to: Cycle, marks: readonly Cycle[] = []): string {
  const middle = (from + to) / 2;
  const half = Math.max(LEAST_CYCLES / 2, to - from);
  const slice = run.recording.slice(Math.max(0, Math.floor(middle - half)), Math.ceil(middle + half));
  return waveform(slice, { xtal: run.board.xtal, marks }).join('\n');
}

export function bytesText(bytes: Iterable<number>): string {
  return Array.from(bytes, byte => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
}
