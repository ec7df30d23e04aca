import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decode, disassemble } from '../../vm-host/isa.ts';
import { assembleWithBinutils, witnessFile, witnessLines } from './witness.ts';

/** Whether GNU binutils for AVR is at hand; in CI it must be, and its absence fails. */
const present = process.env.CI !== undefined || spawnSync('avr-as', ['--version']).status === 0;

/** What avr-objdump makes of each of the 65,536 words, each read as if it were alone. */
function objdump(): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'words-'));
  try {
    // a NOP after every word, so that no word becomes the second half of a long instruction
    const image = Buffer.alloc(4 * 0x10000);
    for (let word = 0; word < 0x10000; word++) image.writeUInt16LE(word, 4 * word);
    const file = join(folder, 'words.bin');
    writeFileSync(file, image);
    const options = ['-D', '-z', '-b', 'binary', '-m', 'avr1', file];
    const text = execFileSync('avr-objdump', options, { encoding: 'utf8', maxBuffer: 1 << 28 });
    const lines = text.matchAll(/^ *([\da-f]+):\t[\da-f ]+\t([^;\n]*)/gm);
    const byAddress = new Map(
      [...lines].map(([, address, code]) => [Number.parseInt(address, 16), code.trim()]),
    );
    return Array.from({ length: 0x10000 }, (_, word) => byAddress.get(4 * word) ?? '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Our disassembly in the words of avr-objdump: it has no aliases with one register, and relative targets. */
function inItsWords(word: number): string {
  const { row, operands } = decode(word)!;
  const offset = row.fields.findIndex(({ name }) => name === 'k');
  const base = disassemble(word, 0).replace(
    /0x[\dA-F]+/g,
    hex => `0x${Number(hex).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  const [name] = base.split(' ');
  const text = ['tst', 'clr', 'lsl', 'rol'].includes(name)
    ? `${row.name} r${operands[0]}, r${operands[1]}`
    : base;
  if (offset < 0) return text;
  const bytes = 2 * operands[offset];
  return text.replace(/0x[\dA-F]+$/, `.${bytes < 0 ? '' : '+'}${bytes}`);
}

describe.skipIf(!present)('GNU binutils for AVR', () => {
  it('still makes the words of test/data/opcodes.txt', () => {
    const file = readFileSync(new URL('../data/opcodes.txt', import.meta.url), 'utf8');
    expect(witnessFile(assembleWithBinutils(witnessLines))).toBe(file);
  });

  it('reads every word that we take as the instruction that we say', () => {
    const theirs = objdump();
    const wrong: string[] = [];
    let compared = 0;
    for (let word = 0; word < 0x10000; word++) {
      if (!decode(word)) continue;
      compared++;
      const ours = inItsWords(word);
      const its = theirs[word]
        .replace(/\t/g, ' ')
        .replace(/0x([\da-f]+)/g, (_, digits) => `0x${digits.toUpperCase()}`);
      if (its !== ours) wrong.push(`${word.toString(16)}: '${its}', we say '${ours}'`);
    }
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(compared).toBe(52565);
  });
});
