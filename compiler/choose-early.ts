/**
 * Constants that one way out of a test only sets, set before the test: in a chain of cases, each of which gives
 * one value, the branch itself then leads where the value is wanted.
 *
 * needs:  machine blocks over virtual registers, straightened
 * leaves: such constants in front of the comparison, in a register other than the compared one
 * keeps:  what every way finds in the registers that it reads
 *
 * The rule of the same purpose on finished code comes too late when the result has got the register that is compared.
 */

import { Liveness } from './liveness.ts';
import { type Instr, type MBlock, type MFn, type MProgram, mSuccessors } from './mir.ts';

export function chooseEarly(program: MProgram): void {
  const liveness = new Liveness(program);
  // a handler would see the value of a global that is only there for a moment
  const watched = new Set(program.fns.some(({ vector }) => vector !== undefined) ? program.globals : []);
  for (const fn of program.fns) {
    const entries = countEntries(fn);
    const alike = countAlike(fn);
    for (const block of fn.blocks) {
      const { term } = block;
      if (term.kind !== 'test' || term.test.kind !== 'compare') continue;
      for (const [way, other] of [
        [term.then, term.else],
        [term.else, term.then],
      ]) {
        const set = onlyConstant(way);
        // a constant that several ways set is better shared
        if (!set || watched.has(set.d) || entries.get(way) !== 1 || alike.get(keyOf(way, set)) !== 1)
          continue;
        if (liveness.entering(other).has(set.d) || !isChain(other)) continue;
        block.instrs.push(set);
        way.instrs = [];
        break;
      }
    }
  }
}

/** The constant that a block sets before it jumps on, when it does nothing else. */
function onlyConstant({ instrs, term }: MBlock): Instr | undefined {
  const [only] = instrs;
  return term.kind === 'jump' && instrs.length === 1 && only.op === 'ldi' ? only : undefined;
}

/** Whether a block goes on comparing: then the other way does not simply follow. */
const isChain = ({ term }: MBlock): boolean => term.kind === 'test' && term.test.kind === 'compare';

const keyOf = ({ term }: MBlock, { d, k }: Instr): string =>
  `${d} ${k} ${term.kind === 'jump' ? term.to.id : ''}`;

function countEntries(fn: MFn): Map<MBlock, number> {
  const entries = new Map<MBlock, number>([[fn.blocks[0], 1]]);
  for (const block of fn.blocks)
    for (const next of mSuccessors(block)) entries.set(next, (entries.get(next) ?? 0) + 1);
  return entries;
}

function countAlike(fn: MFn): Map<string, number> {
  const alike = new Map<string, number>();
  for (const block of fn.blocks) {
    const set = onlyConstant(block);
    if (set) alike.set(keyOf(block, set), (alike.get(keyOf(block, set)) ?? 0) + 1);
  }
  return alike;
}
