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

  it.each([
    ['idle', 0x20],
    ['power-down', 0x30],
  ])('to %s never ends when I is clear, except by reset', (activity, mcucr) => {
    for (const reset of ['RESET', 'watchdog']) {
      const watchdog = `ldi r16, ${reset === 'watchdog' ? 15 : 7}\n wdr\n out WDTCR, r16\n`;
      const all = `inc r23\n ${watchdog} sbi ACSR, ACIE\n ${timerOn}\n ${int0On}`;
      const machine = machineWith(sleeper(mcucr, all).replace('sei', 'nop'), { xtal: 100_000 });
      for (const pin of ['PD2', 'PB0']) {
        for (let i = 0; i < 6; i++) levelAt(machine, pin, i % 2 === 0, 1_000 + 5_000 * i);
      }
      machine.run(180_000);
      expect(machine.activity).toBe(activity);
      if (reset === 'RESET') machine.setResetLine(false);
      if (reset === 'RESET')
        expect([machine.activity, machine.pc, machine.cycle]).toEqual(['reset', 0, 180_000]);
      machine.setResetLine(true);
      machine.run(220_000);
      // it came by main once more, and sleeps again
      expect([machine.registers[23], machine.registers[22], machine.activity]).toEqual([2, 0, activity]);
    }
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

  /** What everything holds that a reset sets. */
  function everything(machine: Machine): object {
    const { ioRows } = machine.chip;
    const registers = Object.fromEntries(ioRows.map(({ name, address }) => [name, machine.readIo(address)]));
    return { ...registers, pc: machine.pc, stack: machine.stack };
  }

  it.each([
    ['power-on', (machine: Machine) => machine.reset()],
    ['RESET', (machine: Machine) => machine.setResetLine(false)],
    ['watchdog', (machine: Machine) => machine.reset('watchdog')],
  ])(
    'by %s sets every register of the I/O space to its initial value, PC to 0, and empties the stack',
    (_, reset) => {
      // TCNT0 after the pin T0 has risen, SREG last, for it lets interrupts in; its I is clear, so that they all wait
      const names = machineWith('').chip.ioRows.map(({ name }) => name);
      const order = [...names.filter(name => !/^(SREG|TIFR|TCNT0)$/.test(name)), 'TCNT0', 'SREG'];
      const machine = machineWith(`rcall a\na: rcall b\nb: ser r16
      ${order.map(name => ` ldi r17, ${name === 'SREG' ? 0x7f : name === 'MCUCR' ? 0x10 : 0xff}\n out ${name}, r17\n`).join('')}
      ${' nop\n'.repeat(10)}end: rjmp end`);
      machine.registers.forEach((_, i) => {
        machine.registers[i] = 100 + i;
      });
      machine.run(100);
      const before = Object.entries(everything(machine)).filter(([, value]) => value === 0);
      // TOV0 and the pins are nobody's to write
      expect(before.map(([name]) => name)).toEqual(['TIFR']);
      const [registers, eeprom] = [[...machine.registers], [...machine.eeprom]];
      reset(machine);
      const initial = Object.fromEntries(machine.chip.ioRows.map(row => [row.name, row.initial]));
      expect(everything(machine)).toEqual({ ...initial, pc: 0, stack: [] });
      expect([[...machine.registers], [...machine.eeprom]]).toEqual([registers, eeprom]);
    },
  );

  it('forgets interrupts that were waiting', () => {
    const waiting = `rjmp main\n inc r20\n inc r20\n inc r20
main:   inc r21
        sbrc r21, 1
        rjmp again
        ldi r16, 3
        out MCUCR, r16
        ldi r16, 0x40
        out GIMSK, r16
        ldi r16, 1
        out TCCR0, r16
        ldi r16, 2
        out TIMSK, r16
        sbi ACSR, ACIE
        ldi r16, 0xF0
        out TCNT0, r16
loop:   rjmp loop
again:  sei
        ldi r16, 3
        out MCUCR, r16
        ldi r16, 0x40
        out GIMSK, r16
        ldi r16, 2
        out TIMSK, r16
        sbi ACSR, ACIE
stay:   rjmp stay`;
    const machine = machineWith(waiting);
    machine.registers.fill(0);
    levelAt(machine, 'PD2', true, 60);
    levelAt(machine, 'PB0', true, 60);
    machine.run(100);
    expect(machine.readIo(machine.chip.io.ACSR)! & 0x10).toBe(0x10);
    machine.reset();
    machine.run(300);
    expect([machine.registers[21], machine.registers[20], machine.depth]).toEqual([2, 0, 0]);
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

  it.each([
    [5, 16e-3],
    [4, (16e-3 * 94) / 62],
    [3, (16e-3 * 47) / 15],
  ])('at %f V begins the program %f s after RESET has risen', (vcc, seconds) => {
    const machine = machineWith('inc r20\nloop: rjmp loop', { vcc });
    machine.run(10);
    machine.setResetLine(false);
    machine.run(100);
    machine.setResetLine(true);
    const begin = 100 + Math.ceil(seconds * 4_000_000);
    machine.run(begin);
    expect([machine.activity, machine.cycle, machine.registers[20]]).toEqual(['start-up', begin, 1]);
    machine.run(begin + 1);
    expect([machine.activity, machine.cycle, machine.registers[20]]).toEqual(['running', begin + 1, 2]);
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
