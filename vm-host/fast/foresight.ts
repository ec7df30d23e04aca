/** Loops whose rounds are known beforehand, because constants decide how often they run. */
import { decode } from '../isa.ts';
import type { Path } from './path.ts';
import { isBranch, takenWhen } from './questions.ts';
import { effects } from './semantics.ts';
import { decided } from './value.ts';

/**
 * True when constants decide how the loop that begins at `path` goes: its rounds become part of the tree. Where
 * they lead through the tree's own head and out of its loop again, they do not: that is the inner one of two
 * loops, and a tree of the outer one can have all its rounds.
 *
 * @param most instructions to look at
 */
export function knowsWay(path: Path, words: Uint16Array, head: number, most: number): boolean {
  const ahead = path.fork(path.pc, 0);
  let decisions = 0;
  let passesHead = false;
  for (let count = 0; count < most; count++) {
    passesHead ||= ahead.pc === head;
    const step = goOn(ahead, words);
    if (step === 'unknown') return decisions > 0 && !passesHead;
    if (step === 'decided') decisions++;
  }
  return decisions > 0;
}

/** One instruction, as far as constants say what it does. */
function goOn(path: Path, words: Uint16Array): 'plain' | 'decided' | 'unknown' {
  const { row, operands } = decode(words[path.pc]) ?? {};
  if (!row || !operands) return 'unknown';
  const [a = 0, b = 0] = operands;
  const jump = (distance: number) => {
    path.pc = (path.pc + 1 + distance) & (words.length - 1);
  };
  if (isBranch(row.name)) {
    const answer = decided({ kind: 'flag', bit: a, source: path.flags[a] });
    if (answer === undefined) return 'unknown';
    jump(answer === takenWhen(row.name) ? b : 0);
    return 'decided';
  }
  const effect = effects[row.name];
  if (row.name !== 'rjmp' && (!effect || row.name === 'in')) return 'unknown';
  if (effect) effect(path, a, b);
  jump(row.name === 'rjmp' ? a : 0);
  return 'plain';
}
