import { describe, expect, it } from 'vitest';
import type { McuPin } from '../../vm-host/index.ts';
import { goTo, machineWith, runTo } from './helpers.ts';

const ACO = 0x20;
const ACI = 0x10;

/** Reads ACSR with AIN0 and AIN1 at these voltages, or levels. */
function acsr(plus: number | boolean, minus: number | boolean, control = 0): number {
  const machine = machineWith(`ldi r16, ${control}\n out ACSR, r16\n in r17, ACSR\nend: nop`);
  for (const [name, value] of [
    ['PB0', plus],
    ['PB1', minus],
  ] as const) {
    if (typeof value === 'number') machine.pins[name].voltage = value;
    else machine.pins[name].level = value;
  }
  goTo(machine, 3);
  return machine.registers[17];
}

describe('the analog comparator', () => {
  it.each([
    [2.5, 2.4, ACO],
    [2.4, 2.5, 0],
    [2.5, 2.5, 0],
    [true, false, ACO],
    [false, true, 0],
    [true, true, 0],
    [0.1, false, ACO],
    [4.9, true, 0],
  ])('compares %s at AIN0 with %s at AIN1', (plus, minus, output) => {
    expect(acsr(plus, minus) & ACO).toBe(output);
  });

  it('takes a digital one for the supply', () => {
    const machine = machineWith('in r17, ACSR\nend: nop', { vcc: 3 });
    machine.pins.PB0.voltage = 3.1;
    machine.pins.PB1.level = true;
    goTo(machine, 1);
    expect(machine.registers[17] & ACO).toBe(ACO);
  });

  it('is switched off by ACD, and that makes its output fall, with an edge', () => {
    const machine = machineWith(`
        ldi r16, 0x82      ; ACD, and ACI on a falling output
        out ACSR, r16
        in  r17, ACSR
end:    nop`);
    machine.pins.PB0.level = true;
    goTo(machine, 3);
    expect(machine.registers[17]).toBe(0x82 | ACI);
  });

  it.each([
    ['toggle', 0x00, [ACI, ACI]],
    ['reserved', 0x01, [0, 0]],
    ['falling', 0x02, [0, ACI]],
    ['rising', 0x03, [ACI, 0]],
  ])('sets ACI on the edge that ACIS chooses: %s', (_, acis, flags) => {
    const machine = machineWith(`
        ldi r16, ${acis}
        out ACSR, r16
        in  r17, ACSR
        sbi ACSR, ACI
        in  r18, ACSR
end:    nop`);
    machine.step();
    machine.step();
    machine.pins.PB0.level = true;
    machine.step();
    machine.step();
    machine.pins.PB0.level = false;
    machine.step();
    expect([machine.registers[17] & ACI, machine.registers[18] & ACI]).toEqual(flags);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'loses ACI to SBI and CBI on bit %i, which write back the one they read',
    bit => {
      for (const name of ['sbi', 'cbi']) {
        const machine = machineWith(`nop\n ${name} ACSR, ${bit}\nend: nop`);
        machine.pins.PB0.level = true;
        machine.step();
        expect(machine.readIo(machine.chip.io.ACSR)! & ACI).toBe(ACI);
        machine.step();
        // CBI of ACI itself is the one that writes a zero there
        const stays = name === 'cbi' && bit === 4;
        // SBI of ACD lets the output fall, and that is a new edge
        const again = name === 'sbi' && bit === 7;
        expect(machine.readIo(machine.chip.io.ACSR)! & ACI, name).toBe(stays || again ? ACI : 0);
      }
    },
  );

  it('keeps ACI when a zero is written to it', () => {
    const machine = machineWith('nop\n out ACSR, r0\nend: nop');
    machine.pins.PB0.level = true;
    goTo(machine, 2);
    expect(machine.readIo(machine.chip.io.ACSR)! & ACI).toBe(ACI);
  });

  it.each([
    ['level', (pin: McuPin) => void (pin.level = true)],
    ['voltage', (pin: McuPin) => void (pin.voltage = 3)],
  ])('shows another %s at the clock at which it comes', (_, move) => {
    const seen = [4, 5, 6].map(clock => {
      const machine = machineWith(`${' nop\n'.repeat(5)} in r17, ACSR\nend: nop`);
      machine.queue.timer(() => move(machine.pins.PB0)).at(clock);
      goTo(machine, 6);
      return machine.registers[17];
    });
    expect(seen).toEqual([ACO | ACI, ACO | ACI, 0]);
  });

  it('interrupts through vector 3 when ACIE and I are set, and the entry clears ACI', () => {
    const machine = machineWith(`
        rjmp main
        nop
        nop
        in r17, ACSR
        reti
main:   sbi ACSR, ACIE
        sei
loop:   rjmp loop`);
    machine.run(20);
    machine.pins.PB0.level = true;
    goTo(machine, 4);
    expect(machine.registers[17]).toBe(ACO | 0x08);
  });

  it('has an output that cannot be written', () => {
    expect(runTo('ser r16\n out ACSR, r16\n in r17, ACSR\nend: nop').registers[17] & ACO).toBe(0);
  });
});
