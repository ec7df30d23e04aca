/**
 * What instructions do to a {@link Path}: the translator's reading of isa.ts, instruction by instruction.
 * A mnemonic that is not here ends a tree and is left to the interpreter.
 */
import { C, H, N, S, T, V, Z } from '../core.ts';
import { helpers } from './helpers.ts';
import type { Path } from './path.ts';
import { bits, constant, type Flag, flagIsSet, statusByte, type Value } from './value.ts';

type Effect = (path: Path, a: number, b: number) => void;

const ARITHMETIC = H | S | V | N | Z | C;
const LOGIC = S | V | N | Z;

/** Flags of which all operands are known, by an operation of the interpreter. */
function fixedFlags(path: Path, mask: number, sreg: number): void {
  path.setFlags(mask, bit => ({ kind: 'fixed', on: ((sreg >> bit) & 1) === 1 }));
}

function add(path: Path, d: number, value: Value, continues: boolean): void {
  const sum = path.sum(1, path.get(d), value, continues);
  path.setFlags(ARITHMETIC, () => ({ kind: 'sum', sum }));
  path.set(d, sum);
}

/** Gives the difference and sets the flags. */
function subtract(path: Path, a: Value, b: Value, continues: boolean): Value {
  if (!continues && a.kind === 'constant' && b.kind === 'constant') {
    const n = a.n - b.n;
    fixedFlags(path, ARITHMETIC, helpers.subtract(a.n, b.n, n, n & 255));
    return constant(n & 255);
  }
  const before = path.flags[1];
  const sum = path.sum(-1, a, b, continues);
  path.setFlags(ARITHMETIC, bit =>
    continues && 1 << bit === Z ? { kind: 'zero', sum, before } : { kind: 'sum', sum },
  );
  return sum;
}

function logic(path: Path, result: Value): Value {
  path.setFlags(LOGIC, () => ({ kind: 'logic', result }));
  return result;
}

function and(path: Path, a: Value, b: Value): Value {
  if (a.js === b.js) return logic(path, a);
  return logic(path, { kind: 'and', js: path.name(`${a.js} & ${b.js}`), a, b });
}

function or(path: Path, a: Value, b: Value): Value {
  if (a.js === b.js) return logic(path, a);
  return logic(path, { kind: 'or', js: path.name(`${a.js} | ${b.js}`), a, b });
}

function exclusiveOr(path: Path, a: Value, b: Value): Value {
  if (a.js === b.js) return logic(path, constant(0));
  return logic(path, path.other(`${a.js} ^ ${b.js}`, a, b));
}

/** INC and DEC: a sum in value, but with flags of their own. */
function count(path: Path, d: number, sign: 1 | -1): void {
  const a = path.get(d);
  if (a.kind === 'constant') {
    const n = (a.n + sign) & 255;
    path.set(d, constant(n));
    fixedFlags(path, LOGIC, (sign > 0 ? helpers.up : helpers.down)[n]);
    return;
  }
  const raw = path.name(`${a.js} ${sign > 0 ? '+' : '-'} 1`);
  const result: Value = { kind: 'sum', js: path.name(`${raw} & 255`), raw, sign, a, b: constant(1) };
  path.setFlags(LOGIC, () => ({ kind: 'count', result, up: sign > 0 }));
  path.set(d, result);
}

function shift(path: Path, d: number, top: (of: Value) => string, ...flags: Flag[]): void {
  const of = path.get(d);
  const result = path.fromFlags(`(${of.js} >> 1)${top(of)}`, flags, of);
  path.setFlags(LOGIC | C, () => ({ kind: 'shift', of, result }));
  path.set(d, result);
}

function complement(path: Path, d: number): void {
  const of = path.get(d);
  path.set(d, logic(path, path.other(`${of.js} ^ 255`, of)));
  path.setFlags(C, () => ({ kind: 'fixed', on: true }));
}

/** A copy: the value as it is now, whatever becomes of the register. */
function copy(path: Path, d: number, r: number): void {
  path.set(d, path.get(r));
}

function load(path: Path, d: number, b: number): void {
  const flag = { bit: bits.T, source: path.flag(bits.T) };
  const of = path.get(d);
  const [set, cleared] = [`${of.js} | ${1 << b}`, `${of.js} & ${255 ^ (1 << b)}`];
  path.set(d, path.fromFlags(`${flagIsSet(flag.bit, flag.source)} ? ${set} : ${cleared}`, [flag], of));
}

/** IN; SREG is the processor's own. */
function read(path: Path, d: number, address: number): void {
  const isSreg = address === path.shared.sreg;
  path.set(d, isSreg ? path.fromFlags(statusByte(path.flags), path.allFlags) : path.input(address));
}

export const effects: Readonly<Record<string, Effect>> = {
  add: (p, d, r) => add(p, d, p.get(r), false),
  adc: (p, d, r) => add(p, d, p.get(r), true),
  sub: (p, d, r) => p.set(d, subtract(p, p.get(d), p.get(r), false)),
  subi: (p, d, k) => p.set(d, subtract(p, p.get(d), constant(k), false)),
  sbc: (p, d, r) => p.set(d, subtract(p, p.get(d), p.get(r), true)),
  sbci: (p, d, k) => p.set(d, subtract(p, p.get(d), constant(k), true)),
  and: (p, d, r) => p.set(d, and(p, p.get(d), p.get(r))),
  andi: (p, d, k) => p.set(d, and(p, p.get(d), constant(k))),
  or: (p, d, r) => p.set(d, or(p, p.get(d), p.get(r))),
  ori: (p, d, k) => p.set(d, or(p, p.get(d), constant(k))),
  eor: (p, d, r) => p.set(d, exclusiveOr(p, p.get(d), p.get(r))),
  com: (p, d) => complement(p, d),
  neg: (p, d) => p.set(d, subtract(p, constant(0), p.get(d), false)),
  inc: (p, d) => count(p, d, 1),
  dec: (p, d) => count(p, d, -1),
  asr: (p, d) => shift(p, d, of => ` | ${of.js} & 128`),
  lsr: (p, d) => shift(p, d, () => ''),
  ror: (p, d) => shift(p, d, () => ` | (${p.carry} ? 128 : 0)`, { bit: bits.C, source: p.flag(bits.C) }),
  swap: (p, d) => p.set(d, p.other(`(${p.get(d).js} << 4) & 255 | ${p.get(d).js} >> 4`, p.get(d))),
  mov: (p, d, r) => copy(p, d, r),
  ldi: (p, d, k) => p.set(d, constant(k)),
  in: (p, d, a) => read(p, d, a),
  bst: (p, r, b) => p.setFlags(T, () => ({ kind: 'stored', of: p.get(r), bit: b })),
  bld: (p, d, b) => load(p, d, b),
  bset: (p, s) => p.setFlags(1 << s, () => ({ kind: 'fixed', on: true })),
  bclr: (p, s) => p.setFlags(1 << s, () => ({ kind: 'fixed', on: false })),
  cp: (p, d, r) => void subtract(p, p.get(d), p.get(r), false),
  cpc: (p, d, r) => void subtract(p, p.get(d), p.get(r), true),
  cpi: (p, d, k) => void subtract(p, p.get(d), constant(k), false),
  nop: () => undefined,
};
