/** What the compiler believes of values, held against values. */

import { describe, expect, it } from 'vitest';
import { type Fact, normal, restricted, TRANSFER } from '../../compiler/fact.ts';
import { analyse } from '../../compiler/facts.ts';
import type { Op } from '../../compiler/ir.ts';
import { nodesOf } from '../../compiler/ir.ts';
import { parse } from '../../compiler/ir-text.ts';
import { Random } from '../vm-host/helpers.ts';

/** WebAssembly's operations, written apart from the compiler's. */
const MEANING: Partial<Record<Op, (a: number, b: number) => number>> = {
  add: (a, b) => Number((BigInt(a) + BigInt(b)) & 0xffffffffn),
  sub: (a, b) => Number((BigInt(a) - BigInt(b)) & 0xffffffffn),
  mul: (a, b) => Number((BigInt(a) * BigInt(b)) & 0xffffffffn),
  and: (a, b) => (a & b) >>> 0,
  or: (a, b) => (a | b) >>> 0,
  xor: (a, b) => (a ^ b) >>> 0,
  shl: (a, b) => Number((BigInt(a) << BigInt(b % 32)) & 0xffffffffn),
  shr_u: (a, b) => Number(BigInt(a) >> BigInt(b % 32)),
  shr_s: (a, b) => Number(BigInt.asUintN(32, BigInt.asIntN(32, BigInt(a)) >> BigInt(b % 32))),
  extend8_s: a => Number(BigInt.asUintN(32, BigInt.asIntN(8, BigInt(a)))),
  extend16_s: a => Number(BigInt.asUintN(32, BigInt.asIntN(16, BigInt(a)))),
  // division by zero traps: whatever the fact says of it is true
  div_u: (a, b) => Math.floor(a / (b || 1)),
  rem_u: (a, b) => a % (b || 1),
  div_s: (a, b) => Math.trunc((a | 0) / (b | 0 || 1)) >>> 0,
  rem_s: (a, b) => ((a | 0) % (b | 0 || 1)) >>> 0,
  clz: a => Math.clz32(a),
  ctz: a => (a === 0 ? 32 : 31 - Math.clz32(a & -a)),
  popcnt: a => a.toString(2).replaceAll('0', '').length,
  eq: (a, b) => Number(a === b),
  ne: (a, b) => Number(a !== b),
  lt_u: (a, b) => Number(a < b),
  le_u: (a, b) => Number(a <= b),
  lt_s: (a, b) => Number((a | 0) < (b | 0)),
  le_s: (a, b) => Number((a | 0) <= (b | 0)),
};
const ONE_OPERAND = ['extend8_s', 'extend16_s', 'clz', 'ctz', 'popcnt'];

/** Values of every size; borders often. */
function randomValue(random: Random): number {
  const value = random.next() >>> random.below(32);
  return random.below(3) ? value : (2 ** random.below(33) - random.below(2)) % 2 ** 32;
}

/** Something true of a value. */
function factAbout(value: number, random: Random): Fact {
  if (random.below(4) === 0) return normal({ lo: value, hi: value, zeros: 0, ones: 0 });
  const slack = () => randomValue(random) >>> random.below(32);
  const known = random.below(2) ? random.next() & random.next() : 0;
  return normal({
    lo: Math.max(0, value - slack()),
    hi: Math.min(0xffffffff, value + slack()),
    zeros: (~value & known) >>> 0,
    ones: (value & known) >>> 0,
  });
}

const holds = ({ lo, hi, zeros, ones }: Fact, value: number): boolean =>
  lo <= value && value <= hi && (value & zeros) === 0 && (value & ones) >>> 0 === ones >>> 0;

const seed = Number(process.env.FACTS_SEED ?? 41);

describe('a fact about the operands', () => {
  it.each(Object.keys(TRANSFER) as Op[])('gives a true fact about their %s', op => {
    const random = new Random(seed);
    const transfer = TRANSFER[op]!;
    const wrong: string[] = [];
    for (let n = 0; n < 20_000; n++) {
      const [a, b] = [randomValue(random), random.below(3) ? randomValue(random) : random.below(40)];
      if (b === 0 && /div|rem/.test(op)) continue;
      const [x, y] = [factAbout(a, random), factAbout(b, random)];
      const value = MEANING[op]!(a, b);
      const fact = normal(transfer(x, y));
      if (!holds(fact, value)) wrong.push(`${op} ${a} ${b} = ${value}: ${JSON.stringify([x, y, fact])}`);
    }
    expect(wrong.slice(0, 2), `seed ${seed}`).toEqual([]);
  });

  it('stays true of the part under a mask', () => {
    const random = new Random(seed);
    for (let n = 0; n < 20_000; n++) {
      const value = randomValue(random);
      const mask = [0xff, 0xffff, 0xff00, 0xffffffff, 0xff000000][random.below(5)];
      expect(holds(restricted(factAbout(value, random), mask), (value & mask) >>> 0)).toBe(true);
    }
  });
});

