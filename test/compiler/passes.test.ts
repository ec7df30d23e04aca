/** Single passes on the intermediate form, text in and text out. */

import { describe, expect, it } from 'vitest';
import { check } from '../../compiler/check.ts';
import { expand } from '../../compiler/expand.ts';
import { findRecursion, inlineInto, inlineSmall } from '../../compiler/inline.ts';
import type { Program } from '../../compiler/ir.ts';
import { parse, print } from '../../compiler/ir-text.ts';
import { countDown } from '../../compiler/loops.ts';
import { sink } from '../../compiler/share.ts';
import { simplify } from '../../compiler/simplify.ts';

/** The body of a main: blocks, of which the first may go without a label. */
const main = (body: string): string =>
  `function main(0) exported main\n${body.startsWith('b1:') ? '' : 'b1:  ; from the caller\n'}${body}`;

function made(run: (program: Program) => unknown, text: string): string {
  const program = parse(text);
  check(program, 'parsing');
  run(program);
  check(program, 'the pass');
  return print(program);
}

const simplified = (body: string): string => made(simplify, body.includes('function') ? body : main(body));

describe('simplify', () => {
  it('drops a mask that changes nothing and what a byte does not show', () => {
    const before = '  %1 = in 22\n  %2 = and %1, 255\n  %3 = add %2, 256\n  out 24, %3\n  return\n';
    expect(simplified(before)).toBe(main('  %1 = in 22\n  out 24, %1\n  return\n'));
  });

  it('keeps a mask that a comparison sees', () => {
    const before = `  %1 = in 22
  %2 = add %1, 1
  %3 = and %2, 255
  %4 = lt_u %3, 10
  branch %4 ? b2 : b3
b2:  ; from b1
  out 24, 1
  return
b3:  ; from b1
  return
`;
    expect(simplified(before)).toContain('lt_u[0] %2, 10');
  });

  it('takes the way that is sure, and drops the other', () => {
    const before = `  %1 = in 22
  %2 = lt_u %1, 256
  branch %2 ? b2 : b3
b2:  ; from b1
  out 24, 1
  return
b3:  ; from b1
  out 24, 2
  return
`;
    expect(simplified(before)).toBe(main('  %1 = in 22\n  out 24, 1\n  return\n'));
  });

  it('computes equal things once', () => {
    const before = `  %1 = in 22
  %2 = in 16
  %3 = add %1, %2
  %4 = add %1, %2
  out 24, %3
  out 18, %4
  return
`;
    const expected = '  %1 = in 22\n  %2 = in 16\n  %3 = add %1, %2\n  out 24, %3\n  out 18, %3\n  return\n';
    expect(simplified(before)).toBe(main(expected));
  });

  it('reads a port as often as the program says', () => {
    const before = '  %1 = in 22\n  %2 = in 22\n  %3 = xor %1, %2\n  out 24, %3\n  return\n';
    expect(simplified(before)).toBe(main(before));
  });

  it('looks at two bytes only where the others are zero', () => {
    const before = `  %1 = in 22
  %2 = in 16
  %3 = shl %2, 8
  %4 = or %1, %3
  %5 = and %4, 65535
  %6 = eq %5, 513
  branch %6 ? b2 : b3
b2:  ; from b1
  out 24, 1
  return
b3:  ; from b1
  return
`;
    expect(simplified(before)).toContain('eq[01] %4, 513');
  });

  it('forgets a global that nobody reads and the loads of one that was just written', () => {
    const before = `global 0 = 3
global 1 = 4
function main(0) exported main
b1:  ; from the caller
  %1 = in 22
  setglobal 0, %1
  setglobal 1, %1
  %2 = getglobal 1
  out 24, %2
  return
`;
    expect(simplified(before)).not.toMatch(/[sg]etglobal/);
  });

  it('reads a global again after a call, which may have changed it', () => {
    const before = `global 0 = 3
function change(0)
b1:  ; from the caller
  %1 = in 22
  setglobal 0, %1
  return
function main(0) exported main
b1:  ; from the caller
  %1 = getglobal 0
  out 24, %1
  call change
  %2 = getglobal 0
  out 24, %2
  return
`;
    expect(simplified(before).match(/getglobal/g)).toHaveLength(2);
  });
});

const LOOP = (test: string, start: number): string =>
  main(`  jump b2
b2:  ; from b1 b3
  %1 = phi ${start}, %3
  %2 = ${test}
  branch %2 ? b3 : b4
b3:  ; from b2
  sbi 24, 1
  %3 = add %1, 1
  jump b2
b4:  ; from b2
  return
`);

describe('counting down', () => {
  const count = (text: string) => made(program => program.fns.forEach(countDown), text);

  it.each([
    ['lt_u %1, 10', 0, 10],
    ['ne %1, 10', 3, 7],
    ['lt_u %1, 1000', 999, 1],
  ])('turns a loop that goes on while %s from %i into %i turns to zero', (test, start, turns) => {
    const text = count(LOOP(test, start));
    expect(text).toContain(`%1 = phi ${turns}, %3`);
    expect(text).toMatch(/%2 = ne\S* %1, 0/);
    expect(text).toContain('%3 = add %1, -1');
  });

  it('leaves a counter alone that the body reads', () => {
    const text = LOOP('lt_u %1, 10', 0).replace('sbi 24, 1', 'out 24, %1');
    expect(count(text)).toBe(text);
  });

  it('leaves a counter alone when something else ends its loop, and the test on it comes after', () => {
    const text = main(`  jump b2
b2:  ; from b1 b3
  %1 = phi 0, %4
  %2 = in 22
  %3 = eq %2, 0
  branch %3 ? b4 : b3
b3:  ; from b2
  %4 = add %1, 1
  jump b2
b4:  ; from b2
  %5 = lt_u %1, 2
  branch %5 ? b5 : b6
b5:  ; from b4
  sbi 24, 1
  jump b6
b6:  ; from b4 b5
  return
`);
    expect(count(text)).toBe(text);
  });

  it('leaves a counter alone when not every turn comes to its test', () => {
    const text = main(`  jump b2
b2:  ; from b1 b4
  %1 = phi 0, %5
  %2 = in 22
  %3 = eq %2, 0
  branch %3 ? b3 : b4
b3:  ; from b2
  %4 = lt_u %1, 9
  branch %4 ? b4 : b5
b4:  ; from b2 b3
  %5 = add %1, 1
  jump b2
b5:  ; from b3
  return
`);
    expect(count(text)).toBe(text);
  });

  it('leaves a loop alone that would not end where it seems to', () => {
    for (const text of [LOOP('lt_u %1, 5', 9), LOOP('ne %1, 3', 9), LOOP('lt_s %1, 10', 0)])
      expect(count(text)).toBe(text);
  });
});

