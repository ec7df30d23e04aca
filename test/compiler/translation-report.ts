/** Goes through many seeds, cuts what fails down to a small program, and writes it out. */

import { randomProgram } from './random-program.ts';
import { shrink } from './shrink.ts';
import { compare, MARKED, type Outcome, runNatively } from './translation.ts';
import { encodeModule, printModule, type TestModule } from './wasm-program.ts';

export interface Failure {
  seed: number;
  module: TestModule;
  what: string;
}

export interface Result {
  first: number;
  tried: number;
  compared: number;
  effects: number;
  words: number;
  /** How often each code refused a program. */
  refused: Record<string, number>;
  failures: Failure[];
}

/** Compares the programs of `count` seeds. */
export function checkSeeds(first: number, count: number): Result {
  const result: Result = { first, tried: 0, compared: 0, effects: 0, words: 0, refused: {}, failures: [] };
  for (let seed = first; seed < first + count; seed++) {
    const module = randomProgram(seed);
    record(result, seed, module, compare(module, seed));
  }
  return result;
}

function record(result: Result, seed: number, module: TestModule, outcome: Outcome): void {
  result.tried++;
  if (outcome.kind === 'different') result.failures.push({ seed, module, what: outcome.what });
  else if (outcome.kind === 'refused') result.refused[outcome.code] = (result.refused[outcome.code] ?? 0) + 1;
  else {
    result.compared++;
    result.effects += outcome.effects;
    result.words += outcome.words;
  }
}

/** Two results as one. */
export function joined(a: Result, b: Result): Result {
  const refused = { ...a.refused };
  for (const [code, count] of Object.entries(b.refused)) refused[code] = (refused[code] ?? 0) + count;
  return {
    first: Math.min(a.first, b.first),
    tried: a.tried + b.tried,
    compared: a.compared + b.compared,
    effects: a.effects + b.effects,
    words: a.words + b.words,
    refused,
    failures: [...a.failures, ...b.failures],
  };
}

/** What a person needs to find the bug. */
export function describeFailure({ seed, module, what }: Failure): string {
  const kind = kindOf(what);
  const small = shrink(module, candidate => {
    const outcome = compare(candidate, seed);
    return outcome.kind === 'different' && kindOf(outcome.what) === kind && comesToItsEnd(candidate, seed);
  });
  const outcome = compare(small, seed);
  if (outcome.kind !== 'different') throw new Error('the small program does not fail');
  const listing = outcome.image?.toListing() ?? '(no image)';
  return [`seed ${seed}: ${outcome.what}`, printModule(small), listing].join('\n');
}

/** A wrong effect must not turn into another kind of failure while it is cut down. */
const kindOf = (what: string): string => what.replace(/\d+/g, '').split('\n')[0];

/** Only with its marker does a program say where it ends. */
function comesToItsEnd(module: TestModule, seed: number): boolean {
  const effects = runNatively(encodeModule(module), seed);
  return effects[effects.length - 1]?.startsWith(MARKED) ?? false;
}

export function summary(result: Result): string {
  const refusals = Object.values(result.refused).reduce((a, b) => a + b, 0);
  const share = ((100 * refusals) / Math.max(1, result.tried)).toFixed(1);
  return [
    `${result.compared} programs compared from seed ${result.first} on, ${result.failures.length} different`,
    `${(result.effects / Math.max(1, result.compared)).toFixed(1)} effects and ${(result.words / Math.max(1, result.compared)).toFixed(1)} words each`,
    `${refusals} refused (${share} %): ${JSON.stringify(result.refused)}`,
  ].join('; ');
}
