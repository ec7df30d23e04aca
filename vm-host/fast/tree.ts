/**
 * All ways of a program from one address, until they come back, meet another loop, or do something that only the
 * interpreter or a part of the chip can do; see tree-builder.ts.
 */
import type { Path } from './path.ts';

/** How a stretch of a tree ends. */
export type End =
  /** Leaves the tree with the state of `path`. */
  | { readonly kind: 'leave' }
  /** The head again. */
  | { readonly kind: 'again' }
  /** The interpreter does the instruction at hand. */
  | { readonly kind: 'perform' }
  /** An I/O register is written; the tree is left after it. */
  | { readonly kind: 'write'; readonly address: number; readonly value: string; readonly clocks: number }
  /** RET to an address that only the stack knows; RETI lets interrupts in. */
  | { readonly kind: 'return'; readonly letsIn: boolean }
  | { readonly kind: 'branch'; readonly test: string; readonly yes: Stretch; readonly no: Stretch }
  /** Goes on when there is room on the stack, else the interpreter faults. */
  | { readonly kind: 'call'; readonly level: number; readonly back: number; readonly next: Stretch }
  /** Goes on when there is time for all of `next`. */
  | { readonly kind: 'time'; readonly next: Stretch };

/** Statements without a branch, and their end. */
export interface Stretch {
  readonly path: Path;
  readonly lines: readonly string[];
  readonly end: End;
  /** When the last instruction of this stretch and of those after it begins, up to the next question for time. */
  readonly last: number;
}

export interface Tree {
  readonly head: number;
  readonly flashWords: number;
  /** Instructions in it. */
  readonly size: number;
  readonly root: Stretch;
  /** When the last instruction of any way begins, questions for time or not. */
  readonly longest: number;
  /** Registers read as they were at the head. */
  readonly used: ReadonlySet<number>;
  /** Bits of SREG used as they were at the head. */
  readonly flagsUsed: number;
  /** One for each way back to the head. */
  readonly rounds: readonly Path[];
  /** One for each way out. */
  readonly exits: readonly Path[];
  /** The one of the rounds that the program will probably take. */
  readonly guess: Path | undefined;
}

/** When the last instruction of any way of a stretch begins, questions for time or not. */
export function longestOf({ last, end }: Stretch): number {
  if (end.kind === 'branch') return Math.max(last, longestOf(end.yes), longestOf(end.no));
  return end.kind === 'call' || end.kind === 'time' ? Math.max(last, longestOf(end.next)) : last;
}

/** Addresses to which the ways of a tree lead, as far as they are known. */
export function destinations({ root, flashWords }: Tree): number[] {
  const from = ({ path, end }: Stretch): number[] => {
    if (end.kind === 'branch') return [...from(end.yes), ...from(end.no)];
    if (end.kind === 'call' || end.kind === 'time') return from(end.next);
    // a routine that is left half done comes back some time
    if (end.kind === 'leave') return [path.pc, ...path.calls];
    return end.kind === 'write' || end.kind === 'perform' ? [(path.pc + 1) % flashWords] : [];
  };
  return from(root);
}
