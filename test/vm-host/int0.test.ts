import { describe, expect, it } from 'vitest';
import type { Machine } from '../../vm-host/index.ts';
import { machineWith } from './helpers.ts';

/** Counts INT0 in R20. `setup` chooses the sense and enables. */
const counting = (setup: string) => `
        rjmp main
        inc r20
        reti
main:   ${setup}
loop:   rjmp loop`;

const sense = (isc: number) => `ldi r16, ${isc}\n out MCUCR, r16\n`;
const enable = 'ldi r17, 0x40\n out GIMSK, r17\n';
const disable = 'out GIMSK, r0\n';

/** Gives PD2 a level per clock from `at` on. */
function levels(machine: Machine, text: string, at = 30): void {
  [...text].forEach((level, i) => {
    machine.queue
      .timer(() => {
        machine.pins.PD2.level = level === '1';
      })
      .at(at + i);
  });
}

function countOf(setup: string, text: string): number {
  const machine = machineWith(counting(setup));
  levels(machine, text);
  machine.run(120);
  return machine.registers[20];
}

const long = (text: string) => [...text].map(level => level.repeat(15)).join('');

describe('INT0', () => {
  it.each([
    ['falling', 2, '01011', 1],
    ['rising', 3, '01011', 2],
    ['reserved', 1, '01011', 0],
  ])('with the %s sense takes its edges', (_, isc, text, count) => {
    expect(countOf(`${sense(isc)}${enable}sei`, long(text))).toBe(count);
  });

  it('asks as long as its low level lasts, one instruction of the program in between', () => {
    const machine = machineWith(counting(`${enable}sei`));
    levels(machine, '1');
    machine.pins.PD2.level = true;
    levels(machine, '0', 50);
    levels(machine, '1', 75);
    machine.run(120);
    // the entry, INC, RETI and the loop's RJMP take 11 clocks
    expect(machine.registers[20]).toBe(3);
  });

  it.each([
    [0, 1, 1],
    [0, 2, 1],
    [1, 1, 0],
    [1, 2, 0],
    [1, 3, 1],
    [2, 2, 0],
    [2, 3, 1],
  ])(
    'low from clock %i to clock %i of two RJMPs asks at the boundaries only: %i interrupts',
    (from, to, count) => {
      const machine = machineWith(counting(`${enable}sei\nat: rjmp at`));
      machine.pins.PD2.level = true;
      machine.run(40);
      const start = machine.cycle;
      levels(machine, '0', start + from);
      levels(machine, '1', start + to);
      machine.run(start + 60);
      expect(machine.registers[20]).toBe(count);
    },
  );

  it('remembers an edge that came while it was masked', () => {
    expect(countOf(`${sense(3)}sei\n${' nop\n'.repeat(60)}${enable}`, '01')).toBe(1);
  });

  it('forgets it when the low level is chosen in between, as page 17 says', () => {
    const clear = `${disable}${sense(0)}${sense(3)}${enable}`;
    expect(countOf(`${sense(3)}sei\n${' nop\n'.repeat(60)}${clear}`, '01')).toBe(0);
  });

  it('sees a level of one clock as an edge, but not one of none', () => {
    expect(countOf(`${sense(3)}${enable}sei`, '010')).toBe(1);
    const machine = machineWith(counting(`${sense(3)}${enable}sei`));
    levels(machine, '1', 40);
    levels(machine, '0', 40);
    machine.run(80);
    expect(machine.registers[20]).toBe(0);
  });

  it('can be raised by the program itself when the pin is an output (page 17)', () => {
    const machine = machineWith(counting(`${sense(3)}${enable}sei\n sbi DDRD, 2\n sbi PORTD, 2`));
    machine.run(60);
    expect(machine.registers[20]).toBe(1);
  });
});
