/** From blocks to words: what falls through, how branches reach, and that the result is always the same. */

import { describe, expect, it } from 'vitest';
import { CompileError, compile, type Image } from '../../compiler/index.ts';
import { layout } from '../../compiler/layout.ts';
import { disassemble, Machine } from '../../vm-host/index.ts';
import { parseBlocks } from './block-text.ts';
import { randomProgram } from './random-program.ts';
import { encodeModule } from './wasm-program.ts';

/** The program laid out and disassembled, one word a line. */
function lines(text: string, searched = true): string[] {
  const { words } = layout(parseBlocks(text), searched);
  return words.map(({ word }, address) => disassemble(word, address));
}

const nops = (count: number): string => ' nop\n'.repeat(count);

describe('the layout', () => {
  it('needs no jump to the block that follows', () => {
    expect(lines('main():\n nop\n jump a\na:\n wdr\n jump main')).toEqual(['nop', 'wdr', 'rjmp 0x000']);
  });

  it('turns a branch round so that the likely way falls through', () => {
    const code = lines('main():\n tst r16\n Z ? a : main\na:\n wdr\n jump main');
    expect(code).toEqual(['tst r16', 'brne 0x000', 'wdr', 'rjmp 0x000']);
  });

  it('returns where it would jump to nothing but a return', () => {
    const text = 'main():\n rcall f\n jump main\nf():\n r16.0 ? a : b\nb:\n inc r16\n jump f\na:\n return';
    expect(lines(text, false).slice(2, 4)).toEqual(['sbrc r16, 0', 'ret']);
  });

  it.each([
    [63, ['breq', 'nop']],
    [64, ['brne', 'rjmp']],
  ])('reaches a block %i words ahead of the branch with %j', (distance, form) => {
    // both ways jump on, so that the order stays as it is written
    const text = `main():\n tst r16\n Z ? far : near\nnear:\n${nops(distance - 1)} jump main\nfar:\n wdr\n jump main`;
    const code = lines(text, false);
    expect(code.slice(1, 3).map(line => line.split(' ')[0])).toEqual(form);
    expect(code[code.length - 2]).toBe('wdr');
  });

  it.each([
    [64, ['breq', 'wdr']],
    [65, ['brne', 'rjmp']],
  ])('reaches a block %i words back from behind the branch with %j', (distance, form) => {
    // the jump back at the end is out of reach as well
    const text = `main():\n${nops(distance - 2)} tst r16\n Z ? main : a\na:\n wdr\n${nops(70)} jump main`;
    const code = lines(text, false);
    expect(code.slice(distance - 1, distance + 1).map(line => line.split(' ')[0])).toEqual(form);
  });

  it('branches to a jump in reach whose target is not', () => {
    const text = `main():\n${nops(80)} tst r16\n Z ? main : a\na:\n wdr\n jump main`;
    expect(lines(text, false).slice(80)).toEqual(['tst r16', 'breq 0x053', 'wdr', 'rjmp 0x000']);
  });

  it('branches to any return in reach', () => {
    const f =
      'f():\n tst r16\n Z ? a : b\na:\n return\nb:\n inc r16\n tst r17\n Z ? a : c\nc:\n inc r17\n return';
    const code = lines(`main():\n rcall f\n jump main\n${f}`);
    expect(code.filter(line => line === 'ret')).toHaveLength(1);
    expect(code.filter(line => line === `breq 0x00${code.indexOf('ret').toString(16)}`)).toHaveLength(2);
  });

  it('puts a return beside a branch that reaches none', () => {
    const f = `f():\n tst r16\n Z ? a : b\na:\n return\nb:\n${nops(80)} return`;
    expect(lines(`main():\n rcall f\n jump main\n${f}`, false).slice(2, 5)).toEqual([
      'tst r16',
      'brne 0x005',
      'ret',
    ]);
  });

  it.each([
    [0, 'wdr'],
    [1, 'nop'],
  ])('goes where a branch out of reach says when r16 is %i', (value, first) => {
    const text = `main():\n tst r16\n Z ? far : near\nnear:\n${nops(100)} jump main\nfar:\n wdr\n jump main`;
    const code = lines(text);
    const machine = new Machine({ words: layout(parseBlocks(text)).words.map(({ word }) => word) });
    machine.registers[16] = value;
    while (!/wdr|nop/.test(code[machine.pc])) machine.step();
    expect(code[machine.pc]).toBe(first);
  });

  it('keeps a skip and what it skips together', () => {
    const code = lines('main():\n io 22.3 ? a : b\na:\n inc r16\n wdr\n jump main\nb:\n dec r16\n jump main');
    expect(code[0]).toMatch(/^sbi[cs] 0x16, 3$/);
    expect(code[1]).toMatch(/^rjmp/);
  });
});

describe('the same program', () => {
  it('gives the same image every time, whatever was compiled in between', () => {
    let compared = 0;
    for (let seed = 0; seed < 20; seed++) {
      const bytes = encodeModule(randomProgram(seed));
      const first = attempt(bytes);
      attempt(encodeModule(randomProgram(seed + 100)));
      const second = attempt(bytes);
      // some random programs ask for more registers than there are: the refusal is the same, too
      if (typeof first === 'string' || typeof second === 'string') {
        expect(second, `seed ${seed}`).toBe(first);
        continue;
      }
      compared++;
      expect([...second.words], `seed ${seed}`).toEqual([...first.words]);
      expect(second.toListing()).toBe(first.toListing());
      expect(second.toMap()).toEqual(first.toMap());
    }
    expect(compared).toBeGreaterThan(10);
  });
});

/** The image, or the message of the refusal. */
function attempt(bytes: Uint8Array): Image | string {
  try {
    return compile(bytes);
  } catch (error) {
    if (error instanceof CompileError) return error.message;
    throw error;
  }
}
