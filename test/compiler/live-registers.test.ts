/** Which registers of finished code may still be read. */

import { describe, expect, it } from 'vitest';
import { liveRegisters } from '../../compiler/live-registers.ts';
import { parseBlocks } from './block-text.ts';

/** The registers that live at the beginning and at the end of a block, by its position in the text. */
function live(text: string, index: number): { entry: number[]; end: number[] } {
  const program = parseBlocks(text);
  const { atEntry, atEnd } = liveRegisters(program);
  const regs = (mask: number) => Array.from({ length: 32 }, (_, i) => i).filter(i => (mask >>> i) & 1);
  const block = program.blocks[index];
  return { entry: regs(atEntry(block)), end: regs(atEnd(block)) };
}

describe('registers are live', () => {
  it('from a write to the last read, round a loop', () => {
    const text = 'main():\n in r16, 22\n jump a\na:\n out 24, r16\n out 24, r17\n dec r17\n Z ? main : a';
    expect(live(text, 0)).toEqual({ entry: [17], end: [16, 17] });
  });

  it('through a call that may leave them alone, and not before one that writes them for sure', () => {
    const main = 'main():\n rcall f\n out 24, r16\n out 24, r17\n jump main\n';
    expect(live(`${main}f():\n in r16, 22\n sbrc r18, 0\n in r17, 22\n return`, 0).entry).toEqual([17, 18]);
  });

  it('at a return when they live after one of the calls', () => {
    const main = 'main():\n rcall f\n out 24, r16\n rcall f\n out 24, r17\n jump main\n';
    expect(live(`${main}f():\n in r16, 22\n return`, 1).end).toEqual([16, 17]);
  });

  it('where only a skip would write them', () => {
    const text = 'main():\n sbrc r18, 0\n ldi r16, 1\n out 24, r16\n jump main';
    expect(live(text, 0).entry).toEqual([16, 18]);
  });

  it('everywhere when an interrupt handler reads them', () => {
    const program = parseBlocks('main():\n ldi r16, 1\n jump main\nhandler():\n out 24, r16\n return');
    const [, handler] = program.entryOf.keys();
    program.vectors = [{ address: 1, fn: handler }];
    expect(liveRegisters(program).atEntry(program.blocks[0]) & (1 << 16)).not.toBe(0);
  });
});
