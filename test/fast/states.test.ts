/** One translated loop from many states: a bound that is wrong for few operands shows. */
import { describe, expect, it } from 'vitest';
import { warmth } from '../../vm-host/fast/translation.ts';
import { type EngineName, Machine, type MachineState } from '../../vm-host/index.ts';
import { Random } from '../vm-host/helpers.ts';
import { tightLoopOnce } from './random-tight.ts';

const SEED = Number(process.env.SEED ?? 41);
const PROGRAMS = Number(process.env.PROGRAMS ?? 400);
const STATES = 30;
const TIMEOUT = Math.max(120_000, 200 * PROGRAMS);

// what is translated is what is looked at here
warmth.meetings = 1;

interface Begin {
  readonly registers: readonly number[];
  readonly sreg: number;
  readonly clocks: number;
}

function begin(random: Random): Begin {
  const byte = () =>
    random.pick([0, 1, 127, 128, 255, ...Array.from({ length: 6 }, () => random.below(256))]);
  return {
    registers: Array.from({ length: 32 }, byte),
    sreg: random.below(128),
    clocks: 100 + random.below(3000),
  };
}

/** A machine that can be begun again. */
function runner(words: Uint16Array, engine: EngineName): (from: Begin) => MachineState {
  const machine = new Machine({ words, engine });
  const blank = machine.snapshot();
  return ({ registers, sreg, clocks }) => {
    machine.restore(blank);
    machine.registers.set(registers);
    machine.sreg = sreg;
    machine.run(clocks);
    return machine.save();
  };
}

describe('fast and reference agree', () => {
  it(
    `on ${PROGRAMS} short loops, each from ${STATES} states`,
    () => {
      for (let i = 0; i < PROGRAMS; i++) {
        const random = new Random(SEED + i);
        const words = tightLoopOnce(SEED + i);
        const [reference, fast] = [runner(words, 'reference'), runner(words, 'fast')];
        for (let state = 0; state < STATES; state++) {
          const from = begin(random);
          expect(fast(from), `SEED=${SEED + i} PROGRAMS=1, state ${state}`).toEqual(reference(from));
        }
      }
    },
    TIMEOUT,
  );
});
