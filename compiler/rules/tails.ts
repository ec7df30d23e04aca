/** Blocks that end alike share the end. */

import type { FBlock, FProgram, FTerm } from '../finish.ts';
import type { Instr } from '../mir.ts';
import { countEntries, isSkip, keyOf, type Note, nextId, type Rule, timedBlocks } from './graph.ts';

export const tailRule: Rule = { name: 'shared tail', apply: shareTails };

function endKey(term: FTerm): string | undefined {
  if (term.kind === 'jump') return `jump ${term.to.id}`;
  return term.kind === 'return' ? `return ${term.interrupt}` : undefined;
}

/** Two blocks that end alike share the end. The best pair first. */
function shareTails(program: FProgram, note: Note): void {
  for (let best = bestTail(program); best; best = bestTail(program)) {
    share(program, best.a, best.b, best.length);
    note(best.b.fn, best.a.instrs[best.a.instrs.length - 1]?.at ?? best.b.fn.at, best.gain);
  }
}

interface Tail {
  a: FBlock;
  b: FBlock;
  length: number;
  gain: number;
}

function bestTail(program: FProgram): Tail | undefined {
  const groups = new Map<string, FBlock[]>();
  const timed = timedBlocks(program);
  const skipped = skippable(program);
  for (const block of program.blocks) {
    if (timed.has(block) || skipped.has(block)) continue;
    const key = endKey(block.term);
    if (!key) continue;
    groups.set(key, [...(groups.get(key) ?? []), block]);
  }
  let best: Tail | undefined;
  for (const group of groups.values()) {
    for (let i = 0; i < group.length; i++) {
      for (let j = i + 1; j < group.length; j++) {
        const tail = commonTail(group[i], group[j]);
        if (tail && tail.gain > (best?.gain ?? 0)) best = tail;
      }
    }
  }
  return best;
}

/** Single instructions around which a branch leads: they become the instruction behind a skip, and the two blocks one. */
function skippable(program: FProgram): Set<FBlock> {
  const entries = countEntries(program);
  const found = new Set<FBlock>();
  for (const { term } of program.blocks) {
    if (term.kind !== 'flag' && term.kind !== 'skip') continue;
    for (const [way, other] of [
      [term.then, term.else],
      [term.else, term.then],
    ]) {
      const around = way.term.kind === 'jump' && way.term.to === other;
      if (around && way.instrs.length === 1 && entries.get(way) === 1) found.add(way);
    }
  }
  return found;
}

function commonTail(a: FBlock, b: FBlock): Tail | undefined {
  let length = 0;
  const at = (block: FBlock, i: number) => block.instrs[block.instrs.length - 1 - i];
  while (length < Math.min(a.instrs.length, b.instrs.length) && keyOf(at(a, length)) === keyOf(at(b, length)))
    length++;
  // a skip must stay in front of what it skips
  while (length > 0 && (isSkip(at(a, length)) || isSkip(at(b, length)))) length--;
  if (length === 0) return undefined;
  // the end stays where it stood in one of the two: only the other changes its jump
  return { a, b, length, gain: wordsOf(a.instrs.slice(-length)) };
}

const wordsOf = (code: Instr[]): number => code.reduce((sum, ins) => sum + (ins.op === 'delay' ? 4 : 1), 0);

function share(program: FProgram, a: FBlock, b: FBlock, length: number): void {
  const [long, short] = a.instrs.length > b.instrs.length ? [a, b] : [b, a];
  let tail = short;
  if (short.instrs.length !== length) {
    tail = { id: nextId(program), fn: short.fn, instrs: short.instrs.splice(-length), term: short.term };
    short.term = { kind: 'jump', to: tail };
    program.blocks.splice(program.blocks.indexOf(short) + 1, 0, tail);
  }
  long.instrs.splice(-length);
  long.term = { kind: 'jump', to: tail };
}
