/**
 * The named rules on finished blocks. Each saves words and says so; none crosses a
 * label where another way in could see a difference.
 *
 * needs:  finished blocks
 * leaves: fewer words
 * keeps:  effects, their order, and what the registers hold when somebody looks
 */

import type { FProgram } from './finish.ts';
import { clearRule } from './rules/clear.ts';
import { constantRule } from './rules/constants.ts';
import { entryRule } from './rules/entries.ts';
import { clean, type Rule } from './rules/graph.ts';
import { outlineRule } from './rules/outline.ts';
import { skipRules } from './rules/skips.ts';
import { tailRule } from './rules/tails.ts';
import { zeroRule } from './rules/zero.ts';

/** One application of a rule: what `isp build --explain` tells and what the totals are made of. */
export interface Saving {
  rule: string;
  fn: string;
  at: number;
  words: number;
}

const RULES: readonly Rule[] = [
  constantRule,
  tailRule,
  ...skipRules,
  entryRule,
  outlineRule,
  clearRule,
  zeroRule,
];

/** The names of all rules, in the order in which they are tried. */
export const ruleNames: readonly string[] = RULES.map(({ name }) => name);

/**
 * Applies all rules until none saves anything more.
 * @param only names of the rules to apply; all of them by default
 */
export function peephole(program: FProgram, only: readonly string[] = ruleNames): Saving[] {
  const savings: Saving[] = [];
  const rules = RULES.filter(({ name }) => only.includes(name));
  clean(program);
  for (let before = -1; before !== savings.length; ) {
    before = savings.length;
    for (const { name, apply } of rules) {
      apply(program, (fn, at, words) => savings.push({ rule: name, fn: fn.name, at, words }));
      clean(program);
    }
  }
  return savings;
}
