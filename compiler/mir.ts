/**
 * Machine code before and after registers are chosen: instructions of the part
 * over virtual registers, in blocks that end in a test and two ways on.
 */

import type { Place } from './diagnostic.ts';

/** A virtual register until allocation, a number 0..31 afterwards. */
export type Reg = number;

/** What an instruction does with its destination and its flags. */
interface Shape {
  /** Reads the old value of `d`. */
  readsD: boolean;
  writesD: boolean;
  /** `d` must be one of r16..r31. */
  high: boolean;
  /** Uses the carry of the instruction before. */
  usesCarry: boolean;
  /** Sets Z by the result in `d` (and, for carry chains, by all bytes of the chain). */
  setsZ: boolean;
  /** Changes the carry. */
  setsCarry: boolean;
  /** May go when nobody reads `d`. */
  pure: boolean;
}

const shape = (text: string): Shape => ({
  readsD: text.includes('r'),
  writesD: text.includes('w'),
  high: text.includes('h'),
  usesCarry: text.includes('c'),
  setsZ: text.includes('z'),
  setsCarry: text.includes('s'),
  pure: text.includes('p'),
});

/** r: reads d, w: writes d, h: r16..r31 only, c: uses carry, z: sets Z by d, s: sets carry, p: pure. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  mov: shape('wp'),
  ldi: shape('whp'),
  in: shape('w'),
  out: shape('r'),
  add: shape('rwzsp'),
  adc: shape('rwczsp'),
  sub: shape('rwzsp'),
  sbc: shape('rwcsp'),
  subi: shape('rwhzsp'),
  sbci: shape('rwhcsp'),
  and: shape('rwzp'),
  or: shape('rwzp'),
  eor: shape('rwzp'),
  andi: shape('rwhzp'),
  ori: shape('rwhzp'),
  com: shape('rwzsp'),
  neg: shape('rwzsp'),
  inc: shape('rwzp'),
  dec: shape('rwzp'),
  lsl: shape('rwzsp'),
  rol: shape('rwczsp'),
  lsr: shape('rwzsp'),
  ror: shape('rwczsp'),
  asr: shape('rwzsp'),
  swap: shape('rwp'),
  clr: shape('wp'),
  /** To the register to which `r`, the pointer, points. */
  st: shape('r'),
  sbi: shape(''),
  cbi: shape(''),
  rcall: shape(''),
  delay: shape(''),
  mark: shape(''),
  nop: shape(''),
  sleep: shape(''),
  wdr: shape(''),
  sei: shape(''),
  cli: shape(''),
};

export interface Instr {
  op: string;
  /** Destination, and for out and tests the register that is read. */
  d: Reg;
  /** Second register, or -1. */
  r: Reg;
  /** Constant, I/O address or number of clocks. */
  k: number;
  /** Bit number; in TST, with `k` 1, the only bit that can be set. */
  b: number;
  callee: MFn | undefined;
  /** Scratch registers of a delay, all r16..r31. */
  scratch: Reg[];
  at: number;
}

/** The question at the end of a block. */
export type Test =
  /** Bytes from the lowest; `k` entries compare with a constant (lowest byte only). `only`: no other bit can be set. */
  | { kind: 'compare'; cc: 'eq' | 'ult' | 'slt'; a: Reg[]; b: (Reg | undefined)[]; k: number; only?: number }
  /** The instruction before has set Z by all bytes of the value in question. */
  | { kind: 'zero' }
  /** The instruction before has set C, and C decides. */
  | { kind: 'carry' }
  | { kind: 'bit'; reg: Reg; bit: number }
  | { kind: 'io'; address: number; bit: number };

export type MTerm =
  | { kind: 'jump'; to: MBlock }
  | { kind: 'test'; test: Test; then: MBlock; else: MBlock; at: number }
  | { kind: 'return'; at: number };

export interface MBlock {
  id: number;
  instrs: Instr[];
  term: MTerm;
}

export interface MFn {
  name: string;
  at: number;
  blocks: MBlock[];
  /** Registers in which arguments arrive, per parameter and byte; undefined where nobody looks. */
  params: (Reg | undefined)[][];
  result: (Reg | undefined)[];
  /** The vector this function serves, or undefined for an ordinary function. */
  vector: number | undefined;
}

export interface MProgram {
  fns: MFn[];
  entry: MFn;
  /** How many virtual registers there are. */
  regs: number;
  globals: Reg[];
  /** For messages: where a module offset came from. */
  placeOf: (at: number) => Place | undefined;
}

export function instr(op: string, at: number, fields: Partial<Instr> = {}): Instr {
  return { op, d: -1, r: -1, k: 0, b: 0, callee: undefined, scratch: [], at, ...fields };
}

export function mSuccessors({ term }: MBlock): MBlock[] {
  if (term.kind === 'jump') return [term.to];
  return term.kind === 'test' ? [term.then, term.else] : [];
}

/** Registers that a test reads. */
export function testUses(test: Test): Reg[] {
  if (test.kind === 'compare') return [...test.a, ...test.b.filter(reg => reg !== undefined)];
  return test.kind === 'bit' ? [test.reg] : [];
}

/** Registers that an instruction reads, apart from what a callee reads. */
export function uses(ins: Instr): Reg[] {
  const read: Reg[] = [];
  if (ins.d >= 0 && SHAPES[ins.op].readsD) read.push(ins.d);
  if (ins.r >= 0) read.push(ins.r);
  if (ins.callee) for (const param of ins.callee.params.flat()) if (param !== undefined) read.push(param);
  return read;
}

/** Registers that an instruction writes, apart from what a callee changes on its way. */
export function defs(ins: Instr): Reg[] {
  const written: Reg[] = ins.d >= 0 && SHAPES[ins.op].writesD ? [ins.d] : [];
  if (ins.callee) for (const reg of ins.callee.result) if (reg !== undefined) written.push(reg);
  return ins.scratch.length > 0 ? [...written, ...ins.scratch] : written;
}

/** The callees of a function, each once. */
export function callees(fn: MFn): Set<MFn> {
  const found = new Set<MFn>();
  for (const block of fn.blocks) for (const ins of block.instrs) if (ins.callee) found.add(ins.callee);
  return found;
}

/** Blocks that can be reached, in the order of a depth-first walk from the entry. */
export function reachable(fn: MFn): MBlock[] {
  const seen = new Set([fn.blocks[0]]);
  for (const block of seen) for (const next of mSuccessors(block)) seen.add(next);
  return fn.blocks.filter(block => seen.has(block));
}

/** The text form that `--dump` shows. */
export function printMachine(fn: MFn): string {
  const lines = [`function ${fn.name}`];
  for (const block of fn.blocks) {
    lines.push(`m${block.id}:`);
    for (const ins of block.instrs) lines.push(`  ${printInstr(ins)}`);
    lines.push(`  ${printTerm(block.term)}`);
  }
  return lines.join('\n');
}

function printInstr({ op, d, r, k, b, callee }: Instr): string {
  const parts = [d >= 0 ? `v${d}` : '', r >= 0 ? `v${r}` : '', callee?.name ?? ''].filter(Boolean);
  return `${op} ${parts.join(', ')} #${k}.${b}`;
}

function printTerm(term: MTerm): string {
  if (term.kind === 'jump') return `jump m${term.to.id}`;
  if (term.kind === 'return') return 'return';
  return `test ${JSON.stringify(term.test)} ? m${term.then.id} : m${term.else.id}`;
}
