import { describe, expect, it } from 'vitest';
import { Machine } from '../../vm-host/index.ts';
import { machineWith, type Options, runTo } from './helpers.ts';

const write = (address: number, value: number) => `
        ldi r16, ${address}
        out EEAR, r16
        ldi r16, ${value}
        out EEDR, r16
        sbi EECR, EEWE
`;

const read = (address: number) => `
        ldi r16, ${address}
        out EEAR, r16
        sbi EECR, EERE
        in  r17, EEDR
`;

/** Clocks from the instruction after EEWE until EEWE reads zero. */
function busyClocks(options: Options): number {
  const machine = machineWith(`${write(0, 1)}\nwait: in r18, EECR\n rjmp wait`, options);
  machine.run(30);
  for (let clock = 30; ; clock += 3) {
    machine.run(clock);
    if (machine.registers[18] === 0) return machine.cycle;
  }
}

describe('the EEPROM', () => {
  it('is erased when nothing else is said, and begins with the bytes given', () => {
    expect([...machineWith('nop').eeprom]).toEqual(Array(64).fill(0xff));
    expect([...new Machine({ words: [], eeprom: [1, 2] }).eeprom.subarray(0, 3)]).toEqual([1, 2, 0xff]);
  });

  it('gives its byte to the instruction after EERE, and clears the bit', () => {
    const machine = runTo(`${read(5)} in r18, EECR\nend: nop`, { eeprom: [0, 1, 2, 3, 4, 55] });
    expect([machine.registers[17], machine.registers[18]]).toEqual([55, 0]);
  });

  it.each([
    ['sbi EECR, EERE', 2 + 4],
    ['sbi EECR, EEWE', 2 + 2],
    ['out EECR, r20', 1 + 4],
    ['out EECR, r21', 1 + 2],
    ['out EECR, r22', 1],
  ])('makes the processor wait: %s takes %i clocks', (line, clocks) => {
    const machine = runTo(`ldi r20, 1\n ldi r21, 2\nat: ${line}\nend: nop`, { label: 'at' });
    const { cycle } = machine;
    machine.step();
    expect(machine.cycle - cycle).toBe(clocks);
  });

  it('holds what was written', () => {
    const machine = runTo(`${write(7, 0x5a)}\nwait: sbic EECR, EEWE\n rjmp wait\n${read(7)}\nend: nop`);
    expect([machine.registers[17], machine.eeprom[7]]).toEqual([0x5a, 0x5a]);
  });

  it.each([
    [5.0, 4_000_000, 2.5e-3],
    [2.7, 4_000_000, 4e-3],
    [3.85, 4_000_000, 3.25e-3],
    [6.0, 4_000_000, 2.5e-3],
    [5.0, 12_000_000, 2.5e-3],
  ])('is busy at %f V and %i Hz for %f s', (vcc, xtal, seconds) => {
    const clocks = busyClocks({ vcc, xtal });
    expect(clocks).toBeGreaterThanOrEqual(seconds * xtal);
    expect(clocks).toBeLessThan(seconds * xtal + 30);
  });

  it('while busy starts nothing else and does not stall', () => {
    const machine = runTo(
      `
        ${write(1, 0x11)}
        ldi r16, 2
        out EEAR, r16
at:     sbi EECR, EERE
        sbi EECR, EEWE
end:    nop`,
      { label: 'at' },
    );
    const { cycle } = machine;
    machine.step();
    machine.step();
    expect([machine.cycle - cycle, machine.eeprom[1], machine.eeprom[2]]).toEqual([4, 0x11, 0xff]);
  });

  it('has 64 addresses: the upper two bits of EEAR do not exist', () => {
    const machine = runTo('ser r16\n out EEAR, r16\n in r17, EEAR\nend: nop');
    expect(machine.registers[17]).toBe(0x3f);
  });

  it('keeps its content over a reset', () => {
    const machine = runTo(`${write(3, 0x33)}\nend: nop`);
    machine.reset();
    expect(machine.eeprom[3]).toBe(0x33);
  });
});
