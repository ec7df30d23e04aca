/** simavr as a second opinion: the C program beside this file, compiled when the tests begin. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatHex } from '../../compiler/index.ts';
import type { Exchange } from '../../simulator/index.ts';

const SOURCE = fileURLToPath(new URL('./simavr-peer.c', import.meta.url));

/** Whether gcc and libsimavr-dev are at hand; in CI they must be, and their absence fails. */
export const simavrWanted = process.env.CI !== undefined || hasSimavr();

/** An edge of a pin: when, and what it became. */
export type PinEdge = readonly [cycle: number, level: number];

export interface Run {
  /** The model of simavr. */
  mcu: string;
  /** Clock of the chip. */
  xtal: number;
  baud: number;
  words: Uint16Array;
  session: readonly Exchange[];
  /** Cycle of the first start bit. */
  start: number;
  /** The program's serial output, such as 'D1'. */
  txd: string;
  /** Its serial input. */
  rxd: string;
  /** Further pins to watch. */
  pins?: readonly string[];
}

export interface Outcome {
  /** What came back for each exchange, in hexadecimal. */
  replies: string[];
  /** Edges of each watched pin, TXD among them. */
  edges: Record<string, PinEdge[]>;
}

export class Simavr {
  private readonly folder = mkdtempSync(join(tmpdir(), 'isp-simavr-'));
  private readonly program = join(this.folder, 'simavr-peer');

  /** @throws Error with gcc's words when the peer cannot be compiled */
  constructor() {
    const { status, stderr, error } = gcc([
      '-O1',
      '-Wall',
      '-Werror',
      '-o',
      this.program,
      SOURCE,
      '-lsimavr',
    ]);
    if (status !== 0) throw new Error(`the simavr peer cannot be compiled: ${stderr || error}`);
  }

  /** @throws Error when simavr does not know the chip, or the program on it crashes */
  run({ words, session, mcu, xtal, baud, start, txd, rxd, pins = [] }: Run): Outcome {
    const hex = join(this.folder, 'image.hex');
    writeFileSync(hex, formatHex(Uint8Array.from([...words].flatMap(word => [word & 0xff, word >> 8]))));
    const input = session.map(
      ({ send, expect }) => `${Buffer.from(send).toString('hex') || '-'} ${expect}\n`,
    );
    const { status, stdout, stderr } = spawnSync(
      this.program,
      [mcu, `${xtal}`, `${baud}`, hex, `${start}`, txd, rxd, ...pins],
      { input: input.join(''), encoding: 'utf8', timeout: 60_000, maxBuffer: 1 << 26 },
    );
    if (status !== 0) throw new Error(stderr || 'the simavr peer did not end in time');
    return read(stdout, [txd, ...pins]);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function read(stdout: string, pins: readonly string[]): Outcome {
  const lines = stdout.split('\n').map(line => line.split(' '));
  const of = (word: string) => lines.filter(([first]) => first === word);
  return {
    replies: of('reply').map(([, hex]) => hex),
    edges: Object.fromEntries(
      pins.map(pin => [pin, of(pin).map(([, cycle, level]) => [Number(cycle), Number(level)] as const)]),
    ),
  };
}

function gcc(args: string[]) {
  return spawnSync('gcc', args, { encoding: 'utf8' });
}

function hasSimavr(): boolean {
  return existsSync('/usr/include/simavr/sim_avr.h') && gcc(['--version']).status === 0;
}
