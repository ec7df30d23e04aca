/** The engine that translates does what the interpreter does: edge for edge, clock for clock, to the last flag. */
import { describe, expect, it } from 'vitest';
import { Random } from '../vm-host/helpers.ts';
import { loopProgram } from './random-loop.ts';
import { randomWords, waitingProgram } from './random-program.ts';
import { tightLoop } from './random-tight.ts';
import { type Stimulus, story } from './side-by-side.ts';

const SEED = Number(process.env.SEED ?? 1200);
const PROGRAMS = Number(process.env.PROGRAMS ?? 1000);
/** A longer run than usual may take its time. */
const TIMEOUT = Math.max(60_000, 200 * PROGRAMS);
const INPUTS = ['PD0', 'PD1', 'PD2', 'PD3', 'PD4', 'PB0', 'PB1', 'PB5'];

function stimulus(words: Uint16Array, seed: number, clocks: number): Stimulus {
  const random = new Random(seed * 7919 + 1);
  const pace = random.pick([7, 60, 900, 9000]);
  const pins = INPUTS.filter(() => random.below(2) === 1);
  return { words, seed, clocks, pace, pins, cut: random.below(4) === 0 };
}

describe('fast and reference agree', () => {
  it(
    `on ${PROGRAMS} programs of random words with interrupts and pins that move`,
    () => {
      let faults = 0;
      for (let i = 0; i < PROGRAMS; i++) {
        const seed = SEED + i;
        const given = stimulus(randomWords(seed), seed, 20_000);
        const expected = story('reference', given);
        expect(story('fast', given), `SEED=${seed} PROGRAMS=1`).toEqual(expected);
        // the second time with the functions that the first one made
        expect(story('fast', given), `SEED=${seed} PROGRAMS=1, warm`).toEqual(expected);
        if (expected.fault) faults++;
      }
      expect(faults).toBeGreaterThanOrEqual(PROGRAMS > 100 ? 1 : 0);
    },
    TIMEOUT,
  );

  it.each([
    ['that wait, in ever other ways', waitingProgram, 30_000],
    ['of loops put together at random', loopProgram, 30_000],
    ['of short loops of arithmetic', tightLoop, 8000],
  ] as const)(
    `on ${PROGRAMS} programs %s`,
    (_, program, clocks) => {
      for (let i = 0; i < PROGRAMS; i++) {
        const seed = SEED + i;
        const given = stimulus(program(seed), seed, clocks);
        const expected = story('reference', given);
        expect(story('fast', given), `SEED=${seed} PROGRAMS=1`).toEqual(expected);
        expect(story('fast', given), `SEED=${seed} PROGRAMS=1, warm`).toEqual(expected);
      }
    },
    TIMEOUT,
  );
});
