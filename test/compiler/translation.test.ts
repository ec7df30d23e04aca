/**
 * Random programs do the same as WebAssembly and as words. The subset here, the same on every machine, is for
 * every day; the full run is `npm run translate:full`. The environment can choose others:
 *
 *     TRANSLATION_PROGRAMS=20000 TRANSLATION_SEED=1 npx vitest run test/compiler/translation.test.ts
 */

import { describe, expect, it } from 'vitest';
import { randomProgram } from './random-program.ts';
import { shrink } from './shrink.ts';
import { compare, difference, runNatively } from './translation.ts';
import { checkSeeds, describeFailure, summary } from './translation-report.ts';
import { constantTree, encodeModule, type TestModule, tree } from './wasm-program.ts';

const programs = Number(process.env.TRANSLATION_PROGRAMS ?? 1000);
const first = Number(process.env.TRANSLATION_SEED ?? 1_000_000);

/**
 * A register that all rely on to be zero was cleared too late, or not at all (the first three). A function's result that
 * had become one with a global was not known to read it (the fourth). A counter was turned although something else
 * than the test on it ended its loop (the last).
 */
const ONCE_WRONG = [5122, 6241, 13_049, 74_291, 44_133];

describe('the translation check', () => {
  it('finds no difference between WebAssembly and words in seeded random programs', () => {
    const result = checkSeeds(first, programs);
    console.log(`seeds ${first} to ${first + programs - 1}: ${summary(result)}`);
    expect(result.failures.slice(0, 1).map(describeFailure)).toEqual([]);
    // a check that compared nothing would not fail either
    expect(result.tried).toBe(programs);
    expect(result.compared).toBeGreaterThan(0.7 * result.tried);
    expect(result.effects / result.compared).toBeGreaterThan(20);
  }, 0);

  it.each(ONCE_WRONG)('finds no difference in the program of seed %i, which once had one', seed => {
    expect(compare(randomProgram(seed), seed).kind).toBe('same');
  });

  it('makes the same program of the same seed', () => {
    expect(randomProgram(7)).toEqual(randomProgram(7));
    expect(randomProgram(7)).not.toEqual(randomProgram(8));
  });

  it('makes modules that WebAssembly accepts', () => {
    const seeds = Array.from({ length: 200 }, (_, seed) => seed);
    const invalid = seeds.filter(
      seed => !WebAssembly.validate(encodeModule(randomProgram(seed)) as BufferSource),
    );
    expect(invalid).toEqual([]);
  });

  it('sees an effect that is missing, one too many and one with another value', () => {
    expect(difference(['out 0x18 1'], [])).toContain('effect 0 of 1');
    expect(difference([], ['out 0x18 1'])).toContain('effect 0 of 0');
    expect(difference(['sei', 'out 0x18 1'], ['sei', 'out 0x18 2'])).toContain('effect 1 of 2');
    expect(difference(['sei', 'out 0x18 1'], ['sei', 'out 0x18 1'])).toBeUndefined();
  });

  it('cuts a failing program down to the statement that matters', () => {
    const noise = tree('mcu.out', [0x12], [constantTree(3)], false);
    const matters = tree(
      'mcu.out',
      [0x18],
      [tree('i32.add', [], [constantTree(40), constantTree(2)])],
      false,
    );
    const block = { ...tree('block', [1], [], false), bodies: [[noise, matters, noise]] };
    const mark = tree('mcu.out', [0x08], [constantTree(0)], false);
    const module = moduleOf([noise, block, noise, mark]);
    const small = shrink(module, candidate =>
      runNatively(encodeModule(candidate), 0).some(effect => effect.startsWith('out 0x18')),
    );
    expect(small.functions[0].body).toEqual([tree('mcu.out', [0x18], [constantTree(0)], false)]);
  });

  it('compares the second turn of main too, where globals begin again', () => {
    const next = tree('i32.add', [], [tree('global.get', [0]), constantTree(1)]);
    const body = [
      tree('global.set', [0], [next], false),
      tree('mcu.out', [0x18], [tree('global.get', [0])], false),
      tree('mcu.out', [0x08], [constantTree(0)], false),
    ];
    const module = { ...moduleOf(body), globals: [6] };
    expect(runNatively(encodeModule(module), 0)).toEqual([
      'out 0x18 7',
      'out 0x08 0',
      'out 0x18 7',
      'out 0x08 0',
    ]);
    expect(compare(module, 0)).toMatchObject({ kind: 'same', effects: 4 });
  });
});

function moduleOf(body: TestModule['functions'][number]['body']): TestModule {
  const main = { name: 'main', params: 0, result: false, locals: 2, body, exported: 'main' };
  return { functions: [main], globals: [] };
}