/** The fact about the value that goes to port B. */
function shown(text: string): { fact: Fact; demand: number } {
  const program = parse(text);
  const facts = analyse(program);
  const [out] = program.fns.flatMap(fn => [...nodesOf(fn)]).filter(node => node.op === 'out');
  return { fact: facts.at(out.args[0], out.block), demand: facts.demand(out.args[0]) };
}

describe('the analysis', () => {
  it('knows how far a counter goes whose loop ends below a limit', () => {
    const { fact } = shown(`function main(0) exported main
b1:  ; from the caller
  jump b2
b2:  ; from b1 b3
  %1 = phi 0, %3
  %2 = lt_u %1, 100
  branch %2 ? b3 : b4
b3:  ; from b2
  out 24, %1
  %3 = add %1, 1
  jump b2
b4:  ; from b2
  return`);
    expect(fact).toMatchObject({ lo: 0, hi: 99 });
  });

  it('comes to rest where nothing bounds a counter', () => {
    const { fact } = shown(`function main(0) exported main
b1:  ; from the caller
  jump b2
b2:  ; from b1 b2
  %1 = phi 0, %2
  out 24, %1
  %2 = add %1, 3
  jump b2`);
    expect(fact.hi).toBe(0xffffffff);
  });

  it('joins what all callers pass', () => {
    const { fact } = shown(`function show(1)
b1:  ; from the caller
  %1 = param 0
  out 24, %1
  return
function main(0) exported main
b1:  ; from the caller
  call show, 5
  call show, 20
  return`);
    expect(fact).toMatchObject({ lo: 5, hi: 20, ones: 4 & 20 });
  });

  it('takes a global for anything that is ever put into it', () => {
    const { fact } = shown(`global 0 = 3
function main(0) exported main
b1:  ; from the caller
  %1 = in 22
  setglobal 0, %1
  %3 = getglobal 0
  out 24, %3
  return`);
    expect(fact).toMatchObject({ lo: 0, hi: 255 });
  });

  it('learns from an equality on the way that it holds, and nothing on the other', () => {
    const { fact } = shown(`function main(0) exported main
b1:  ; from the caller
  %1 = in 22
  %2 = eq %1, 65
  branch %2 ? b2 : b3
b2:  ; from b1
  out 24, %1
  return
b3:  ; from b1
  return`);
    expect(fact).toMatchObject({ lo: 65, hi: 65 });
  });

  it('learns nothing of a whole value from a comparison of its low byte', () => {
    const { fact } = shown(`function main(0) exported main
b1:  ; from the caller
  %1 = in 22
  %2 = shl %1, 6
  %3 = eq[0] %2, 64
  branch %3 ? b2 : b3
b2:  ; from b1
  out 24, %2
  return
b3:  ; from b1
  return`);
    expect(fact.hi).toBeGreaterThan(64);
  });
});

/** Which bits of x the analysis says that `out(port, (x op y) >> shift)` looks at, and the operation itself. */
function demandOf(op: Op, constantRight: number | undefined, shift: number): number {
  const right = constantRight === undefined ? '%2' : `${constantRight | 0}`;
  const args = ONE_OPERAND.includes(op) ? '%1' : `%1, ${right}`;
  const program = parse(`function f(2)
b1:  ; from the caller
  %1 = param 0
  %2 = param 1
  %3 = ${op} ${args}
  %4 = shr_u %3, ${shift}
  out 24, %4
  return
function main(0) exported main
b1:  ; from the caller
  %1 = in 22
  %2 = shl %1, 24
  call f, %2, %2
  return`);
  return analyse(program).demand(program.fns[0].params[0]);
}

describe('the bits that nobody demands', () => {
  it.each(Object.keys(MEANING) as Op[])('make no difference to what is shown of %s', op => {
    const random = new Random(seed);
    const wrong: string[] = [];
    for (let n = 0; n < 400; n++) {
      const right = random.below(3) ? randomValue(random) : undefined;
      const shift = random.below(32);
      const demand = demandOf(op, right, shift);
      for (let m = 0; m < 20; m++) {
        const [x, y] = [randomValue(random), right ?? randomValue(random)];
        const other = (x ^ (random.next() & ~demand)) >>> 0;
        const show = (value: number) => (MEANING[op]!(value, y) >>> shift) & 0xff;
        if (show(x) !== show(other)) wrong.push(`${op} ${x} or ${other}, ${y} >> ${shift}, demand ${demand}`);
      }
    }
    expect(wrong.slice(0, 2), `seed ${seed}`).toEqual([]);
  });

  it('are all but the lowest byte where a byte is sent', () => {
    const { demand } = shown(`function main(0) exported main
b1:  ; from the caller
  %1 = in 22
  %2 = add %1, 300
  out 24, %2
  return`);
    expect(demand).toBe(0xff);
  });
});
