import { describe, expect, it } from 'vitest';
import { machineWith, type Options } from './helpers.ts';

/** The clock at which the watchdog bites, for a program that has just enabled it with this prescaler. */
function biteOf(wdp: number, options: Options = {}): number {
  const machine = machineWith(`ldi r16, ${8 + wdp}\n wdr\n out WDTCR, r16\nloop: rjmp loop`, options);
  while (machine.activity === 'running') machine.run(machine.cycle + 1000);
  machine.run(machine.cycle);
  return machine.queue.nextTime;
}

describe('the watchdog', () => {
  it.each([
    [0, 5, 15e-3],
    [1, 5, 30e-3],
    [2, 5, 60e-3],
    [3, 5, 0.12],
    [4, 5, 0.24],
    [0, 3, 47e-3],
    [1, 3, 94e-3],
    [3, 3, 0.376],
  ])('with WDP = %i at %f V bites after %f s', (wdp, vcc, seconds) => {
    const startUp = (vcc === 5 ? 16e-3 : (16e-3 * 47) / 15) * 4_000_000;
    const bite = biteOf(wdp, { vcc }) - Math.ceil(startUp);
    expect(bite).toBe(1 + Math.round(seconds * 4_000_000));
  });

  it('is a time, not a number of clocks: it counts by an oscillator of its own', () => {
    const [slow, fast] = [1_000_000, 12_000_000].map(
      xtal => biteOf(0, { xtal }) - Math.ceil(16e-3 * xtal) - 1,
    );
    expect([slow, fast]).toEqual([15_000, 180_000]);
  });

  it('resets the chip: pins released, registers initial, the program begins again after the start-up time', () => {
    const machine = machineWith(`
        inc r20
        sbi DDRB, 0
        ldi r16, 8
        out WDTCR, r16
loop:   rjmp loop`);
    machine.run(59_990);
    expect([machine.pins.PB0.drive, machine.registers[20]]).toEqual(['low', 1]);
    machine.run(60_010);
    expect([machine.activity, machine.pins.PB0.drive, machine.pc]).toEqual(['start-up', 'float', 0]);
    machine.run(60_000 + 64_000 + 5);
    expect([machine.activity, machine.registers[20]]).toEqual(['running', 2]);
  });

  it('never bites a program that resets it in time', () => {
    const machine = machineWith(`
        ldi r16, 8
        out WDTCR, r16
loop:   wdr
        rjmp loop`);
    machine.run(1_000_000);
    expect(machine.activity).toBe('running');
  });

  it('is switched off by one plain write', () => {
    const machine = machineWith('ldi r16, 8\n out WDTCR, r16\n out WDTCR, r17\nloop: rjmp loop');
    machine.run(1_000_000);
    expect(machine.activity).toBe('running');
  });

  it('enabled without WDR may bite early: its counter always runs', () => {
    const machine = machineWith(`
        ldi r17, 220
outer:  ser r18
inner:  dec r18
        brne inner
        dec r17
        brne outer           ; about 169 000 clocks: two periods and most of a third
        ldi r16, 8
        out WDTCR, r16
loop:   rjmp loop`);
    while (machine.activity === 'running') machine.run(machine.cycle + 100);
    expect(machine.queue.nextTime).toBe(3 * 60_000 + 64_000);
  });

  it('goes on in power-down and ends it', () => {
    const machine = machineWith(`
        inc r20
        ldi r16, 0x30
        out MCUCR, r16
        ldi r16, 8
        out WDTCR, r16
        sleep
        inc r21`);
    machine.run(50_000);
    expect(machine.activity).toBe('power-down');
    machine.run(60_000 + 64_000 + 3);
    expect([machine.registers[20], machine.registers[21]]).toEqual([2, 0]);
  });
});
