/**
 * What the translator knows of a byte and of a flag: the JavaScript that names it, and where it came from.
 *
 * The first is needed to write code, the second to see what a loop waits for.
 */
import { C, H, N, Z } from '../core.ts';

/** A sum or difference of two bytes; `js` is the byte, `raw` the same before it was cut to eight bits. */
export interface Sum {
  readonly kind: 'sum';
  readonly js: string;
  readonly raw: string;
  readonly sign: 1 | -1;
  readonly a: Value;
  readonly b: Value;
  /** The carry it took in, where it took one. */
  readonly carry?: FlagSource;
  /** The sum of the lower byte, when that carry is its. */
  readonly lower?: Sum;
}

/** A byte. `js` is an atom: a number, a local variable, a constant. */
export type Value =
  | { readonly kind: 'constant'; readonly js: string; readonly n: number }
  /** What the register held at the head of the tree. */
  | { readonly kind: 'register'; readonly js: string; readonly number: number }
  /** What an I/O register held `offset` clocks after the head. */
  | { readonly kind: 'input'; readonly js: string; readonly address: number; readonly offset: number }
  | Sum
  | { readonly kind: 'and' | 'or'; readonly js: string; readonly a: Value; readonly b: Value }
  /** Anything else, from other bytes and from flags. */
  | {
      readonly kind: 'other';
      readonly js: string;
      readonly of: readonly Value[];
      readonly flags: readonly Flag[];
    };

/** Where the present value of a flag comes from. */
export type FlagSource =
  /** As it was at the head, in `s`. */
  | { readonly kind: 'before'; readonly bit: number }
  | { readonly kind: 'fixed'; readonly on: boolean }
  | { readonly kind: 'stored'; readonly of: Value; readonly bit: number }
  | { readonly kind: 'sum'; readonly sum: Sum }
  /** Z of a sum that continues one of lower bytes: it can only stay set. */
  | { readonly kind: 'zero'; readonly sum: Sum; readonly before: FlagSource }
  | { readonly kind: 'logic'; readonly result: Value }
  | { readonly kind: 'count'; readonly result: Value; readonly up: boolean }
  | { readonly kind: 'shift'; readonly of: Value; readonly result: Value };

/** The eight flags, by bit number. */
export type FlagSet = readonly FlagSource[];

/** One of them, taken along. */
export interface Flag {
  readonly bit: number;
  readonly source: FlagSource;
}

/** What a branch or a skip asks. */
export type Question =
  | { readonly kind: 'flag'; readonly bit: number; readonly source: FlagSource }
  | { readonly kind: 'bit'; readonly value: Value; readonly bit: number }
  | { readonly kind: 'equal'; readonly a: Value; readonly b: Value };

export function constant(n: number): Value {
  return { kind: 'constant', js: String(n), n };
}

/** The answer, where constants decide it. */
export function decided(question: Question): boolean | undefined {
  if (question.kind === 'bit') {
    return question.value.kind === 'constant' ? ((question.value.n >> question.bit) & 1) === 1 : undefined;
  }
  if (question.kind === 'equal') {
    const { a, b } = question;
    return a.kind === 'constant' && b.kind === 'constant' ? a.n === b.n : undefined;
  }
  return question.source.kind === 'fixed' ? question.source.on : undefined;
}

/** JavaScript that is true when the answer is yes. */
export function ask(question: Question): string {
  if (question.kind === 'equal') return `${question.a.js} === ${question.b.js}`;
  if (question.kind === 'bit') return `(${question.value.js} & ${1 << question.bit}) !== 0`;
  return flagIsSet(question.bit, question.source);
}

/** JavaScript, true when flag `bit` (a bit number), which comes from `source`, is set. */
export function flagIsSet(bit: number, source: FlagSource): string {
  const mask = 1 << bit;
  if (source.kind === 'before') return `(s & ${mask}) !== 0`;
  if (source.kind === 'fixed') return String(source.on);
  if (source.kind === 'stored') return `(${source.of.js} & ${1 << source.bit}) !== 0`;
  if (source.kind === 'zero') return `(${source.sum.js} === 0 && ${flagIsSet(1, source.before)})`;
  return shortTest(mask, source) ?? `(${flagByte(source)} & ${mask}) !== 0`;
}

type Operation = Extract<FlagSource, { kind: 'sum' | 'logic' | 'count' | 'shift' }>;

/** Flags that follow from a result by one comparison. */
function shortTest(mask: number, source: Operation): string | undefined {
  const result = source.kind === 'sum' ? source.sum.js : source.result.js;
  if (mask === Z) return `${result} === 0`;
  if (mask === N) return `${result} > 127`;
  if (mask !== C) return undefined;
  if (source.kind === 'sum') return source.sum.sign > 0 ? `${source.sum.raw} > 255` : `${source.sum.raw} < 0`;
  return source.kind === 'shift' ? `(${source.of.js} & 1) !== 0` : undefined;
}

/** All flags of one operation as they lie in SREG. */
function flagByte(source: Operation): string {
  if (source.kind === 'logic') return `h.flags[${source.result.js}]`;
  if (source.kind === 'count') return `h.${source.up ? 'up' : 'down'}[${source.result.js}]`;
  if (source.kind === 'shift') return `h.shift(${source.of.js}, ${source.result.js})`;
  const { a, b, raw, js, sign } = source.sum;
  return `h.${sign > 0 ? 'add' : 'subtract'}(${a.js}, ${b.js}, ${raw}, ${js})`;
}

/** JavaScript for the whole of SREG. */
export function statusByte(flags: FlagSet): string {
  const masks = new Map<string, number>();
  flags.forEach((source, bit) => {
    const part = partOf(source, bit);
    masks.set(part, (masks.get(part) ?? 0) | (1 << bit));
  });
  const parts = [...masks].filter(([part]) => part !== '0').map(onlyCarries);
  if (parts.length === 1 && parts[0][0] === 's' && parts[0][1] === 0xff) return 's';
  return parts.map(([part, mask]) => `(${part} & ${mask})`).join(' | ') || '0';
}

/** Where only H and C of a sum are asked for, there is a shorter way. */
function onlyCarries([part, mask]: [string, number]): [string, number] {
  return mask & ~(C | H) ? [part, mask] : [part.replace(/^h\.(add|subtract)\(/, 'h.carries('), mask];
}

/** A byte in which the flag stands in its place. */
function partOf(source: FlagSource, bit: number): string {
  if (source.kind === 'before') return 's';
  if (source.kind === 'fixed') return source.on ? '255' : '0';
  if (source.kind === 'stored' && source.bit === bit) return source.of.js;
  if (source.kind === 'stored' || source.kind === 'zero') return `(${flagIsSet(bit, source)} ? 255 : 0)`;
  return flagByte(source);
}

/** Bits of SREG by number, as the sources are listed. */
export const bits = { C: 0, Z: 1, N: 2, V: 3, S: 4, H: 5, T: 6 } as const;
