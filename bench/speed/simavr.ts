/** simavr as a contestant: its core in a small driver of ours, built when gcc and libsimavr are there. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(process.cwd(), 'build/bench');
const DRIVER = join(FOLDER, 'simavr-run');

/** Undefined when simavr cannot be had here. */
export interface Simavr {
  readonly version: string;
  /** Processor seconds for so many clocks, and the clocks really done. */
  run(words: Uint16Array, clocks: number): { clocks: number; seconds: number };
}

export function simavr(): Simavr | undefined {
  mkdirSync(FOLDER, { recursive: true });
  const source = join(process.cwd(), 'bench/speed/simavr.c');
  const built = spawnSync('gcc', ['-O2', '-o', DRIVER, source, '-lsimavr'], {
    encoding: 'utf8',
  });
  if (built.status !== 0) return undefined;
  return { version: versionOfPackage(), run };
}

function versionOfPackage(): string {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '$' + '{Version}', 'libsimavr2'], {
    encoding: 'utf8',
  });
  return stdout || 'of unknown version';
}

function run(words: Uint16Array, clocks: number): { clocks: number; seconds: number } {
  const image = join(FOLDER, 'image.bin');
  writeFileSync(image, new Uint8Array(words.buffer, words.byteOffset, words.byteLength));
  const { stdout, status } = spawnSync(DRIVER, [image, String(clocks)], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`simavr ended with status ${status}`);
  const [done, seconds] = stdout.trim().split(' ').slice(-2).map(Number);
  return { clocks: done, seconds };
}
