/** The engine that translates does what the interpreter does: edge for edge, clock for clock, to the last flag. */
import { describe, expect, it } from 'vitest';
import { assemble } from '../../vm-host/index.ts';
import { Census } from './census.ts';
import { loopProgram } from './random-loop.ts';
import { randomWords, waitingProgram } from './random-program.ts';
import { tightLoop } from './random-tight.ts';
import { story } from './side-by-side.ts';
import { randomStimulus } from './stimulus.ts';

const SEED = Number(process.env.SEED ?? 1200);
const PROGRAMS = Number(process.env.PROGRAMS ?? 1000);
/** A longer run than usual may take its time. */
const TIMEOUT = Math.max(120_000, 200 * PROGRAMS);
/** Fewer programs need not meet with everything. */
const ENOUGH = 100;

/** What has to have come in each kind of programs. */
const RESETS = ['RESET low', 'back from start-up'];
const EVERYTHING = [
  ...RESETS,
  'bite of the watchdog',
  'back from idle',
  'back from power-down',
  'interrupt INT0',
  'interrupt Timer0',
  'interrupt comparator',
  'fall over the end of flash',
  'jump over the end of flash',
];

/** Runs a program on the interpreter, and on the translator cold and warm. */
function compare(words: Uint16Array, seed: number, clocks: number, census: Census): void {
  const given = randomStimulus(words, seed, clocks);
  const expected = story('reference', given, census);
  expect(story('fast', given), `SEED=${seed} PROGRAMS=1`).toEqual(expected);
  // the second time with the functions that the first one made
  expect(story('fast', given), `SEED=${seed} PROGRAMS=1, warm`).toEqual(expected);
  if (expected.fault) census.count('fault');
  if (expected.fault && expected.cycle < clocks / 4) census.count('early fault');
}

describe('fast and reference agree', () => {
  it.each([
    ['of random words', randomWords, 20_000, EVERYTHING],
    ['that wait, in ever other ways', waitingProgram, 30_000, EVERYTHING],
    ['of loops put together at random', loopProgram, 30_000, EVERYTHING],
    ['of short loops of arithmetic', tightLoop, 8000, RESETS],
  ] as const)(
    `on ${PROGRAMS} programs %s`,
    (_, program, clocks, events) => {
      const census = new Census();
      for (let i = 0; i < PROGRAMS; i++) compare(program(SEED + i), SEED + i, clocks, census);
      if (PROGRAMS <= ENOUGH) return;
      expect(events.filter(event => census.of(event) === 0)).toEqual([]);
      expect(census.of('early fault')).toBeLessThan(PROGRAMS / 5);
    },
    TIMEOUT,
  );

  it('on rounds that hand all flags on through SREG: each of them is looked into once', () => {
    const { words } = assemble(`
            ldi r16, 255
            out DDRB, r16
    again:  ldi r19, 0x20
    outer:  dec r17
            ldi r19, 0xd6
    middle: ldi r21, 0x47
            ldi r20, 0x53
            ldi r18, 0xde
    inner:  wdr
            ror r21
            rol r19
            in r15, SREG
            dec r18
            out SREG, r15
            cpc r20, r19
            brcc inner
            subi r16, 1
            sbci r17, 1
            sbrc r19, 3
            rjmp middle
            out PORTB, r19
            cpi r18, 0x4c
            brge again
            subi r18, 3
            brge outer
            rjmp again`);
    const given = { words, seed: 1722, clocks: 30_000, pins: [], pace: 60 };
    expect(story('fast', given)).toEqual(story('reference', given));
  });
});
