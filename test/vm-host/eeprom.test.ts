import { describe, expect, it } from 'vitest';
import { Machine } from '../../vm-host/index.ts';
import { beforeNops, idleTo, machineWith, type Options, runTo } from './helpers.ts';

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

/** Two ways to start a write, two to start a read; NOPs from NOPS on. */
const words = 'sbi EECR, EEWE\n out EECR, r18\n sbi EECR, EERE\n out EECR, r17\n in r20, EECR';
const [SBI_WRITE, OUT_WRITE, SBI_READ, OUT_READ, LOOK] = [0, 1, 2, 3, 4];
const NOPS = 8;

/** Runs one of those words at `clock`; how many clocks it took. */
function does(machine: Machine, clock: number, word: number): number {
  idleTo(machine, clock, NOPS, word);
  machine.run(clock + 1);
  return machine.cycle - clock;
}

/** A machine that begins a write at clock 20, and the first clock at which EEWE reads 0. */
function writing(start: number, options: Options & { seconds: number }): { machine: Machine; end: number } {
  const machine = beforeNops(words, options);
  machine.registers[17] = 1;
  machine.registers[18] = 2;
  does(machine, 20, start);
  const holds = 20 + (start === SBI_WRITE ? 2 : 1);
  return { machine, end: holds + Math.ceil(options.seconds * (options.xtal ?? 4_000_000)) };
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
    [3.16, 4_000_000, 3.7e-3],
    [6.0, 4_000_000, 2.5e-3],
    [5.0, 12_000_000, 2.5e-3],
  ])('is busy at %f V and %i Hz for %f s', (vcc, xtal, seconds) => {
    for (const start of [SBI_WRITE, OUT_WRITE]) {
      const { machine, end } = writing(start, { vcc, xtal, seconds });
      const seen = [end - 1, end].map(clock => {
        does(machine, clock, LOOK);
        return machine.registers[20];
      });
      expect(seen).toEqual([2, 0]);
    }
  });

  // a start counts when the instruction's effect comes after the end; SBI of EERE in the last busy clock
  // reads EEWE as one and writes it back
  it.each([
    ['OUT of EEWE', OUT_WRITE, [1, 1, 1 + 2], [0, 0, 2]],
    ['SBI of EEWE', SBI_WRITE, [2, 2 + 2, 2 + 2], [0, 2, 2]],
    ['OUT of EERE', OUT_READ, [1, 1, 1 + 4], [0, 0, 0]],
    ['SBI of EERE', SBI_READ, [2, 2 + 2, 2 + 4], [0, 2, 0]],
  ])('starts again exactly at its end: %s', (_, word, clocks, busy) => {
    const outcomes = [-2, -1, 0].map(distance => {
      const { machine, end } = writing(OUT_WRITE, { seconds: 2.5e-3 });
      const taken = does(machine, end + distance, word);
      does(machine, end + 10, LOOK);
      return [taken, machine.registers[20]];
    });
    expect(outcomes).toEqual(clocks.map((each, i) => [each, busy[i]]));
  });

  it('is no longer busy after a reset, and keeps the byte that was on its way', () => {
    for (const cause of ['power-on', 'external', 'watchdog'] as const) {
      const { machine } = writing(OUT_WRITE, { seconds: 2.5e-3, eeprom: [9] });
      machine.reset(cause);
      // after the start-up time, which counts no busy clocks
      const begin = machine.cycle + (cause === 'power-on' ? 0 : 64_000);
      machine.run(begin);
      machine.run(begin);
      machine.pc = LOOK;
      machine.run(begin + 1);
      expect([machine.cycle, machine.registers[20], machine.eeprom[0]]).toEqual([begin + 1, 0, 0]);
      expect(does(machine, begin + 2, OUT_WRITE)).toBe(1 + 2);
    }
  });

  it('while busy starts nothing else and does not stall; address and data may change', () => {
    const machine = runTo(
      `
        ${write(1, 0x11)}
        ldi r16, 2
        out EEAR, r16
        out EEDR, r16
at:     sbi EECR, EERE
        sbi EECR, EEWE
end:    rjmp end`,
      { label: 'at' },
    );
    const { cycle } = machine;
    machine.step();
    machine.step();
    const { EEAR, EEDR } = machine.chip.io;
    expect([machine.cycle - cycle, machine.readIo(EEAR), machine.readIo(EEDR)]).toEqual([4, 2, 2]);
    machine.run(11_000);
    expect([...machine.eeprom.subarray(0, 3)]).toEqual([0xff, 0x11, 0xff]);
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
