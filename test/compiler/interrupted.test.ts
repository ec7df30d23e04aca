/** Random programs with a random interrupt handler that comes after every few instructions. */

import { describe, expect, it } from 'vitest';
import { compareInterrupted } from './interrupted.ts';
import { randomProgramWithHandler } from './random-program.ts';
import { printModule } from './wasm-program.ts';

const first = Number(process.env.INTERRUPTED_SEED ?? 5000);
const programs = Number(process.env.INTERRUPTED_PROGRAMS ?? 120);

describe('an interrupt handler', () => {
  it('changes nothing of what a random program does, wherever it comes', () => {
    const wrong: string[] = [];
    const refused: Record<string, number> = {};
    let interrupts = 0;
    let compared = 0;
    for (let seed = first; seed < first + programs; seed++) {
      const module = randomProgramWithHandler(seed);
      // 1: before every instruction of main; else in a rhythm that meets every instruction of a loop
      const result = compareInterrupted(module, seed, [1, 3, 7, 13, 29][seed % 5]);
      interrupts += result.interrupts;
      if (result.refused) refused[result.refused] = (refused[result.refused] ?? 0) + 1;
      else compared++;
      if (result.what) wrong.push(`seed ${seed}: ${result.what}\n${printModule(module)}`);
    }
    console.log(
      `${compared} programs from seed ${first} on, ${interrupts} interrupts, refused: ${JSON.stringify(refused)}`,
    );
    expect(wrong.slice(0, 1)).toEqual([]);
    expect(compared).toBeGreaterThan(0.7 * programs);
    expect(interrupts).toBeGreaterThan(20 * programs);
  }, 0);
});
