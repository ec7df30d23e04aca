/** Damaged and absurd modules: the compiler answers with an image or a refusal, soon, and never with another error. */

import { beforeAll, describe, expect, it } from 'vitest';
import { buildFirmware, CompileError, compile } from '../../compiler/index.ts';
import { build } from '../compiler/source.ts';
import { endless, input, module, output, repeat } from './modules.ts';

/** SEED=… repeats a run. */
const SEED = Number(process.env.SEED ?? 1200);

/** Small, and with a bit of everything: globals, calls, a switch, loops, names. */
const SMALL = `
let count: u8 = 3;
function show(a: u8): void { out(PORTB, a); out(PORTD, a ^ count); out(PORTB, a + 1); out(DDRB, a & 7); }
export function main(): void {
  for (;;) {
    let i: u8 = in_(PIND);
    switch (i) { case 0: show(i); break; case 1: count += 2; break; case 3: show(count); break; default: sbi(PORTB, 2); }
    while (i > 3) { i -= 3; if (bit(PINB, 2)) break; }
    out(PORTD, i);
  }
}`;

let small: Uint8Array;
let programmer: Uint8Array;

beforeAll(async () => {
  small = (await build(SMALL)).wasm;
  programmer = (await buildFirmware({ entry: 'firmware/main.ts' })).wasm;
});

