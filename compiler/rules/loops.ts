/** What stands in front of a counted loop and again at its end is done in the loop only. */

import type { FBlock, FProgram } from '../finish.ts';
import type { Instr } from '../mir.ts';
import { isSkip, keyOf, type Note, nextId, type Rule, timedBlocks } from './graph.ts';

export const loopRule: Rule = { name: 'enter the loop in the middle', apply: enterInside };

const Z = 1;

/**
 * `A; LDI n, k; loop: B; A; DEC n; BRNE loop` is `LDI n, k + 1; RJMP inside; loop: B; inside: A; DEC n; BRNE loop`:
 * the first round of counting comes before the first B.
 */
function enterInside(program: FProgram, note: Note): void {
  // a handler could look at the counter
  if (program.vectors.length > 0) return;
  const timed = timedBlocks(program);
  for (const before of program.blocks) {
    const loop = before.term.kind === 'jump' ? before.term.to : before;
    if (loop === before || timed.has(before) || timed.has(loop)) continue;
    const count = counterOf(loop);
    const start = before.instrs.findLast(ins => ins.op === 'ldi' && ins.d === count?.d);
    if (!count || !start || start.k < 1 || start.k > 254) continue;
    const length = sharedLength(before.instrs, loop.instrs, start, count);
    // the jump into the loop takes a word
    if (length < 2) continue;
    const inside: FBlock = { id: nextId(program), fn: loop.fn, instrs: [], term: loop.term };
    inside.instrs = loop.instrs.splice(-length - 1);
    loop.term = { kind: 'jump', to: inside };
    const rest = before.instrs.filter(ins => ins !== start);
    before.instrs = [...rest.slice(0, rest.length - length), { ...start, k: start.k + 1 }];
    before.term = { kind: 'jump', to: inside };
    program.blocks.push(inside);
    note(loop.fn, start.at, length - 1);
  }
}

/** The instruction that counts a loop of one block down to zero. */
function counterOf(loop: FBlock): Instr | undefined {
  const { instrs, term } = loop;
  const last = instrs[instrs.length - 1];
  const again = term.kind === 'flag' && term.flag === Z && term.else === loop && term.then !== loop;
  return again && last?.op === 'dec' && !isSkip(instrs[instrs.length - 2]) ? last : undefined;
}

/** How many instructions in front of the counting are those in front of the loop, which have nothing to do with the counter. */
function sharedLength(before: Instr[], loop: Instr[], start: Instr, count: Instr): number {
  const a = before.filter(ins => ins !== start);
  const b = loop.slice(0, -1);
  const touches = ({ d, r, callee, op, scratch }: Instr) =>
    d === count.d || r === count.d || scratch.includes(count.d) || callee || op === 'delay' || op === 'mark';
  const at = (code: Instr[], i: number) => code[code.length - 1 - i];
  let length = 0;
  while (length < Math.min(a.length, b.length) && keyOf(at(a, length)) === keyOf(at(b, length))) {
    if (touches(at(a, length))) break;
    length++;
  }
  // the counter must be set in front of or behind what moves, and what a skip decides about stays behind it
  while (length > 0 && (isSkip(at(a, length)) || isSkip(at(b, length)))) length--;
  const position = before.indexOf(start);
  const skipped = isSkip(before[position - 1]);
  const readLater = before.slice(position + 1, before.length - length).some(ins => touches(ins));
  return skipped || readLater ? 0 : length;
}
