/** Every operation of the profile, with constants at the ends of ranges, on values read at the ends of ranges. */

import { describe, expect, it } from 'vitest';
import { compare } from './translation.ts';
import { constantTree, printModule, type TestModule, type Tree, tree } from './wasm-program.ts';

const X = 0;
const Y = 1;
const COUNTER = 2;
const SHOWN = 3;
const get = (local: number): Tree => tree('local.get', [local]);
const set = (local: number, value: Tree): Tree => tree('local.set', [local], [value], false);
const op = (name: string, ...args: Tree[]): Tree => tree(`i32.${name}`, [], args);
const k = constantTree;

/** So many bytes, read one after the other. */
function input(bytes: number): Tree {
  const parts = Array.from({ length: bytes }, (_, i) => op('shl', tree('mcu.in', [0x16]), k(8 * i)));
  return parts.reduce((low, high) => op('or', low, high));
}

/** All four bytes of a value go to port B. */
function show(value: Tree, bytes = 4): Tree[] {
  const parts = Array.from({ length: bytes }, (_, i) =>
    tree('mcu.out', [0x18], [op('shr_u', get(SHOWN), k(8 * i))], false),
  );
  return [set(SHOWN, value), ...parts];
}

/** Reads x and y, does something with them, and that for several pairs. */
function program(width: number, signed: boolean, body: Tree[]): TestModule {
  const extend = (value: Tree) => (signed && width < 4 ? op(`extend${8 * width}_s`, value) : value);
  const again = tree('br_if', [1], [tree('local.tee', [COUNTER], [op('sub', get(COUNTER), k(1))])], false);
  const turn = [set(X, extend(input(width))), set(Y, extend(input(width))), ...body, again];
  const loop = { ...tree('loop', [1], [], false), bodies: [turn] };
  const end = tree('mcu.out', [0x08], [k(0)], false);
  const code = [set(COUNTER, k(20)), loop, end];
  const main = { name: 'main', params: 0, result: false, locals: 4, body: code, exported: 'main' };
  return { functions: [main], globals: [] };
}

/** Runs one program per group of bodies; answers what went wrong, with the program. */
function differences(width: number, signed: boolean, bodies: Tree[][], group = 4): string[] {
  const wrong: string[] = [];
  for (let i = 0; i < bodies.length; i += group) {
    const module = program(width, signed, bodies.slice(i, i + group).flat());
    const outcome = compare(module, i);
    if (outcome.kind === 'different') wrong.push(`${outcome.what}\n${printModule(module)}`);
    if (outcome.kind === 'refused') wrong.push(outcome.message);
  }
  return wrong;
}

const BORDERS = [-129, -128, -1, 0, 1, 2, 126, 127, 128, 129, 254, 255, 256, 257, 0x7fff, 0x8000, 0xffff];
const COMPARISONS = ['eq', 'ne', 'lt_s', 'lt_u', 'gt_s', 'gt_u', 'le_s', 'le_u', 'ge_s', 'ge_u'];
const widths = [
  { width: 1, signed: false, name: 'u8' },
  { width: 1, signed: true, name: 'i8' },
  { width: 2, signed: false, name: 'u16' },
  { width: 2, signed: true, name: 'i16' },
  { width: 4, signed: true, name: 'i32' },
];

describe.each(widths)('a value of kind $name', ({ width, signed }) => {
  it.each(['shl', 'shr_u', 'shr_s', 'rotl', 'rotr'])('moves by every count with %s', name => {
    const counts = Array.from({ length: 34 }, (_, count) => count);
    const bodies = counts.map(count => show(op(name, get(X), k(count))));
    expect(differences(width, signed, bodies)).toEqual([]);
  });

  it.each(['shl', 'shr_u', 'shr_s', 'rotl', 'rotr'])('moves by a count in a variable with %s', name => {
    const bodies = [show(op(name, get(X), get(Y))), show(op(name, get(X), op('and', get(Y), k(7))))];
    expect(differences(width, signed, bodies, 1)).toEqual([]);
  });

  it.each(['shr_u', 'shr_s'])('moves down with %s when only some bits are looked at', name => {
    const masks = [0x01, 0x08, 0x10, 0x18, 0x80, 0xf0, 0x100, 0x180, 0x8000];
    const bodies = masks.flatMap(mask =>
      [1, 4, 5, 7, 8, 12, 15].map(count => show(op('and', op(name, get(X), k(count)), k(mask)), 2)),
    );
    expect(differences(width, signed, bodies, 8)).toEqual([]);
  });

  it.each(['add', 'sub', 'and', 'or', 'xor', 'mul'])(
    'goes with constants at the borders through %s',
    name => {
      const bodies = BORDERS.flatMap(border => [
        show(op(name, get(X), k(border))),
        show(op(name, k(border), get(Y)), 2),
      ]);
      expect(differences(width, signed, bodies)).toEqual([]);
    },
  );

  it.each(['add', 'sub', 'and', 'or', 'xor', 'mul'])('goes with another value through %s', name => {
    const bodies = [1, 2, 3, 4].map(bytes => show(op(name, get(X), get(Y)), bytes));
    expect(differences(width, signed, bodies, 1)).toEqual([]);
  });

  it.each(['div_u', 'div_s', 'rem_u', 'rem_s'])('goes through %s', name => {
    const odd = op('or', op('and', get(Y), k(127)), k(1));
    const bodies = [show(op(name, get(X), odd)), show(op(name, get(X), k(10)))];
    expect(differences(width, signed, bodies, 1)).toEqual([]);
  });

  it.each(['clz', 'ctz', 'popcnt', 'eqz', 'extend8_s', 'extend16_s'])('goes through %s', name => {
    const bodies = [show(op(name, get(X))), show(op(name, op('shl', get(X), k(3))))];
    expect(differences(width, signed, bodies, 1)).toEqual([]);
  });

  it.each(COMPARISONS)('is compared by %s, as a number and as a condition', name => {
    const steer = (cond: Tree): Tree => ({
      ...tree('if', [9], [cond], false),
      bodies: [[tree('mcu.sbi', [0x12, 1], [], false)], [tree('mcu.cbi', [0x12, 1], [], false)]],
    });
    const pairs = [
      ...BORDERS.map(border => [get(X), k(border)]),
      ...BORDERS.map(border => [k(border), get(X)]),
      [get(X), get(Y)],
    ];
    const bodies = pairs.map(([a, b]) => [...show(op(name, a, b), 1), steer(op(name, a, b))]);
    expect(differences(width, signed, bodies, 8)).toEqual([]);
  });

  it.each(COMPARISONS)('keeps its value where %s has just told something of it', name => {
    const told = (): Tree[] => [
      ...show(op('extend8_s', get(X))),
      ...show(op('extend16_s', get(X))),
      ...show(op('and', get(X), k(0xff)), 2),
      ...show(op('add', get(X), k(1)), 2),
      ...show(op('lt_u', get(X), k(0x80)), 1),
      ...show(op('shr_s', get(X), k(4)), 2),
    ];
    const bodies = [127, 128, 255, 256, -128, 0].map(border => [
      { ...tree('if', [9], [op(name, get(X), k(border))], false), bodies: [told(), told()] },
    ]);
    expect(differences(width, signed, bodies, 1)).toEqual([]);
  });
});