/** Xorshift of 32 bits: a number below `limit`. */
function randomFrom(seed: number): (limit: number) => number {
  let state = seed | 0 || 1;
  return limit => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** What became of a module: an image, a code, or what must not be. */
function answer(bytes: Uint8Array): string {
  try {
    return compile(bytes).words.length > 0 ? 'image' : 'an image without words';
  } catch (error) {
    if (!(error instanceof CompileError)) return `another error: ${error}`;
    return /\n|undefined|NaN|\{\}/.test(error.message) ? `an odd message: ${error.message}` : error.code;
  }
}

/** Compiles each and answers what was wrong with the answers. */
function complaints(modules: Iterable<[what: string, bytes: Uint8Array]>, milliseconds: number): string[] {
  const found: string[] = [];
  for (const [what, bytes] of modules) {
    const start = performance.now();
    const result = answer(bytes);
    const took = performance.now() - start;
    if (!/^(C\d{3}|image)$/.test(result)) found.push(`${what}: ${result}`);
    if (took > milliseconds) found.push(`${what}: took ${Math.round(took)} ms`);
  }
  return found;
}

/** Tells an answer from a hang; a small module needs a thousandth of it, and a busy machine gets its time. */
const SOON = 20_000;

describe(`a damaged module (SEED=${SEED})`, () => {
  it('cut off at any byte is refused', () => {
    const cuts = Array.from(small, (_, at): [string, Uint8Array] => [`${at} bytes`, small.slice(0, at)]);
    expect(complaints(cuts, SOON)).toEqual([]);
  });

  it('of the programmer, cut off at 500 places, is refused', () => {
    const random = randomFrom(SEED);
    const cuts = Array.from({ length: 500 }, (): [string, Uint8Array] => {
      const at = random(programmer.length - 1);
      return [`${at} bytes`, programmer.slice(0, at)];
    });
    // whole but for the names at its end, it is a program
    expect(complaints(cuts, 10 * SOON)).toEqual([]);
  });

  it('with 2000 bytes changed, one at a time, is refused or compiled', () => {
    const random = randomFrom(SEED);
    const changed = Array.from({ length: 2000 }, (_, i): [string, Uint8Array] => {
      const bytes = small.slice();
      const at = random(bytes.length);
      // a flipped bit stays near to what it was, another byte does not
      bytes[at] = i % 2 ? bytes[at] ^ (1 << random(8)) : random(256);
      return [`byte ${at} = ${bytes[at]}`, bytes];
    });
    expect(complaints(changed, SOON)).toEqual([]);
  });

  it('with several bytes changed at once is refused or compiled', () => {
    const random = randomFrom(SEED + 1);
    const changed = Array.from({ length: 500 }, (_, i): [string, Uint8Array] => {
      const bytes = small.slice();
      for (let n = 0; n <= i % 5; n++) bytes[8 + random(bytes.length - 8)] ^= 1 << random(8);
      return [`case ${i}`, bytes];
    });
    expect(complaints(changed, SOON)).toEqual([]);
  });
});

/** Modules that no hand wrote, and how they are answered. Equal parts may be shared, so that even many fit. */
const ABSURD: readonly [what: string, answers: string, code: () => number[], locals?: number][] = [
  ['4000 nested blocks', 'image', () => [...repeat(4000, 0x02, 0x40), ...output(1), ...repeat(4000, 0x0b)]],
  ['4000 nested loops', 'image', () => [...repeat(4000, 0x03, 0x40), ...output(1), ...repeat(4000, 0x0b)]],
  ['20000 nested blocks', 'C307', () => [...repeat(20_000, 0x02, 0x40), ...repeat(20_000, 0x0b)]],
  [
    '200 nested conditions',
    'C303|image',
    () => [...repeat(200, ...input, 0x04, 0x40), ...output(1), ...repeat(200, 0x0b)],
  ],
  ['300 conditions in a row', 'C303|image', () => repeat(300, ...input, 0x04, 0x40, ...output(1), 0x0b)],
  ['1000 blocks in a row', 'C303|image', () => repeat(1000, 0x02, 0x40, ...output(1), 0x0b)],
  [
    '300 values on the stack',
    'C302',
    () => [0x41, 0x18, ...repeat(300, ...input), ...repeat(299, 0x6a), 0x10, 1],
  ],
  [
    '1000 doublings of one value',
    'C303|image',
    () => [...input, 0x21, 0, ...repeat(1000, 0x20, 0, 0x20, 0, 0x6a, 0x21, 0), 0x41, 0x18, 0x20, 0, 0x10, 1],
    1,
  ],
  ['3000 negations', 'image', () => [0x41, 0x18, ...input, ...repeat(3000, 0x45), 0x10, 1]],
  [
    'a table of 10000 cases',
    'C206',
    () => [0x02, 0x40, ...input, 0x0e, 0x90, 0x4e, ...repeat(10_001, 0), 0x0b],
  ],
  ['49999 locals', 'image', () => [0x41, 0x18, 0x20, 0x80, 0x02, 0x10, 1], 49_999],
  ['50001 locals', 'C102', () => [0x01], 50_001],
  ['10000 empty rounds', 'C307', () => repeat(10_000, 0x03, 0x40, 0x01, 0x01, 0x0b)],
  [
    '1000 loops without end, nested',
    'image',
    () => [...repeat(1000, 0x03, 0x40), ...endless, ...repeat(1000, 0x0b)],
  ],
  ['a branch out of the function', 'C102', () => [0x0c, 9]],
  ['a block that does not end', 'C102', () => [0x02, 0x40]],
  ['an end too many', 'C102', () => [0x0b, 0x0b]],
];

describe('an absurd module', () => {
  it.for(ABSURD)('of %s is answered with %s', ([, expected, code, locals]) => {
    expect(answer(module(code(), locals))).toMatch(new RegExp(`^(${expected})$`));
  });

  it('that promises more than it holds is refused', () => {
    const [magic, huge] = [small.slice(0, 8), [0xff, 0xff, 0xff, 0xff, 0x0f]];
    const modules = Array.from({ length: 14 }, (_, id): [string, Uint8Array] => [
      `section ${id}`,
      Uint8Array.from([...magic, id, 5, ...huge]),
    ]);
    expect(complaints(modules, SOON)).toEqual([]);
    for (const [what, bytes] of modules) expect(answer(bytes), what).toMatch(/^C10[23]$/);
  });
});