describe('expand', () => {
  it('makes a loop of a shift by a count, which WebAssembly takes modulo 32', () => {
    const text = made(
      expand,
      main('  %1 = in 22\n  %2 = in 16\n  %3 = shl %1, %2\n  out 24, %3\n  return\n'),
    );
    expect(text).toContain('%3 = and %2, 31');
    expect(text).toContain('%7 = shl %5, 1');
    expect(text).not.toMatch(/shl %\d+, %/);
  });

  it('makes a choice of a comparison that is read as a number', () => {
    const text = made(expand, main('  %1 = in 22\n  %2 = lt_u %1, 9\n  out 24, %2\n  return\n'));
    expect(text).toContain('branch %2 ? b2 : b3');
    expect(text).toContain('%3 = phi 1, 0');
  });

  it('makes two branches of a condition that joins two comparisons', () => {
    const text = made(
      expand,
      main(`  %1 = in 22
  %2 = lt_u %1, 9
  %3 = eq %1, 77
  %4 = or %2, %3
  %5 = ne %4, 0
  branch %5 ? b2 : b3
b2:  ; from b1
  out 24, 1
  return
b3:  ; from b1
  return
`),
    );
    expect(text).not.toContain('or ');
    expect(text.match(/branch/g)).toHaveLength(2);
  });

  it('reads a pin where the program reads it, though the branch comes later', () => {
    const text = made(
      expand,
      main(`  %1 = bit 22, 3
  out 24, 5
  branch %1 ? b2 : b3
b2:  ; from b1
  out 24, 1
  return
b3:  ; from b1
  return
`),
    );
    expect(text.indexOf('branch %1')).toBeLessThan(text.indexOf('out 24, 5'));
  });
});

describe('sinking', () => {
  const sunk = (text: string) => made(program => program.fns.forEach(sink), text);
  const branch = (before: string, then: string, otherwise: string) =>
    main(`  %1 = in 22
  %2 = ${before}
  %3 = bit 22, 1
  branch %3 ? b2 : b3
b2:  ; from b1
  out 24, ${then}
  return
b3:  ; from b1
  out 24, ${otherwise}
  return
`);

  it('moves a value into the only branch that needs it', () => {
    expect(sunk(branch('add %1, 9', '%2', '7'))).toMatch(/b2: .*\n {2}%3 = add %1, 9\n {2}out 24, %3/);
  });

  it('leaves a value that both branches need', () => {
    const text = branch('add %1, 9', '%2', '%2');
    expect(sunk(text)).toBe(text);
  });

  it('leaves a read of a port', () => {
    const text = branch('in 16', '%2', '7');
    expect(sunk(text)).toBe(text);
  });
});

describe('inlining', () => {
  const ONCE = `function once(1) -> value
b1:  ; from the caller
  %1 = param 0
  %2 = add %1, 1
  return %2
function main(0) exported main
b1:  ; from the caller
  %1 = in 22
  %2 = call once, %1
  out 24, %2
  return
`;
  const LONG = `function long(1)
b1:  ; from the caller
  %1 = param 0
  out 24, %1
  sbi 18, 1
  sbi 18, 2
  out 24, %1
  return
function main(0) exported main
b1:  ; from the caller
  call long, 1
  call long, 2
  return
`;
  const small = (program: Program) =>
    inlineSmall(
      program,
      program.fns.filter(fn => fn.exported),
    );

  it('puts a function that is called once into its caller', () => {
    const text = made(small, ONCE);
    expect(text).not.toMatch(/call |function once/);
    expect(text).toContain('add %1, 1');
  });

  it('leaves a long function that is called twice', () => {
    expect(made(small, LONG)).toBe(LONG);
  });

  it('puts a function into one caller everywhere when the stack is short', () => {
    const text = made(program => inlineInto(program.fns[1], program.fns[0]), LONG);
    const body = text.slice(text.indexOf('function main'));
    expect(body).not.toContain('call ');
    expect(body.match(/sbi 18, 2/g)).toHaveLength(2);
    expect(body.match(/out 24, [12]/g)).toEqual(['out 24, 1', 'out 24, 1', 'out 24, 2', 'out 24, 2']);
  });

  it('drops a function that nobody calls', () => {
    const unused = `function nobody(0)\nb1:  ; from the caller\n  return\n${LONG}`;
    expect(made(small, unused)).toBe(LONG);
  });

  it('finds a circle of calls, and none where there is none', () => {
    const circle = parse(`function a(0)
b1:  ; from the caller
  call b
  return
function b(0)
b1:  ; from the caller
  call a
  return
`);
    expect(findRecursion(circle)?.map(({ name }) => name)).toEqual(['a', 'b', 'a']);
    expect(findRecursion(parse(LONG))).toBeUndefined();
  });
});
