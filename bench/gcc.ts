/** The other compiler: avr-gcc -Os for the ATtiny2313, the nearest part with RAM. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface GccImage {
  /** All words of the program, start-up code too: what runs. */
  words: Uint16Array;
  /** Words that are not start-up code: see README.md, "What is counted". */
  counted: number;
  /** avr-objdump's disassembly. */
  listing: string;
}

const FLAGS = ['-mmcu=attiny2313', '-Os', '-std=gnu99', '-Wall', '-Wextra', '-Werror'];

/** Start-up code that is there only when a program has variables; the vectors and the rest are in every program. */
const START_UP: readonly string[] = ['__do_copy_data', '__do_clear_bss'];

/** First line of `avr-gcc --version`, or undefined when there is none on this machine. */
export function gccVersion(): string | undefined {
  try {
    return tool('avr-gcc', '--version').split('\n')[0];
  } catch {
    return undefined;
  }
}

/**
 * Compiles and links one C file.
 * @throws Error when avr-gcc refuses it or is missing
 */
export function compileWithGcc(source: string): GccImage {
  const folder = mkdtempSync(join(tmpdir(), 'kernel-'));
  const elf = join(folder, 'kernel.elf');
  const binary = join(folder, 'kernel.bin');
  try {
    tool('avr-gcc', ...FLAGS, '-o', elf, source);
    tool('avr-objcopy', '-O', 'binary', '-j', '.text', '-j', '.data', elf, binary);
    const bytes = readFileSync(binary);
    const even = Buffer.concat([bytes, Buffer.alloc(bytes.length & 1)]);
    const words = Uint16Array.from({ length: even.length >> 1 }, (_, i) => even.readUInt16LE(2 * i));
    const startUp = symbolSizes(elf, START_UP);
    return { words, counted: words.length - startUp / 2, listing: tool('avr-objdump', '-d', elf) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Bytes of these functions together. */
function symbolSizes(elf: string, names: readonly string[]): number {
  return tool('avr-nm', '--print-size', elf)
    .split('\n')
    .map(line => line.split(' '))
    .filter(fields => fields.length === 4 && names.includes(fields[3]))
    .reduce((sum, [, size]) => sum + Number.parseInt(size, 16), 0);
}

function tool(program: string, ...args: string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}
