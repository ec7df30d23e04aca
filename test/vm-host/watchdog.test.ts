import { describe, expect, it } from 'vitest';
import { beforeNops, idleTo, machineWith, type Options, record } from './helpers.ts';

/** The clock at which the watchdog bites a program that has just enabled it with this prescaler, counted from WDR. */
function biteOf(wdp: number, options: Options = {}): number {
  const machine = machineWith(`ldi r16, ${8 + wdp}\n wdr\n out WDTCR, r16\nloop: rjmp loop`, options);
  machine.run(3);
  return machine.queue.nextTime - 1;
}

describe('the watchdog', () => {
  it.each([
    [0, 5, 0.015],
    [1, 5, 0.03],
    [2, 5, 0.06],
    [3, 5, 0.12],
    [4, 5, 0.24],
    [5, 5, 0.48],
    [6, 5, 0.96],
    [7, 5, 1.92],
    [0, 3, 0.047],
    [1, 3, 0.094],
    [2, 3, 0.188],
    [3, 3, 0.376],
    [4, 3, 0.752],
    [5, 3, 1.504],
    [6, 3, 3.008],
    [7, 3, 6.016],
    // 15 * 47 * 2 / (15 + 47) ms: halfway between the two frequencies
    [0, 4, 1.41 / 62],
    [3, 4, (8 * 1.41) / 62],
  ])('with WDP = %i at %f V bites after %f s', (wdp, vcc, seconds) => {
    expect(biteOf(wdp, { vcc })).toBe(Math.round(seconds * 4_000_000));
  });

  // 0838D-07/98 page 37: the oscillator at 25 C, of which it counts 16 384
  it.each([
    [2.7, 276, 17],
    [3.0, 365, 5],
    [3.3, 463, 5],
    [3.6, 568, 5],
    [4.0, 716, 5],
    [4.5, 920, 5],
    [5.0, 1132, 5],
    [5.5, 1365, 7],
    [6.0, 1582, 9],
  ])('at %f V counts as the printed %i kHz of its oscillator do, within %i %', (vcc, kilohertz, percent) => {
    const printed = (16_384 / kilohertz) * 4_000;
    expect(Math.abs(biteOf(0, { vcc }) / printed - 1)).toBeLessThan(percent / 100);
  });

  it('outside the supply of the chip keeps to the end of its line', () => {
    const at = [0, 1, 2.7, 6, 7].map(vcc => biteOf(0, { vcc }));
    expect(at).toEqual([at[2], at[2], at[2], at[3], at[3]]);
  });

  it('is a time, not a number of clocks: it counts by an oscillator of its own', () => {
    const machines = [1_000_000, 4_000_000, 12_000_000].map(xtal => biteOf(7, { xtal }));
    expect(machines).toEqual([1_920_000, 7_680_000, 23_040_000]);
  });

  it('bites at the clock for which it is set', () => {
    const machine = machineWith('ldi r16, 8\n wdr\n out WDTCR, r16\nloop: nop\n rjmp loop');
    machine.run(60_001);
    expect(machine.activity).toBe('running');
    machine.run(60_002);
    expect(machine.activity).toBe('start-up');
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

  it.each([
    ['WDR', 60],
    ['a reset', 60],
    ['a write of WDTCR', 120],
    ['nothing', 120],
  ])('is counted from %s', (what, bite) => {
    // 60 clocks a period; 70 have gone when it happens, of which 10 belong to the second
    const lines = what === 'WDR' ? 'wdr' : what === 'a write of WDTCR' ? 'out WDTCR, r0' : 'nop';
    const machine = beforeNops(`${lines}\n out WDTCR, r16`, { xtal: 4_000 });
    machine.registers[16] = 8;
    idleTo(machine, 70, 8, 0);
    if (what === 'a reset') machine.reset();
    machine.run(72);
    const from = what === 'WDR' || what === 'a reset' ? 70 : 0;
    idleTo(machine, from + bite - 1, 8);
    expect(machine.activity).toBe('running');
    machine.run(from + bite);
    machine.run(from + bite + 1);
    expect(machine.activity).toBe('start-up');
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

  /** Each instruction of more than one clock, behind NOPs that bring it to the bite. At 4 kHz that is 60 clocks after WDR. */
  const biting = (line: string, nops: number) =>
    machineWith(
      `inc r20\n ldi r30, 5\n ldi r16, 8\n rcall here\nhere: wdr\n out WDTCR, r16\n${' nop\n'.repeat(nops)} ${line}\n nop\n nop\nend: rjmp end`,
      { xtal: 4_000 },
    );
  const BITE = 6 + 60;

  it.each([
    ['sbi DDRB, 0', 2],
    ['cbi PORTD, 5', 2],
    ['ld r6, Z', 2],
    ['st Z, r6', 2],
    ['sbrc r0, 0', 2],
    ['rjmp . + 2', 2],
    ['rcall . + 2', 3],
    ['ret', 4],
    ['reti', 4],
    ['sbi EECR, EERE', 6],
    ['sbi EECR, EEWE', 4],
  ])('resets at the clock of its bite in the middle of %s too', (line, clocks) => {
    for (let clock = 0; clock <= clocks; clock++) {
      const machine = biting(line, 58 - clock);
      const trace = record(machine, 'PB0');
      machine.run(BITE + 64);
      expect([machine.activity, machine.cycle, machine.pc, machine.depth]).toEqual([
        'start-up',
        BITE + 64,
        0,
        0,
      ]);
      machine.run(BITE + 65);
      expect([machine.activity, machine.cycle, machine.registers[20]]).toEqual(['running', BITE + 65, 2]);
      // the pin of SBI changes with its end, and a reset at that very clock is there first
      expect(trace).toEqual([]);
    }
  });

  it('resets in the middle of an interrupt entry too', () => {
    for (let clock = 0; clock <= 4; clock++) {
      // the low level of INT0 asks all the time; one instruction after SEI runs first
      const machine = biting('ldi r17, 0x40\n out GIMSK, r17\n sei\n nop', 58 - 4 - clock);
      machine.run(BITE);
      expect(machine.depth).toBe(clock === 0 ? 1 : 2);
      machine.run(BITE + 65);
      expect([machine.cycle, machine.registers[20], machine.sreg, machine.depth]).toEqual([
        BITE + 65,
        2,
        0,
        0,
      ]);
    }
  });
});
