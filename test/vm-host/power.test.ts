import { describe, expect, it } from 'vitest';
import type { Machine } from '../../vm-host/index.ts';
import { machineWith } from './helpers.ts';

/** tTOUT at 5 V and 4 MHz: 16 ms. */
const START_UP = 64_000;

function levelAt(machine: Machine, pin: string, level: boolean, clock: number): void {
  machine.queue
    .timer(() => {
      machine.pins[pin].level = level;
    })
    .at(clock);
}

/** INT0 counts in R20, Timer0 in R21; R22 counts what runs after SLEEP. */
const sleeper = (mcucr: number, before: string) => `
        rjmp main
        rjmp int0
        inc r21
        reti
int0:   inc r20
        ldi r16, 0
        out GIMSK, r16
        reti
main:   ldi r16, ${mcucr}
        out MCUCR, r16
        ${before}
        sei
        sleep
        inc r22
loop:   rjmp loop`;

const timerOn = 'ldi r16, 3\n out TCCR0, r16\n ldi r16, 2\n out TIMSK, r16\n ldi r16, 250\n out TCNT0, r16';
const int0On = 'ldi r16, 0x40\n out GIMSK, r16';

describe('SLEEP', () => {
  it('does nothing unless SE is set', () => {
    const machine = machineWith(`sleep\n inc r22\nloop: rjmp loop`);
    machine.run(4);
    expect([machine.activity, machine.registers[22]]).toEqual(['running', 1]);
  });

  it('in idle lets Timer0 run; its interrupt wakes at once, and the program goes on after SLEEP', () => {
    const machine = machineWith(sleeper(0x20, timerOn));
    machine.run(100);
    expect([machine.activity, machine.registers[22]]).toEqual(['idle', 0]);
    // TCNT0 was 250: six timer clocks of 64
    machine.run(384 + 4);
    expect([machine.activity, machine.cycle, machine.pc]).toEqual(['running', 388, 2]);
    machine.run(384 + 4 + 1 + 4 + 1);
    expect([machine.registers[21], machine.registers[22]]).toEqual([1, 1]);
  });

  it('wakes at the level of INT0 from idle', () => {
    const machine = machineWith(sleeper(0x20, int0On));
    machine.pins.PD2.level = true;
    levelAt(machine, 'PD2', false, 500);
    machine.run(504);
    expect([machine.cycle, machine.pc]).toEqual([504, 1]);
  });

  it('wakes from idle by an edge of INT0, one clock after it came', () => {
    const machine = machineWith(sleeper(0x22, int0On));
    machine.pins.PD2.level = true;
    levelAt(machine, 'PD2', false, 500);
    machine.run(505);
    expect([machine.cycle, machine.pc]).toEqual([505, 1]);
  });

  it('right after SEI still sleeps, and a pending interrupt wakes it', () => {
    const machine = machineWith(sleeper(0x20, int0On));
    machine.run(100);
    expect([machine.registers[20], machine.registers[22]]).toEqual([1, 1]);
  });

  it('never ends when I is clear, except by reset', () => {
    const machine = machineWith(sleeper(0x20, timerOn).replace('sei', 'nop'));
    machine.run(1_000_000);
    expect(machine.activity).toBe('idle');
  });

  it('passes one clock per step', () => {
    const machine = machineWith(sleeper(0x20, timerOn));
    machine.run(100);
    machine.step();
    expect(machine.cycle).toBe(101);
  });
});

