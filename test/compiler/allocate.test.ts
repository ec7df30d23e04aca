/** Registers for machine code that is written by hand here. */

import { describe, expect, it } from 'vitest';
import { allocate } from '../../compiler/allocate.ts';
import { globalUses } from '../../compiler/global-use.ts';
import { mayClear } from '../../compiler/interference.ts';
import { type Instr, instr, type MBlock, type MFn, type MProgram, type MTerm } from '../../compiler/mir.ts';

/** An instruction over virtual registers. */
const op = (name: string, d = -1, fields: Partial<Instr> = {}): Instr => instr(name, 0, { d, ...fields });
const out = (d: number): Instr => op('out', d, { k: 0x18 });

let ids = 0;
const block = (instrs: Instr[], term: MTerm = { kind: 'return', at: 0 }): MBlock => ({
  id: ++ids,
  instrs,
  term,
});
const fn = (name: string, blocks: MBlock[], params: number[] = []): MFn => ({
  name,
  at: 0,
  blocks,
  params: params.map(reg => [reg]),
  result: [],
  vector: undefined,
});
const program = (fns: MFn[], regs: number, globals: number[] = []): MProgram => ({
  fns,
  entry: fns[0],
  regs,
  globals,
  placeOf: () => undefined,
});

describe('allocation', () => {
  it('gives zero to twenty values at once, below r16 by CLR', () => {
    const values = Array.from({ length: 20 }, (_, i) => i);
    const code = block([...values.map(v => op('ldi', v)), ...values.map(out)]);
    allocate(program([fn('main', [code])], 20), 'AT90S1200');
    const places = code.instrs.slice(0, 20);
    expect(code.instrs).toHaveLength(40);
    expect(new Set(places.map(({ d }) => d)).size).toBe(20);
    for (const ins of places) expect(ins.op).toBe(ins.d < 16 ? 'clr' : 'ldi');
  });

  it('takes a copy through a lower register for other constants', () => {
    const values = Array.from({ length: 17 }, (_, i) => i);
    const code = block([...values.map(v => op('ldi', v, { k: v + 1 })), ...values.map(out)]);
    allocate(program([fn('main', [code])], 17), 'AT90S1200');
    expect(code.instrs.filter(ins => ins.op === 'mov')).toHaveLength(1);
    for (const ins of code.instrs) if (ins.op === 'ldi') expect(ins.d).toBeGreaterThanOrEqual(16);
  });

  it('lets an argument stay in the register of a value that lives on behind the call', () => {
    const callee = fn('f', [block([op('mov', 2, { r: 1 }), out(2)])], [1]);
    const call = op('rcall', -1, { callee });
    const code = block([op('in', 0, { k: 0x10 }), op('mov', 1, { r: 0 }), call, out(0)]);
    allocate(program([fn('main', [code]), callee], 3), 'AT90S1200');
    expect([...code.instrs, ...callee.blocks[0].instrs].map(ins => ins.op)).toEqual([
      'in',
      'rcall',
      'out',
      'out',
    ]);
  });

  it('keeps the copy when the callee changes its argument', () => {
    const callee = fn('f', [block([op('mov', 2, { r: 1 }), op('inc', 2), out(2)])], [1]);
    const call = op('rcall', -1, { callee });
    const code = block([op('in', 0, { k: 0x10 }), op('mov', 1, { r: 0 }), call, out(0)]);
    allocate(program([fn('main', [code]), callee], 3), 'AT90S1200');
    const all = [...code.instrs, ...callee.blocks[0].instrs];
    expect(all.filter(ins => ins.op === 'mov')).toHaveLength(1);
    const [changed] = callee.blocks[0].instrs.filter(ins => ins.op === 'inc');
    expect(changed.d).not.toBe(code.instrs[0].d);
  });
});

describe('zero by CLR', () => {
  const zero = op('ldi', 1);
  const test = (code: Instr[]) =>
    block(code, { kind: 'test', test: { kind: 'zero' }, then: block([]), else: block([]), at: 0 });

  it('waits where a branch asks for a flag from before', () => {
    expect(mayClear(test([op('dec', 0), zero]), zero)).toBe(false);
  });

  it('may stand before the instruction that sets the flag, and in any other block', () => {
    expect(mayClear(test([zero, op('dec', 0)]), zero)).toBe(true);
    expect(mayClear(block([op('dec', 0), zero]), zero)).toBe(true);
  });
});

describe('the use of globals', () => {
  it('counts a result that is a global itself', () => {
    const f = fn('f', [block([op('in', 2, { k: 0x10 })])]);
    f.result = [1];
    const { exposed, reads } = globalUses(program([f], 3, [1])).get(f)!;
    expect([exposed, reads].map(set => set.toArray())).toEqual([[1], [1]]);
  });

  it('tells what is read before it is written and what is written on every way', () => {
    const end = block([op('in', 2, { k: 0x10 })]);
    const [left, right] = [
      block([op('ldi', 1)], { kind: 'jump', to: end }),
      block([], { kind: 'jump', to: end }),
    ];
    const head = block([out(0), op('ldi', 0)], {
      kind: 'test',
      test: { kind: 'bit', reg: 0, bit: 1 },
      then: left,
      else: right,
      at: 0,
    });
    const f = fn('f', [head, left, right, end]);
    const { reads, writes, exposed, sure } = globalUses(program([f], 3, [0, 1, 2])).get(f)!;
    expect([reads, writes, exposed, sure].map(set => set.toArray())).toEqual([[0], [0, 1, 2], [0], [0, 2]]);
  });
});
