/**
 * How far simavr's Timer/Counter0 can be trusted by a program that polls it and never writes it, as our firmware
 * does. Writing TCNT0 and taking interrupts are where that simulator is far from the chip (docs/chips.md).
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

/** Turns PB0 at every overflow: waits for TOV0 in TIFR, clears it by writing a one. */
const overflows = (nops: number): Uint16Array =>
  assemble(`
    sbi 0x17, 0
    ldi r16, 1
    ldi r17, 2
    ${'nop\n'.repeat(nops)}
    out 0x33, r16
  turn:
    in r18, 0x38
    sbrs r18, 1
    rjmp turn
    out 0x38, r17
    in r18, 0x18
    eor r18, r16
    out 0x18, r18
    rjmp turn`).words;

/** The cycles in which PB0 changes, at most so many. */
function onOurs(words: Uint16Array, most = 1): number[] {
  const machine = new Machine({ words });
  const changes: number[] = [];
  machine.pins.PB0.onDrive = (_, now) => {
    // the first is that it becomes an output
    changes.push(now);
  };
  machine.run(3000);
  return changes.slice(1, most + 1);
}

/** One conversation of nothing: simavr runs until the answer is overdue. */
const SILENCE = [{ send: new Uint8Array(), expect: 1 }];

describe.skipIf(!simavrWanted)("simavr's Timer/Counter0, polled", () => {
  let simavr: Simavr;
  beforeAll(() => {
    simavr = new Simavr();
  });
  afterAll(() => simavr?.remove());

  const onTheirs = (words: Uint16Array, most = 1): number[] => {
    const timing = { xtal: 1000, baud: 100, start: 0 };
    const pins = { txd: 'D1', rxd: 'D0', pins: ['B0'] };
    const { edges } = simavr.run({ ...timing, ...pins, mcu: 'attiny2313', words, session: SILENCE });
    return edges.B0.slice(0, most).map(([cycle]) => cycle);
  };

  const phases = Array.from({ length: 8 }, (_, nops) => nops);

  it('counts CK as ours does, in the same cycle', () => {
    const programs = phases.map(nops => program(nops, 1));
    expect(programs.map(words => onTheirs(words))).toEqual(programs.map(words => onOurs(words)));
  });

  it('is a clock ahead of ours, which only TOV0 shows', () => {
    const programs = phases.map(overflows);
    const ours = programs.flatMap(words => onOurs(words, 10));
    const theirs = programs.flatMap(words => onTheirs(words, 10));
    expect([ours.length, theirs.length]).toEqual([80, 80]);
    // it counts from the start of OUT TCCR0 and ours from its end; differences of TCNT0 do not tell, but a poll of
    // TOV0 in that very clock sees the flag there and not here, and ours goes round once more: four clocks
    const apart = new Set(theirs.map((turn, i) => ours[i] - turn));
    expect([...apart].sort()).toEqual([0, 4]);
  });

  it('starts its prescaler when TCCR0 is written, where that of the chip runs free since reset', () => {
    const programs = phases.map(nops => program(nops, 2));
    const theirs = programs.map(words => onTheirs(words)[0]);
    const ours = programs.map(words => onOurs(words)[0]);
    const fromTheWrite = (rises: number[]) => new Set(rises.map((rise, nops) => rise - nops));
    expect(fromTheWrite(theirs).size).toBe(1);
    expect(fromTheWrite(ours).size).toBeGreaterThan(1);
    // less than one tick apart, and the poll's grain: that is all it can do to a program that only takes differences
    const apart = theirs.map((rise, i) => Math.abs(rise - ours[i]));
    expect(Math.max(...apart)).toBeLessThanOrEqual(8 + 4);
  });
});
