/**
 * Small programs that explain themselves, in cases/, each with the listing and the first effects that
 * come of it beside it. A change in generated code shows in the diff of a .lst file:
 *
 *     UPDATE_CASES=1 npx vitest run test/compiler/cases.test.ts
 */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type BuiltFirmware, buildFirmware } from '../../compiler/index.ts';
import { difference, runAsWords, runNatively } from './translation.ts';

const folder = new URL('./cases/', import.meta.url);
const names = readdirSync(folder)
  .filter(file => file.endsWith('.ts') && file !== 'chip.ts')
  .map(file => file.slice(0, -3))
  .sort();

/** Effects that the .lst file shows. */
const SHOWN = 24;
const SEED = 1200;

describe.each(names)('the case %s', name => {
  let built: BuiltFirmware;
  let effects: string[];

  beforeAll(async () => {
    built = await buildFirmware({ entry: new URL(`${name}.ts`, folder).pathname });
    effects = runNatively(built.wasm, SEED);
  });

  it('does the same as WebAssembly and as words', () => {
    expect(effects.length).toBeGreaterThan(100);
    expect(difference(effects, runAsWords(built.image, SEED).effects)).toBeUndefined();
  });

  it('does the same with other inputs', () => {
    for (let seed = 1; seed <= 5; seed++) {
      const expected = runNatively(built.wasm, seed);
      expect(difference(expected, runAsWords(built.image, seed).effects), `seed ${seed}`).toBeUndefined();
    }
  });

  it('has the listing that lies beside it', () => {
    const file = new URL(`${name}.lst`, folder);
    const shown = effects.slice(0, SHOWN).map(effect => `; ${effect}`);
    const text = [built.image.toListing(), '; --- effects, with scripted inputs', ...shown, ''].join('\n');
    if (process.env.UPDATE_CASES) writeFileSync(file, text);
    expect(existsSync(file), `${name}.lst is missing: UPDATE_CASES=1 writes it`).toBe(true);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  it('says at its head why it exists', () => {
    expect(readFileSync(new URL(`${name}.ts`, folder), 'utf8')).toMatch(/^\/\*\*[\s\S]{40,}?\*\//);
  });
});

describe('the cases', () => {
  it('are no fewer than a dozen, and no listing is left without its source', () => {
    expect(names.length).toBeGreaterThanOrEqual(12);
    const listings = readdirSync(folder).filter(file => file.endsWith('.lst'));
    expect(listings.map(file => file.slice(0, -4)).sort()).toEqual(names);
  });
});
