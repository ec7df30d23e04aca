/** Where and why a program stopped: what the real chip leaves undefined is an error here. */
import type { Cycle } from './time.ts';

/** The kinds of fault a program can run into. */
export type FaultKind =
  | 'illegal-word'
  | 'stack-overflow'
  | 'stack-underflow'
  | 'absent-register'
  | 'pointer-range';

/** What a {@link Fault} says. Whoever holds the image adds the source line of `pc`. */
export interface FaultReport {
  readonly kind: FaultKind;
  /** The reason in words, without the place. */
  readonly what: string;
  /** Word address of the instruction that did it, or that an interrupt would have kept waiting. */
  readonly pc: number;
  /** The word at `pc`. */
  readonly word: number;
  /** The clock in which that instruction began. */
  readonly cycle: Cycle;
}

export class Fault extends Error implements FaultReport {
  readonly kind: FaultKind;
  readonly what: string;
  readonly pc: number;
  readonly word: number;
  readonly cycle: Cycle;

  constructor({ kind, what, pc, word, cycle }: FaultReport) {
    super(`${what} (pc ${hex(pc, 3)}, word ${hex(word, 4)}, clock ${cycle})`);
    this.name = 'Fault';
    this.kind = kind;
    this.what = what;
    this.pc = pc;
    this.word = word;
    this.cycle = cycle;
  }
}

function hex(value: number, digits: number): string {
  return `0x${value.toString(16).toUpperCase().padStart(digits, '0')}`;
}
