/**
 * How far simavr's Timer/Counter0 can be trusted by a program that polls it, as our firmware does. Timers and
 * interrupts are where that simulator is known to differ from the chip; polling CK/1 is not among the differences.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assemble, Machine } from '../../vm-host/index.ts';
import { Simavr, simavrWanted } from './simavr.ts';

/** Starts the timer after some NOPs, waits until it has counted to 10, raises PB0. The same words run everywhere. */
const program = (nops: number, clockSelect: number): Uint16Array =>
  assemble(`
    sbi 0x17, 0
    ldi r16, ${clockSelect}
    ${'nop\n'.repeat(nops)}
    out 0x33, r16
  wait:
    in r17, 0x32
    cpi r17, 10
    brlo wait
    sbi 0x18, 0
  end:
    rjmp end`).words;

/** The cycle in which PB0 rises. */
function onOurs(words: Uint16Array): number {
  const machine = new Machine({ words });
  let rise = 0;
  machine.pins.PB0.onDrive = (drive, now) => {
    if (drive === 'high') rise = now;
  };
  machine.run(1000);
  return rise;
}

/** One conversation of nothing: simavr runs until the answer is overdue. */
const SILENCE = [{ send: new Uint8Array(), expect: 1 }];

describe.skipIf(!simavrWanted)("simavr's Timer/Counter0, polled", () => {
  let simavr: Simavr;
  beforeAll(() => {
    simavr = new Simavr();
  });
  afterAll(() => simavr?.remove());

  const onTheirs = (words: Uint16Array): number => {
    const timing = { xtal: 1000, baud: 100, start: 0 };
    const pins = { txd: 'D1', rxd: 'D0', pins: ['B0'] };
    const { edges } = simavr.run({ ...timing, ...pins, mcu: 'attiny2313', words, session: SILENCE });
    return edges.B0[0][0];
  };

  const phases = Array.from({ length: 8 }, (_, nops) => nops);

  it('counts CK as ours does, in the same cycle', () => {
    const programs = phases.map(nops => program(nops, 1));
    expect(programs.map(onTheirs)).toEqual(programs.map(onOurs));
  });

  it('starts its prescaler when TCCR0 is written, where that of the chip runs free since reset', () => {
    const programs = phases.map(nops => program(nops, 2));
    const fromTheWrite = (rises: number[]) => new Set(rises.map((rise, nops) => rise - nops));
    expect(fromTheWrite(programs.map(onTheirs)).size).toBe(1);
    expect(fromTheWrite(programs.map(onOurs)).size).toBeGreaterThan(1);
    // less than one tick apart, and the poll's grain: that is all it can do to a program that only takes differences
    const apart = programs.map(words => Math.abs(onTheirs(words) - onOurs(words)));
    expect(Math.max(...apart)).toBeLessThanOrEqual(8 + 4);
  });
});
