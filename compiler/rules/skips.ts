/** Branches around little become skips, or are not needed at all. */

import type { FBlock, FProgram } from '../finish.ts';
import { type Live, liveRegisters, readByHandlers } from '../live-registers.ts';
import { type Instr, instr, SHAPES } from '../mir.ts';
import { countEntries, isConstant, isSkip, type Note, type Rule } from './graph.ts';

export const skipRules: readonly Rule[] = [
  { name: 'choose before the test', apply: hoistChoice },
  { name: 'skip over one instruction', apply: skipOverOne },
  { name: 'set before the test', apply: setEarly },
  { name: 'two skips for two ways', apply: skipBoth },
];

/** The single instruction of a block that does nothing else, when it is one word. */
function single(block: FBlock): Instr | undefined {
  const [only] = block.instrs;
  return block.instrs.length === 1 && only.op !== 'delay' && only.op !== 'mark' && !isSkip(only)
    ? only
    : undefined;
}

/** if (test) one instruction: the skip takes the place of a branch and its block. */
function skipOverOne(program: FProgram, note: Note): void {
  const entries = countEntries(program);
  for (const block of program.blocks) {
    const { term } = block;
    if (term.kind !== 'skip' && term.kind !== 'flag') continue;
    for (const way of [term.then, term.else]) {
      const other = way === term.then ? term.else : term.then;
      const body = single(way);
      if (!body || entries.get(way) !== 1 || way.term.kind !== 'jump' || way.term.to !== other) continue;
      const before = block.instrs.length;
      block.instrs.push(skipUnless(block, way === term.then), body);
      block.term = { kind: 'jump', to: other };
      note(block.fn, term.at, before + 3 - block.instrs.length);
      break;
    }
  }
}

/** The instruction that skips the next one unless the test goes the given way. */
function skipUnless(block: FBlock, then: boolean): Instr {
  const { term } = block;
  if (term.kind === 'skip') return then ? term.ifClear : term.ifSet;
  if (term.kind !== 'flag') throw new Error('nothing to skip on');
  const last = block.instrs[block.instrs.length - 1];
  // equal registers: CPSE compares and skips in one word
  if (!then && term.flag === 1 && last?.op === 'cp') {
    block.instrs.pop();
    return { ...last, op: 'cpse' };
  }
  // only one bit can be set: SBRC and SBRS ask for it and skip in one word
  if (term.flag === 1 && last?.op === 'tst' && last.k === 1) {
    block.instrs.pop();
    return { ...last, op: then ? 'sbrs' : 'sbrc', k: 0 };
  }
  return instr(then ? 'brbc' : 'brbs', term.at, { b: term.flag, k: 1 });
}

/**
 * One way only sets registers and jumps on, and the other way does not read them: set
 * them before the test, and the branch itself is the jump.
 */
function setEarly(program: FProgram, note: Note): void {
  const entries = countEntries(program);
  let live: Live | undefined;
  for (const block of program.blocks) {
    const { term } = block;
    if (term.kind !== 'flag' && term.kind !== 'skip') continue;
    for (const way of [term.then, term.else]) {
      const other = way === term.then ? term.else : term.then;
      if (entries.get(way) !== 1 || way.term.kind !== 'jump' || way.instrs.length !== 1) continue;
      const [ins] = way.instrs;
      const to = way.term.to;
      if (!mayStandBeforeTest(block, ins) || to === other || to === way) continue;
      live ??= liveRegisters(program);
      // the far side of a long jump would need it back
      if ((live.atEntry(other) & (1 << ins.d)) !== 0) continue;
      insertBeforeTest(block, ins);
      way.instrs = [];
      live = undefined;
      note(block.fn, term.at, 1);
      break;
    }
  }
}

/** Both ways set one register: set it the one way first, then skip over the other. */
function hoistChoice(program: FProgram, note: Note): void {
  const entries = countEntries(program);
  // a handler would see the value that is only there for a moment
  const seen = readByHandlers(program);
  for (const block of program.blocks) {
    const found = diamond(block, entries);
    if (!found) continue;
    const { then, otherwise, join } = found;
    if (!sets(then) || then.d !== otherwise.d || then.r === then.d) continue;
    if (!mayStandBeforeTest(block, otherwise) || (seen & (1 << otherwise.d)) !== 0) continue;
    insertBeforeTest(block, otherwise);
    block.instrs.push(skipUnless(block, true), then);
    block.term = { kind: 'jump', to: join };
    note(block.fn, then.at, 1);
  }
}

function diamond(
  block: FBlock,
  entries: Map<FBlock, number>,
): { then: Instr; otherwise: Instr; join: FBlock } | undefined {
  const { term } = block;
  if (term.kind !== 'skip' && term.kind !== 'flag') return undefined;
  const [then, otherwise] = [single(term.then), single(term.else)];
  const [a, b] = [term.then.term, term.else.term];
  if (!then || !otherwise || a.kind !== 'jump' || b.kind !== 'jump' || a.to !== b.to) return undefined;
  return entries.get(term.then) === 1 && entries.get(term.else) === 1
    ? { then, otherwise, join: a.to }
    : undefined;
}

const COMPARES: ReadonlySet<string> = new Set(['cp', 'cpi', 'cpc', 'tst']);

/** Whether the test at the end of a block, or the comparison for it, reads a register. */
function readByTest(block: FBlock, reg: number): boolean {
  if (block.term.kind === 'skip' && block.term.ifSet.d === reg) return true;
  const { instrs } = block;
  for (let i = instrs.length - 1; i >= 0 && COMPARES.has(instrs[i].op); i--) {
    if (instrs[i].d === reg || instrs[i].r === reg) return true;
  }
  return false;
}

/** Only gives a register a value. */
const sets = (ins: Instr): boolean => isConstant(ins) || (ins.op === 'mov' && ins.r !== ins.d);

/** Whether setting a register changes nothing about the test: neither what it reads nor, by CLR, the flag that it finds. */
function mayStandBeforeTest(block: FBlock, ins: Instr): boolean {
  if (!sets(ins) || readByTest(block, ins.d)) return false;
  const compared =
    block.term.kind !== 'flag' || COMPARES.has(block.instrs[block.instrs.length - 1]?.op ?? '');
  return compared || ins.op !== 'clr';
}

function insertBeforeTest(block: FBlock, ins: Instr): void {
  let i = block.instrs.length;
  while (i > 0 && COMPARES.has(block.instrs[i - 1].op)) i--;
  block.instrs.splice(i, 0, ins);
}

/** if (bit) x else y, one instruction each: skip, y, skip, x. The bit is in a register that neither changes. */
function skipBoth(program: FProgram, note: Note): void {
  const entries = countEntries(program);
  for (const block of program.blocks) {
    const found = diamond(block, entries);
    const { term } = block;
    if (!found || term.kind !== 'skip' || term.ifSet.op !== 'sbrs') continue;
    const { then, otherwise, join } = found;
    if (otherwise.callee || (otherwise.d === term.ifSet.d && SHAPES[otherwise.op].writesD)) continue;
    block.instrs.push(term.ifSet, otherwise, { ...term.ifClear }, then);
    block.term = { kind: 'jump', to: join };
    note(block.fn, term.at, 1);
  }
}
