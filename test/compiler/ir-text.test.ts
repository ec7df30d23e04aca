/** The intermediate form as text, and its checker between the passes. */

import { describe, expect, it } from 'vitest';
import { check } from '../../compiler/check.ts';
import { expand } from '../../compiler/expand.ts';
import { inlineSmall } from '../../compiler/inline.ts';
import { type Program, resetIds } from '../../compiler/ir.ts';
import { parse, print } from '../../compiler/ir-text.ts';
import { countDown } from '../../compiler/loops.ts';
import { lower } from '../../compiler/lower.ts';
import { sink } from '../../compiler/share.ts';
import { simplify } from '../../compiler/simplify.ts';
import { readModule } from '../../compiler/wasm.ts';
import { AT90S1200 } from '../../vm-host/index.ts';
import { randomProgram } from './random-program.ts';
import { encodeModule } from './wasm-program.ts';

function lowered(seed: number): Program {
  resetIds();
  return lower(readModule(encodeModule(randomProgram(seed))), AT90S1200, () => undefined);
}

/** The passes on the intermediate form, as the compiler runs them. */
const PASSES: readonly { name: string; run: (program: Program) => unknown }[] = [
  { name: 'lower', run: () => undefined },
  { name: 'simplify', run: simplify },
  { name: 'inline', run: program => inlineSmall(program, mainOf(program)) },
  { name: 'simplify again', run: simplify },
  { name: 'count down', run: program => program.fns.map(countDown) },
  { name: 'expand', run: expand },
  { name: 'simplify what was expanded', run: simplify },
  { name: 'expand the rest', run: expand },
  { name: 'sink', run: program => program.fns.forEach(sink) },
];

const mainOf = (program: Program) => program.fns.filter(fn => fn.exported);
const seeds = Array.from({ length: 60 }, (_, i) => i);

describe('the intermediate form', () => {
  it('reads back as it was written', () => {
    const text = `global 0 = -7
function half(1) -> value
b1:  ; from the caller
  %1 = param 0
  %2 = shr_u %1, 1
  return %2
function main(0) exported main
b1:  ; from the caller
  %1 = in 22
  jump b2
b2:  ; from b1 b3
  %2 = phi %1, %4
  %3 = lt_u[0] %2, 200
  branch %3 ? b3 : b4
b3:  ; from b2
  %4 = call half, %2
  out 24, %4
  sbi 18, 3
  %5 = bit 22, 7
  setglobal 0, %2
  nop
  delay 50
  jump b2
b4:  ; from b2
  unreachable
`;
    expect(print(parse(text))).toBe(text);
  });

  it.each([
    ['out 24, 1', 'line 1: a function was expected'],
    ['function main(0)\nout 24, 1', 'line 2: a block was expected'],
    ['function main(0)\nb1:  ; from the caller\n  jump b9', 'line 3: no block b9'],
    ['function main(0)\nb1:  ; from the caller\n  %1 = call nobody\n  return', 'line 3: no such function'],
    ['function main(0)\nb1:  ; from the caller\n  ???', "line 3: '???' is no instruction"],
  ])('says where %j cannot be read', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it('reads back as it was written after every pass over random programs', () => {
    for (const seed of seeds.slice(0, 25)) {
      const program = lowered(seed);
      for (const { name, run } of PASSES) {
        run(program);
        const text = print(program);
        expect(print(parse(text)), `seed ${seed} after ${name}`).toBe(text);
      }
    }
  });

  it('is whole after every pass over random programs', () => {
    for (const seed of seeds) {
      const program = lowered(seed);
      for (const { name, run } of PASSES) {
        run(program);
        check(program, `${name}, seed ${seed}`);
      }
    }
  });

  it('is found broken when a value is read before it is computed', () => {
    const program = parse('function main(0)\nb1:  ; from the caller\n  out 24, %1\n  %1 = in 22\n  return\n');
    expect(() => check(program, 'nothing')).toThrow(/%\d+ reads %\d+ before it is computed/);
  });

  it('is found broken when a block does not know who leads to it', () => {
    const program = parse(
      'function main(0)\nb1:  ; from the caller\n  jump b2\nb2:  ; from the caller\n  return\n',
    );
    expect(() => check(program, 'nothing')).toThrow(/does not know its predecessor/);
  });
});
