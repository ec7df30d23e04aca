/** Modules that are broken somewhere: always a CompileError, never another exception, never a hang. */

import { describe, expect, it } from 'vitest';
import { CompileError, compile } from '../../compiler/index.ts';
import { Random } from '../vm-host/helpers.ts';
import { randomProgram } from './random-program.ts';
import { encodeModule } from './wasm-program.ts';

/** What a compilation came to: an image, a refusal, or the wrong kind of exception. */
function outcome(bytes: Uint8Array): string {
  try {
    return compile(bytes).words.length > 0 ? 'image' : 'an empty image';
  } catch (error) {
    if (error instanceof CompileError) return 'refused';
    return `${error instanceof Error ? error.stack : error}`;
  }
}

const small = (seed: number): Uint8Array => encodeModule(randomProgram(seed));
const isFine = (result: string): boolean => result === 'image' || result === 'refused';

describe('a module that is broken', () => {
  it('by an end at any byte is refused', () => {
    const bytes = small(3);
    const wrong: string[] = [];
    for (let end = 0; end < bytes.length; end++) {
      const result = outcome(bytes.subarray(0, end));
      // a module may end behind any section that it needs: only the names are not needed
      if (!isFine(result)) wrong.push(`cut at ${end}: ${result}`);
      if (end < 40 && result !== 'refused') wrong.push(`cut at ${end}: accepted`);
    }
    expect(wrong).toEqual([]);
  });

  it('by bytes that changed compiles or is refused', () => {
    const seed = Number(process.env.MALFORMED_SEED ?? 20_260_101);
    const random = new Random(seed);
    const wrong: string[] = [];
    const counts: Record<string, number> = {};
    for (let n = 0; n < 600; n++) {
      const bytes = small(random.below(12)).slice();
      for (let flips = 1 + random.below(3); flips > 0; flips--) {
        // the header is another test's
        const at = 8 + random.below(bytes.length - 8);
        bytes[at] = random.below(2) ? random.below(256) : bytes[at] ^ (1 << random.below(8));
      }
      const result = outcome(bytes);
      counts[result] = (counts[result] ?? 0) + 1;
      if (!isFine(result))
        wrong.push(`seed ${seed}, module ${n}: ${result}\n${Buffer.from(bytes).toString('hex')}`);
    }
    console.log(`broken modules, seed ${seed}: ${JSON.stringify(counts)}`);
    expect(wrong.slice(0, 3)).toEqual([]);
    expect(counts.refused).toBeGreaterThan(100);
  });

  it('by a wrong magic number or version is no module', () => {
    const bytes = small(1);
    for (let at = 0; at < 8; at++) {
      const broken = bytes.slice();
      broken[at] ^= 1;
      expect(() => compile(broken)).toThrow(/^C101/);
    }
  });
});
