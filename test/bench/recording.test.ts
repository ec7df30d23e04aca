/** The bench's own tools: the ruler for clocks, the comparison of runs, the table of what was reached. */
import { avrInstruction, CPU } from 'avr8js';
import { describe, expect, it } from 'vitest';
import { buildOurs, firstDifference, ROOT, type Row } from '../../bench/measure.ts';
import { type Run, recordOnAvr8js, recordOurs } from '../../bench/record.ts';
import { regressions, summarise, tableOf } from '../../bench/report.ts';
import { KERNELS } from '../../bench/suite.ts';

/** Clocks of instructions that the AT90S1200 lacks and avr-gcc uses (ATtiny2313 datasheet 2543L, instruction set summary). */
const clocks: [name: string, clocks: number, ...words: number[]][] = [
  ['lds r24, 0x60', 2, 0x9180, 0x0060],
  ['sts 0x60, r24', 2, 0x9380, 0x0060],
  ['ld r24, X', 2, 0x918c],
  ['st X, r24', 2, 0x938c],
  ['ldd r24, Z+1', 2, 0x8181],
  ['lpm r24, Z', 3, 0x9184],
  ['movw r24, r30', 1, 0x01cf],
  ['adiw r24, 1', 2, 0x9601],
  ['sbiw r24, 1', 2, 0x9701],
  ['push r24', 2, 0x938f],
  ['pop r24', 2, 0x918f],
  ['ijmp', 2, 0x9409],
  ['icall', 3, 0x9509],
  ['rcall .+2', 3, 0xd001],
  ['ret', 4, 0x9508],
];

function clocksOnAvr8js(words: readonly number[]): number {
  const cpu = new CPU(Uint16Array.from([...words, 0, 0, 0]), 128);
  cpu.dataView.setUint16(0x5d, 0xd0, true);
  // X and Z point into RAM
  cpu.data[26] = cpu.data[30] = 0x80;
  avrInstruction(cpu);
  return cpu.cycles;
}

const run = (...accesses: string[]): Run => ({ clocks: 10, accesses });

const row = (name: string, words: number, clocks: number, beyond?: string): Row => ({
  name,
  ours: { words, clocks },
  gcc: { words: 10, clocks: 100 },
  beyond,
  savings: {},
  difference: undefined,
  listings: { ours: '', gcc: '' },
});
const tableFrom = (rows: Row[]) => tableOf('avr-gcc', rows, { words: 0, stackLevels: 0, savings: {} });

describe('the clocks of the bench', () => {
  it.each(clocks)("are the datasheet's for %s", (_name, expected, ...words) => {
    expect(clocksOnAvr8js(words)).toBe(expected);
  });

  it.each(['dispatch', 'pulses', 'uart-receive', 'hello'])(
    'are the same on both machines that measure: %s',
    async name => {
      const kernel = KERNELS.find(each => each.name === name)!;
      const { words } = (await buildOurs(ROOT, kernel)).image;
      expect(recordOnAvr8js(kernel, words)).toEqual(recordOurs(kernel, words));
    },
  );
});

describe('the comparison of two programs', () => {
  it('finds nothing in equal accesses, whatever they took', () => {
    const slow = { ...run('PINB>01', 'PORTD=02'), clocks: 99 };
    expect(firstDifference([run('PINB>01', 'PORTD=02')], [slow])).toBeUndefined();
  });

  it('names the first access that differs', () => {
    const [a, b] = [run('PORTB=01', 'PORTB=02'), run('PORTB=01', 'PORTB=03')];
    expect(firstDifference([a, a], [a, b])).toBe("run 2, access 2: ours PORTB=02, avr-gcc's PORTB=03");
  });

  it('sees an access that is missing, or in another order', () => {
    const both = run('PORTB=01', 'PORTD=01');
    expect(firstDifference([run('PORTB=01')], [both])).toContain('ours none');
    expect(firstDifference([run('PORTD=01', 'PORTB=01')], [both])).toContain('access 1');
  });
});

describe('the table of what was reached', () => {
  it('takes equal and better figures', () => {
    const table = tableFrom([row('a', 10, 100), row('b', 10, 100)]);
    expect(regressions([row('a', 10, 100), row('b', 9, 99.5)], table)).toEqual([]);
  });

  it('names a word or a clock more', () => {
    const table = tableFrom([row('a', 10, 100), row('b', 10, 100)]);
    expect(regressions([row('a', 11, 100), row('b', 10, 100.5)], table)).toEqual([
      'a: 11 words, 10 were reached',
      'b: 100.5 clocks, 100 were reached',
    ]);
  });

  it('leaves kernels that are beyond the part out of sums and of the worst', () => {
    const rows = [row('a', 8, 50), row('b', 12, 100), row('c', 90, 900, 'no table')];
    expect(summarise(rows, 'words')).toMatchObject({
      total: { ours: 20, gcc: 20, ratio: 1 },
      worst: { name: 'b', ratio: 1.2 },
    });
    expect(summarise(rows, 'clocks').mean).toBeCloseTo(Math.SQRT1_2);
  });
});
