/** What a job measured: once as JSON keys, once as lines for a reader. */
import { type FindingKind, findingKinds } from '../simulator/index.ts';
import { AT90S1200 } from '../vm-host/index.ts';
import type { Setup } from './setup.ts';
import type { Terminal } from './terminal.ts';

/** Findings that are a host's wish or a lock's answer; all others are breaches of a datasheet by the programmer. */
const INNOCENT: ReadonlySet<FindingKind> = new Set(['not enabled', 'unknown instruction', 'write refused']);

/** The common keys of `--json`, see the command line's documentation. */
export interface Figures {
  words: number;
  stackLevels: number;
  cycles: number;
  simulatedSeconds: number;
  hostSeconds: number;
  /** Shortest SCK levels while RESET was low, in cycles of the programmer; null when SCK never moved. */
  sckHighMin: number | null;
  sckLowMin: number | null;
  /** A level must last longer than this, in cycles of the programmer. */
  sckHighLimit: number;
  sckLowLimit: number;
  /** SCK levels that were too short, and other breaches of the target's datasheet. */
  violations: number;
  findings: { kind: FindingKind; count: number; first: string }[];
  uartFrameErrors: number;
  /** Of the target, 1 to 3 as in its datasheet; null without a target. */
  lockMode: number | null;
}

/** Reads the instruments. */
export function figures({ board, machine, firmware, hostSeconds }: Setup): Figures {
  const findings = findingsOf(board.findings);
  const breaches = findings.filter(({ kind }) => !INNOCENT.has(kind));
  return {
    words: firmware.words.length,
    stackLevels: firmware.stackLevels ?? machine.maxDepth,
    cycles: machine.cycle,
    simulatedSeconds: machine.cycle / board.xtal,
    hostSeconds: Number(hostSeconds.toFixed(4)),
    sckHighMin: finite(board.sck.high.min),
    sckLowMin: finite(board.sck.low.min),
    sckHighLimit: board.sck.limit('high'),
    sckLowLimit: board.sck.limit('low'),
    violations: breaches.reduce((sum, { count }) => sum + count, board.sck.violationCount),
    findings,
    uartFrameErrors: board.line.frameErrors,
    lockMode: board.target?.memory.lockMode ?? null,
  };
}

function findingsOf(found: Setup['board']['findings']): Figures['findings'] {
  const kinds = Object.keys(findingKinds) as FindingKind[];
  return kinds.flatMap(kind => {
    const count = found.count(kind);
    return count ? [{ kind, count, first: found.list.find(one => one.kind === kind)?.text ?? '' }] : [];
  });
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Where the second column begins. */
const NAME_WIDTH = 12;

const count = (value: number) => value.toLocaleString('en').replaceAll(',', ' ');

/** The first line of a result: what became of the job. */
export function verdict(ok: boolean, word: string, text: string, terminal: Terminal): string {
  return terminal.paint(ok ? 'green' : 'red', (ok ? word : 'failed').padEnd(NAME_WIDTH)) + text;
}

/** The lines under it. */
export function describe(seen: Figures, setup: Setup, terminal: Terminal): string[] {
  const violations = seen.violations === 0 ? 'none' : terminal.paint('red', count(seen.violations));
  return [
    row('firmware', firmwareLine(seen, setup)),
    row('time', timeLine(seen)),
    row('SCK high', sckLine(seen.sckHighMin, seen.sckHighLimit)),
    row('SCK low', sckLine(seen.sckLowMin, seen.sckLowLimit)),
    row('violations', violations),
    ...seen.findings.map(({ kind, count: times, first }) => row('', `${times} × ${kind}, first: ${first}`)),
    ...(seen.uartFrameErrors ? [row('serial', `${count(seen.uartFrameErrors)} frame errors`)] : []),
  ];
}

function row(name: string, text: string): string {
  return name.padEnd(NAME_WIDTH) + text;
}

function firmwareLine({ words, stackLevels }: Figures, { firmware }: Setup): string {
  const levels = firmware.stackLevels === undefined ? 'stack levels seen' : 'stack levels';
  return `${words} of ${AT90S1200.flashWords} words, ${stackLevels} of ${AT90S1200.stackLevels} ${levels}`;
}

function timeLine({ cycles, simulatedSeconds, hostSeconds }: Figures): string {
  const speed = hostSeconds > 0 ? `, ${(cycles / hostSeconds / 1e6).toFixed(1)} MHz` : '';
  return `${simulatedSeconds.toFixed(2)} simulated s = ${count(cycles)} cycles, in ${hostSeconds.toFixed(2)} s${speed}`;
}

function sckLine(min: number | null, limit: number): string {
  if (min === null) return 'never moved';
  return `${min} cycles at least; must be more than ${Number(limit.toFixed(2))}`;
}