describe('power-down', () => {
  it('stops Timer0 and its prescaler', () => {
    const machine = machineWith(sleeper(0x30, `${timerOn}\n${int0On}`).replace('inc r22', 'in r23, TCNT0'));
    machine.pins.PD2.level = true;
    levelAt(machine, 'PD2', false, 10_000);
    machine.run(10_000 + START_UP);
    expect(machine.registers[21]).toBe(0);
    machine.run(10_000 + START_UP + 40);
    expect([machine.registers[20], machine.registers[23]]).toEqual([1, 250]);
  });

  it('leaves the prescaler where it stood: its clocks go on as if no time had passed', () => {
    const registers = Array.from({ length: 16 }, (_, i) => i);
    const machine = machineWith(`
        rjmp main
        ${registers.map(i => `in r${i}, TCNT0`).join('\n')}
main:   ldi r16, 2
        out TCCR0, r16
        ldi r16, 0x30
        out MCUCR, r16
        ldi r16, 0x40
        out GIMSK, r16
        sei
        sleep              ; clock 9: the oscillator stops at 10`);
    machine.pins.PD2.level = true;
    levelAt(machine, 'PD2', false, 1_001);
    machine.run(1_001 + START_UP + 4 + 16);
    // the entry takes four clocks: the first read is at 14 of the timer's own time
    expect([...machine.registers.subarray(0, 16)]).toEqual(registers.map(i => Math.floor((14 + i) / 8)));
  });

  it('is not ended by the level of INT0 when I is clear', () => {
    const machine = machineWith(sleeper(0x30, int0On).replace('sei', 'nop'));
    machine.run(500_000);
    expect(machine.activity).toBe('power-down');
  });

  it('ends when INT0 has been low for the start-up time, and then the interrupt is taken', () => {
    const machine = machineWith(sleeper(0x30, int0On));
    machine.pins.PD2.level = true;
    levelAt(machine, 'PD2', false, 1_000);
    machine.run(1_000 + START_UP);
    expect([machine.activity, machine.cycle]).toEqual(['power-down', 1_000 + START_UP]);
    machine.run(1_000 + START_UP + 4);
    expect([machine.activity, machine.cycle, machine.pc]).toEqual(['running', 1_000 + START_UP + 4, 1]);
  });

  it('goes on when the low level is too short', () => {
    const machine = machineWith(sleeper(0x30, int0On));
    machine.pins.PD2.level = true;
    levelAt(machine, 'PD2', false, 1_000);
    levelAt(machine, 'PD2', true, 1_000 + START_UP - 1);
    machine.run(500_000);
    expect(machine.activity).toBe('power-down');
  });

  it('is not ended by an edge', () => {
    const machine = machineWith(sleeper(0x32, int0On));
    machine.pins.PD2.level = true;
    levelAt(machine, 'PD2', false, 1_000);
    machine.run(500_000);
    expect(machine.activity).toBe('power-down');
  });
});

describe('reset', () => {
  const program = `
        inc r20
        ser r16
        out DDRB, r16
        ldi r16, 2
        out TCCR0, r16
loop:   rjmp loop`;

  it('by power-on begins at once: cycle 0 is the first clock of the program', () => {
    const machine = machineWith(program);
    machine.step();
    expect([machine.cycle, machine.registers[20]]).toEqual([1, 1]);
  });

  it('sets every register of the I/O space to its initial value', () => {
    const machine = machineWith(
      `ser r16\n${machineWith('')
        .chip.ioRows.filter(({ name }) => !/^(SREG|WDTCR|EECR|PIN.)$/.test(name))
        .map(({ name }) => ` out ${name}, r16\n`)
        .join('')}\nloop: rjmp loop`,
    );
    machine.run(100);
    machine.reset();
    const initial = machine.chip.ioRows.filter(({ name }) => !name.startsWith('PIN'));
    const reader = machineWith(initial.map(({ name }, i) => ` in r${i}, ${name}\n`).join(''));
    reader.restore({ ...machine.save(), cpu: { ...machine.save().cpu, pc: 0 } });
    for (const _ of initial) reader.step();
    expect([...reader.registers.subarray(0, initial.length)]).toEqual(initial.map(row => row.initial));
  });

  it('by the RESET pin releases all pins at once and holds the program', () => {
    const machine = machineWith(program);
    machine.run(20);
    machine.setResetLine(false);
    expect([machine.activity, machine.pins.PB0.drive, machine.pc]).toEqual(['reset', 'float', 0]);
    machine.run(1_000);
    expect([machine.cycle, machine.registers[20]]).toEqual([1_000, 1]);
  });

  it('begins the program tTOUT after RESET has risen, with the prescaler at zero', () => {
    const registers = Array.from({ length: 16 }, (_, i) => i);
    const reads = registers.map(i => `in r${i}, TCNT0`).join('\n');
    const machine = machineWith(`inc r20\n ldi r21, 2\n out TCCR0, r21\n ${reads}\nloop: rjmp loop`);
    machine.run(20);
    machine.setResetLine(false);
    machine.run(1_003);
    machine.setResetLine(true);
    machine.run(1_003 + START_UP);
    expect([machine.activity, machine.registers[20]]).toEqual(['start-up', 1]);
    machine.run(1_003 + START_UP + 20);
    expect(machine.registers[20]).toBe(2);
    expect([...machine.registers.subarray(0, 16)]).toEqual(registers.map(i => Math.floor((3 + i) / 8)));
  });

  it('that is asked for twice is one reset', () => {
    const machine = machineWith(program);
    machine.setResetLine(true);
    expect(machine.activity).toBe('running');
    machine.setResetLine(false);
    machine.setResetLine(false);
    machine.setResetLine(true);
    machine.setResetLine(true);
    machine.run(START_UP + 3);
    expect(machine.registers[20]).toBe(1);
  });
});
