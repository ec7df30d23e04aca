import { beforeAll, describe, expect, it } from 'vitest';
import { defaultModule, type Setup, TestBench } from './bench.ts';

let wasm: WebAssembly.Module;

beforeAll(async () => {
  wasm = await defaultModule();
});

function bench(setup: Partial<Setup> = {}): TestBench {
  return new TestBench({ wasm, ...setup });
}

describe('commands that need no target', () => {
  it.each([
    ['S', '415652204953 50'],
    ['V', '3130'],
    ['v', '3130'],
    ['p', '53'],
    ['a', '59'],
    ['b', '3f'],
    ['t', '5556132028 38484c34306c6865 60644142 00'],
    ['T\x13', '0d'],
    ['A\x01\x02', '0d'],
    ['x\x01', '0d'],
    ['y\x01', '0d'],
    ['L', '0d'],
    ['f\x00', '3f'],
    ['F', '3f'],
    ['Z', '3f'],
  ])('answers %j with %s', (command, answer) => {
    const expected = answer.replaceAll(' ', '');
    expect(bench().say(command, expected.length / 2)).toBe(expected);
  });
});
