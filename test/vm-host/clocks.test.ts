import { describe, expect, it } from 'vitest';
import { assemble, Machine } from '../../vm-host/index.ts';
import { goTo, runTo } from './helpers.ts';

/** R1 and PORTD all ones, R0 and PORTB all zeros, one return address on the stack. */
const prelude = `
        rcall begin
begin:  ser r16
        mov r1, r16
        out PORTD, r16
at:     `;

/** The clocks of one instruction after the prelude, and how far it moved the program counter. */
function measure(line: string): { clocks: number; moved: number } {
  const { words, labels } = assemble(prelude + line);
  const machine = new Machine({ words: [...words, 0, 0, 0] });
  goTo(machine, labels.at);
  const { cycle, pc } = machine;
  machine.step();
  return { clocks: machine.cycle - cycle, moved: machine.pc - pc };
}

/** The datasheet's instruction set summary, pages 54 and 55: instructions that never branch, by their clocks. */
const straight: readonly (readonly [clocks: number, lines: string])[] = [
  [1, 'add r0, r1; adc r0, r1; sub r0, r1; subi r16, 1; sbc r0, r1; sbci r16, 1; and r0, r1; andi r16, 1'],
  [1, 'or r0, r1; ori r16, 1; eor r0, r1; com r0; neg r0; sbr r16, 1; cbr r16, 1; inc r0; dec r0; tst r0'],
  [1, 'clr r0; ser r16; cp r0, r1; cpc r0, r1; cpi r16, 1; mov r0, r1; ldi r16, 1; in r0, PINB'],
  [1, 'out PORTB, r0; lsl r0; lsr r0; rol r0; ror r0; asr r0; swap r0; bset 0; bclr 0; bst r0, 0; bld r0, 0'],
  [1, 'sec; clc; sen; cln; sez; clz; sei; cli; ses; cls; sev; clv; set; clt; seh; clh; nop; sleep; wdr'],
  [2, 'ld r0, Z; st Z, r0; sbi PORTB, 0; cbi PORTB, 0'],
];

/** Instructions whose clocks depend: one that goes on, one that skips or branches. */
const conditional: readonly (readonly [goesOn: string, leaps: string])[] = [
  ['cpse r0, r1', 'cpse r0, r0'],
  ['sbrc r1, 7', 'sbrc r0, 7'],
  ['sbrs r0, 7', 'sbrs r1, 7'],
  ['sbic PORTD, 6', 'sbic PORTB, 6'],
  ['sbis PORTB, 6', 'sbis PORTD, 6'],
];

describe('clocks', () => {
  it.each(straight.flatMap(([clocks, lines]) => lines.split('; ').map(line => [line, clocks] as const)))(
    '%s takes %i',
    (line, clocks) => {
      expect(measure(line)).toEqual({ clocks, moved: 1 });
    },
  );

  it.each([
    ['rjmp . + 3', 2, 3],
    ['rcall . + 3', 3, 3],
    ['ret', 4, -3],
    ['reti', 4, -3],
  ])('%s takes %i', (line, clocks, moved) => {
    expect(measure(line)).toEqual({ clocks, moved });
  });

  it.each(conditional)('%s takes one', line => {
    expect(measure(line)).toEqual({ clocks: 1, moved: 1 });
  });

  it.each(conditional)('against %s, %s takes two', (_, line) => {
    expect(measure(line)).toEqual({ clocks: 2, moved: 2 });
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('a branch on bit %i of SREG takes one, or two when it is taken', bit => {
    const taken = (set: string, branch: string) => {
      const machine = runTo(`${set} ${bit}\nfrom: ${branch} ${bit}, to\n nop\nto: nop`, { label: 'from' });
      const { cycle } = machine;
      machine.step();
      return [machine.cycle - cycle, machine.pc];
    };
    expect(taken('bset', 'brbs')).toEqual([2, 3]);
    expect(taken('bset', 'brbc')).toEqual([1, 2]);
    expect(taken('bclr', 'brbc')).toEqual([2, 3]);
    expect(taken('bclr', 'brbs')).toEqual([1, 2]);
  });

  it('a skip over a skip leaves out the second one only', () => {
    const machine = runTo('sbrc r0, 0\n sbrc r1, 0\n inc r16\nend: nop');
    expect([machine.registers[16], machine.cycle]).toEqual([1, 3]);
  });

  it('add up over a loop: the last branch falls through', () => {
    expect(runTo('ldi r16, 5\nloop: dec r16\n brne loop\nend: nop').cycle).toBe(1 + 5 * (1 + 2) - 1);
  });
});
