/** The firmware of this project, and copies of it with one line changed, each built once. */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { buildFirmware, type Image } from '../../compiler/index.ts';
import {
  Board,
  type BoardOptions,
  type Host,
  program,
  TimingChecker,
  type TimingReport,
} from '../../simulator/index.ts';
import { Machine } from '../../vm-host/index.ts';

const SOURCE = 'firmware';

/** One line of the firmware. */
export interface Line {
  /** A file of the firmware: `isp.ts`. */
  readonly file: string;
  /** The line without its indentation; the n-th where it occurs more than once. */
  readonly line: string;
  readonly nth?: number;
}

/** A line and what stands there instead. */
export interface Change extends Line {
  readonly becomes: string;
}

export interface Built {
  readonly image: Image;
  /** `isp.ts:54` for a word address. */
  readonly where: (pc: number) => string | undefined;
}

/** The number of a line, from 1; undefined when it is not there. */
function find({ file, line, nth = 1 }: Line): number | undefined {
  const lines = readFileSync(join(SOURCE, file), 'utf8').split('\n');
  return lines.flatMap((text, i) => (text.trim() === line ? [i + 1] : []))[nth - 1];
}

/** The first of some lines that the firmware has. @throws Error when it has none: then it has moved on. */
export function present<L extends Line>(lines: L | readonly L[]): L & { readonly number: number } {
  const all = [lines].flat() as L[];
  for (const line of all) {
    const number = find(line);
    if (number !== undefined) return { ...line, number };
  }
  throw new Error(
    `the firmware has no line '${all.map(({ file, line }) => `${file}: ${line}`).join("' or '")}'`,
  );
}

/** Builds the firmware, changed or not; of several changes the first whose line is there. */
export function built(
  changes?: Change | readonly Change[],
  defines: Record<string, number> = {},
): Promise<Built> {
  return variant(changes ? [present(changes)] : [], defines);
}

/** Builds the firmware with all of these changes, from a folder of its own. */
export async function variant(
  changes: readonly Change[],
  defines: Record<string, number> = {},
): Promise<Built> {
  const folder = mkdtempSync(join(tmpdir(), 'isp-variant-'));
  try {
    cpSync(SOURCE, folder, { recursive: true });
    for (const change of changes.map(each => present(each))) {
      edit(join(folder, change.file), change.number, change.becomes);
    }
    const { image } = await buildFirmware({ entry: join(folder, 'main.ts'), defines });
    const where = (pc: number) => {
      const place = image.origins[pc]?.place;
      return place && `${relative(folder, place.file)}:${place.line}`;
    };
    return { image, where };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function edit(path: string, number: number, becomes: string): void {
  const lines = readFileSync(path, 'utf8').split('\n');
  lines[number - 1] = becomes;
  writeFileSync(path, lines.join('\n'));
}

/** The same bytes on every run: a linear congruence, its high byte. */
export function bytes(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

/** A short job that uses everything: sign on, erase, write, verify, EEPROM, leave. */
export const shortJob = () => program(bytes(8), { eeprom: bytes(4) });

/** The firmware in a programmer on a board, nothing else. */
export function boardWith({ image }: Built, options: Partial<BoardOptions> = {}): Board {
  const { xtal, vcc } = options;
  return new Board({ ...options, programmer: new Machine({ words: image.words, xtal, vcc }) });
}

/** Runs a host against a firmware on a checked board. */
export function checked<R>(
  firmware: Built,
  host: Host<R>,
  options: Partial<BoardOptions> = {},
): { result: R; report: TimingReport; board: Board } {
  const board = boardWith(firmware, options);
  const checker = new TimingChecker(board, { where: firmware.where });
  const result = board.run(host);
  return { result, report: checker.finish(), board };
}
