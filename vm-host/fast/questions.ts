/** What skips and branches ask. */
import { decode } from '../isa.ts';
import type { Path } from './path.ts';
import { effects } from './semantics.ts';
import type { Question } from './value.ts';

/** A question, and the answer that leads elsewhere than to the next instruction. */
export interface Fork {
  readonly question: Question;
  readonly on: boolean;
}

const SKIPS: Readonly<Record<string, (path: Path, a: number, b: number) => Fork>> = {
  cpse: (p, d, r) => ({ question: { kind: 'equal', a: p.get(d), b: p.get(r) }, on: true }),
  sbrc: (p, r, bit) => ({ question: { kind: 'bit', value: p.get(r), bit }, on: false }),
  sbrs: (p, r, bit) => ({ question: { kind: 'bit', value: p.get(r), bit }, on: true }),
  sbic: (p, a, bit) => ({ question: { kind: 'bit', value: p.input(a), bit }, on: false }),
  sbis: (p, a, bit) => ({ question: { kind: 'bit', value: p.input(a), bit }, on: true }),
};

const BRANCHES: Readonly<Record<string, boolean>> = { brbs: true, brbc: false };

/** SEI lets interrupts in, which is the dispatcher's affair. */
export const I_NUMBER = 7;

/** True for words that change nothing but registers, flags other than I, stack and program counter. */
export function isQuiet(word: number): boolean {
  const { row, operands } = decode(word) ?? {};
  if (!row || !operands) return false;
  const { name } = row;
  if (name in effects) return !(name === 'bset' && operands[0] === I_NUMBER);
  return isFork(name) || ['rjmp', 'rcall', 'ret'].includes(name);
}

export function isFork(name: string): boolean {
  return name in SKIPS || isBranch(name);
}

export function isBranch(name: string): boolean {
  return name in BRANCHES;
}

/** The state of its flag in which a branch is taken. */
export function takenWhen(name: string): boolean {
  return BRANCHES[name];
}

/** What the instruction asks of the state at `path`. */
export function forkOf(path: Path, name: string, a: number, b: number): Fork {
  if (!isBranch(name)) return SKIPS[name](path, a, b);
  return { question: { kind: 'flag', bit: a, source: path.flag(a) }, on: BRANCHES[name] };
}
