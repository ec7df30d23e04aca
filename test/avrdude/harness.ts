/**
 * The real avrdude, always under a timeout, and what it put on the wire.
 *
 * Release 7.1 exits with 0 after many failures, so its status is never the only witness: the recording tells which
 * commands crossed the wire, and the memory file what the target really holds.
 */
import { execFile, spawnSync } from 'node:child_process';
import { avr910Command } from '../../simulator/index.ts';
import { guarded } from '../cli/process.ts';

/** Far below the time limit of a test: a worker that is killed first would leave avrdude spinning for ever. */
const TIMEOUT_MS = 25_000;

/** The usual beginning of a command line. */
export const FOR_1200 = ['-c', 'avr910', '-p', '1200'] as const;

/** Present, or not: without it these tests are left out at a desk and fail in CI. */
export function hasAvrdude(): boolean {
  const present = spawnSync('avrdude', ['-?']).error === undefined;
  if (!present && process.env.CI) throw new Error('avrdude is missing; in CI these tests must run');
  if (!present) console.warn('avrdude is missing: its tests are left out (apt-get install avrdude)');
  return present;
}

/** How one avrdude ended. */
export interface Run {
  status: number | null;
  /** Killed by our timeout. */
  killed: boolean;
  /** Standard output and standard error, in this order. */
  output: string;
}

interface RunOptions {
  input?: string;
  cwd?: string;
  timeout?: number;
}

/** Runs avrdude with these arguments (`-P` is added). */
export function avrdude(port: number, args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const { input = '', cwd = '.', timeout = TIMEOUT_MS } = options;
  const all = ['-P', `net:127.0.0.1:${port}`, ...args];
  return new Promise(resolve => {
    const child = execFile(
      'avrdude',
      all,
      { cwd, timeout, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        resolve({ status: child.exitCode, killed: error?.killed ?? false, output: stdout + stderr });
      },
    );
    guarded(child).stdin!.end(input);
  });
}

/** One AVR910 command as the host sent it. */
export type Command = readonly number[];

/** Cuts a recording into commands, and those into runs: every avrdude opens with the letter S. */
export function conversations(session: string): Command[][] {
  const bytes = session.split('\n').flatMap(line => [...Buffer.from(line.split(' ')[0], 'hex')]);
  const runs: Command[][] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + (avr910Command(bytes[at])?.takes.length ?? 0);
    if (runs.length === 0 || bytes[at] === 'S'.charCodeAt(0)) runs.push([]);
    runs.at(-1)!.push(bytes.slice(at, at + length));
    at += length;
  }
  return runs;
}

/** How often each letter: `{ S: 1, V: 1 }`. */
export function tally(commands: readonly Command[]): Record<string, number> {
  return table(commands.map(([letter]) => `${String.fromCharCode(letter)}1`).join(' '));
}

/** `A2 c1 A1` as a table: letters may come more than once and in any order. */
export function table(counts: string): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const [, letter, times] of counts.matchAll(/(\S)(\d+)/g))
    sum[letter] = (sum[letter] ?? 0) + Number(times);
  return sum;
}
