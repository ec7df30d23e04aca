/** Where a program begins: reset, statements outside functions, vectors. */

import { describe, expect, it } from 'vitest';
import { decode, disassemble } from '../../vm-host/index.ts';
import { build, outputsOf } from './source.ts';

/** What the words of the vector table are. */
async function vectorsOf(source: string): Promise<string[]> {
  const { words } = (await build(source)).image;
  return [...words.subarray(0, 4)].map((word, address) => disassemble(word, address).split(' ')[0]);
}

describe('a program', () => {
  it('begins with what stands outside functions', async () => {
    const built = await build(`
      let first: u8 = in_(PIND) + 1;
      out(PORTB, 5);
      export function main(): void { for (;;) { out(PORTB, first); first += 10; } }`);
    expect(outputsOf(built, 0x21, 4)).toEqual([5, 0x22, 0x2c, 0x36]);
  });

  it('begins again when main returns, with its globals as they were at first', async () => {
    const built = await build(`
      let turn: u8 = 3;
      export function main(): void { out(PORTB, turn); turn++; out(PORTB, turn); }`);
    expect(outputsOf(built, 0, 6)).toEqual([3, 4, 3, 4, 3, 4]);
  });

  it('has no vector table without handlers', async () => {
    const { image } = await build('export function main(): void { for (;;) sbi(PORTB, 0); }');
    expect(decode(image.words[0])?.row.name).toBe('sbi');
  });

  it('has a RETI at every vector below the last that nobody serves', async () => {
    const main = 'export function main(): void { for (;;) sbi(PORTB, 0); }';
    expect(await vectorsOf(`export function TIMER0_OVF(): void { cbi(PORTB, 0); } ${main}`)).toEqual([
      'rjmp',
      'reti',
      'rjmp',
      expect.any(String),
    ]);
  });

  it('serves two vectors with one handler when asc makes two alike functions one', async () => {
    const { image } = await build(`
      let count: u8 = 0;
      export function INT0(): void { count++; }
      export function ANA_COMP(): void { count++; }
      export function main(): void { for (;;) out(PORTB, count); }`);
    const targets = [1, 3].map(address => disassemble(image.words[address], address));
    expect(targets.every(text => text.startsWith('rjmp'))).toBe(true);
    expect(image.functions.map(({ name }) => name)).toEqual(
      expect.arrayContaining([expect.stringMatching('INT0')]),
    );
  });
});
