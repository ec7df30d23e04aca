/** What a round adds to a number: known when the code is written, but for registers that stand still. */
import { towards } from './helpers.ts';
import type { Value } from './value.ts';

/** To be taken modulo the size of the number. */
export interface Step {
  readonly constant: number;
  /** JavaScript for what comes on top; empty for nothing. */
  readonly rest: string;
}

/** Characters of a rest; a longer one is not worth its while. */
const LONGEST = 200;

export function constantStep(constant: number): Step {
  return { constant, rest: '' };
}

/** So much as a number holds, its bytes given from the lowest on. */
export function stepOf(bytes: readonly Value[]): Step {
  let constant = 0;
  let rest = '';
  bytes.forEach((byte, place) => {
    if (byte.kind === 'constant') constant += byte.n * 256 ** place;
    else rest += ` + (${byte.js} << ${8 * place})`;
  });
  return { constant, rest };
}

/** a ± b; undefined when that is too long. */
export function combined(a: Step, b: Step, sign: 1 | -1): Step | undefined {
  const added = b.rest && ` ${sign > 0 ? '+' : '-'} (${jsOf({ constant: 0, rest: b.rest })})`;
  const rest = a.rest + added;
  return rest.length < LONGEST ? { constant: a.constant + sign * b.constant, rest } : undefined;
}

export function jsOf({ constant, rest }: Step): string {
  return `${constant}${rest}`;
}

/** The shorter way round; undefined when registers are part of it. */
export function fixedWay({ constant, rest }: Step, size: number): number | undefined {
  return rest === '' ? towards(constant, size) : undefined;
}
