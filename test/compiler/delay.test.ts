/** Counted delays take exactly the clocks that they say. */

import { describe, expect, it } from 'vitest';
import { delayCode, delayRegisters } from '../../compiler/delay.ts';
import { compile } from '../../compiler/index.ts';
import { type Instr, instr } from '../../compiler/mir.ts';
import { decode, encode, Machine } from '../../vm-host/index.ts';
import { Random } from '../vm-host/helpers.ts';
import { constantTree, encodeModule, type Tree, tree } from './wasm-program.ts';

/** The words of a delay with r16, r17, r18 for scratch, ended by a jump to itself. */
function wordsOf(clocks: number): number[] {
  const scratch = [16, 17, 18].slice(0, delayRegisters(clocks));
  const code = delayCode(instr('delay', 0, { k: clocks, scratch }));
  return [...code.map(toWord), encode('rjmp', [-1])];
}

function toWord({ op, d, k, b }: Instr): number {
  if (op === 'brbc') return encode(op, [b, k]);
  if (op === 'rjmp') return encode(op, [k]);
  if (op === 'nop') return encode(op, []);
  return encode(op, op === 'dec' ? [d] : [d, k]);
}

/** Clocks until the jump behind the delay is reached. */
function clocksOf(clocks: number): number {
  const words = wordsOf(clocks);
  const machine = new Machine({ words });
  while (machine.pc !== words.length - 1) machine.step();
  return machine.cycle;
}

describe('a delay', () => {
  it('is exact for every number of clocks from 0 to 2000', () => {
    const numbers = Array.from({ length: 2001 }, (_, clocks) => clocks);
    expect(numbers.map(clocksOf)).toEqual(numbers);
  });

  it('is exact around the borders where another register is needed', () => {
    const borders = [768, 771, 772, 1024, 262_144, 262_148, 262_149, 262_150];
    const numbers = borders.flatMap(border => [border - 1, border, border + 1]);
    expect(numbers.map(clocksOf)).toEqual(numbers);
  });

  it('is exact for larger numbers', () => {
    const seed = 1200;
    const random = new Random(seed);
    const numbers = Array.from(
      { length: 12 },
      () => 2000 + random.below(random.below(2) ? 250_000 : 2_000_000),
    );
    expect(numbers.map(clocksOf), `seed ${seed}`).toEqual(numbers);
  });

  it('takes no more words than three loads, three subtractions, a branch and the rest', () => {
    expect(wordsOf(0)).toHaveLength(1);
    expect(wordsOf(4)).toHaveLength(3);
    expect(wordsOf(300)).toHaveLength(4);
    expect(Math.max(...[1e3, 1e4, 1e5, 1e6, 8e7].map(clocks => wordsOf(clocks).length))).toBeLessThanOrEqual(
      10,
    );
  });
});

describe('a delay in a program', () => {
  const values = 6;
  /** Reads values, waits between two changes of a pin, and shows that nothing was touched. */
  function program(clocks: number): Uint8Array {
    const mark = (op: string): Tree => tree(`mcu.${op}`, [0x18, 0], [], false);
    const reads = Array.from({ length: values }, (_, i) =>
      tree('local.set', [i], [tree('mcu.in', [0x16])], false),
    );
    const shows = Array.from({ length: values }, (_, i) =>
      tree('mcu.out', [0x12], [tree('i32.add', [], [tree('local.get', [i]), constantTree(i)])], false),
    );
    const body = [...reads, mark('sbi'), tree('mcu.delay', [clocks], [], false), mark('cbi'), ...shows];
    const main = { name: 'main', params: 0, result: false, locals: values, body, exported: 'main' };
    return encodeModule({ functions: [main], globals: [] });
  }

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 100, 771, 772, 1000, 5000, 262_150, 300_000])(
    'of %i clocks puts so many between two instructions and touches no value',
    clocks => {
      const { words } = compile(program(clocks));
      const machine = new Machine({ words });
      for (let bit = 0; bit < 8; bit++) machine.pins[`PB${bit}`].level = bit % 3 === 0;
      const outputs: number[] = [];
      const times: Record<string, number> = {};
      while (outputs.length < values) {
        const { row, operands } = decode(words[machine.pc])!;
        if (row.name === 'sbi' || row.name === 'cbi') times[row.name] = machine.cycle;
        if (row.name === 'out') outputs.push(machine.registers[operands[1]]);
        machine.step();
      }
      // SBI itself takes two clocks
      expect(times.cbi - times.sbi).toBe(clocks + 2);
      expect(outputs).toEqual(Array.from({ length: values }, (_, i) => 0b0100_1001 + i));
    },
  );
});
