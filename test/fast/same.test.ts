/** The engine that translates does what the interpreter does: edge for edge, clock for clock, to the last flag. */
import { describe, expect, it } from 'vitest';
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
});
