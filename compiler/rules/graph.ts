/** What all rules share: the graph of finished blocks kept small, and questions about it. */

import { type FBlock, type FProgram, type FTerm, fSuccessors, reachableFrom } from '../finish.ts';
import type { Instr, MFn } from '../mir.ts';

/** A change that a rule made: where, and how many words it saved. */
export type Note = (fn: MFn, at: number, words: number) => void;

export interface Rule {
  name: string;
  apply: (program: FProgram, note: Note) => void;
}

const SKIPS: ReadonlySet<string> = new Set(['sbrc', 'sbrs', 'sbic', 'sbis', 'cpse', 'brbs', 'brbc']);
export const isSkip = (ins: Instr | undefined): boolean => ins !== undefined && SKIPS.has(ins.op);

/** Puts a known number into a register. CLR changes flags, LDI does not; CLR's `k` is 0. */
export const isConstant = ({ op }: Instr): boolean => op === 'ldi' || op === 'clr';

/** Instructions with equal keys are the same instruction. */
export const keyOf = ({ op, d, r, k, b, callee, scratch }: Instr): string =>
  `${op} ${d} ${r} ${k} ${b} ${callee?.name ?? ''} ${callee?.at ?? ''} ${scratch.join(',')}`;

/** Whether a function begins where no block ends that only goes on to it: code that goes on to it can stand there. */
export function isFreeInFront(program: FProgram, fn: MFn): boolean {
  const entry = program.entryOf.get(fn)!;
  return !program.blocks.some(({ term }) => term.kind === 'jump' && term.to === entry);
}

/** A number that no block has yet. */
export const nextId = (program: FProgram): number => Math.max(...program.blocks.map(block => block.id)) + 1;

/** Passes over empty blocks, joins chains, drops what cannot be reached. */
export function clean(program: FProgram): void {
  for (let changed = true; changed; ) {
    changed = passEmpty(program);
    for (const block of program.blocks) changed = jumpInsteadOfCall(block, program.entryOf) || changed;
    dropUnreachable(program);
    changed = joinChains(program) || changed;
  }
}

function mapTerm(term: FTerm, change: (to: FBlock) => FBlock): FTerm {
  if (term.kind === 'return') return term;
  if (term.kind === 'jump') return { kind: 'jump', to: change(term.to) };
  const [then, otherwise] = [change(term.then), change(term.else)];
  // a pin is read even when both ways are one
  const decided = then === otherwise && !(term.kind === 'skip' && term.ifSet.op === 'sbis');
  return decided ? { kind: 'jump', to: then } : { ...term, then, else: otherwise };
}

function passEmpty(program: FProgram): boolean {
  const onward = (block: FBlock): FBlock => {
    const seen = new Set<FBlock>();
    let to = block;
    while (to.instrs.length === 0 && to.term.kind === 'jump' && !seen.has(to)) {
      seen.add(to);
      to = to.term.to;
    }
    return to;
  };
  let changed = false;
  for (const block of program.blocks) {
    const before = fSuccessors(block);
    block.term = mapTerm(block.term, onward);
    if (block.term.kind === 'jump') block.term = returnAtOnce(block.term);
    const after = fSuccessors(block);
    changed = changed || before.length !== after.length || before.some((to, i) => to !== after[i]);
  }
  for (const [fn, entry] of program.entryOf) program.entryOf.set(fn, onward(entry));
  return changed;
}

/** rcall f, ret: f returns to whoever called us. */
function jumpInsteadOfCall(block: FBlock, entryOf: Map<MFn, FBlock>): boolean {
  const { instrs, term } = block;
  const last = instrs[instrs.length - 1];
  if (term.kind !== 'return' || term.interrupt || !last?.callee || isSkip(instrs[instrs.length - 2]))
    return false;
  instrs.pop();
  block.term = { kind: 'jump', to: entryOf.get(last.callee)! };
  return true;
}

/** A jump to nothing but a return is a return. */
function returnAtOnce(term: Extract<FTerm, { kind: 'jump' }>): FTerm {
  return term.to.instrs.length === 0 && term.to.term.kind === 'return' ? term.to.term : term;
}

/** All functions that something calls, main and the handlers among them. */
function liveEntries(program: FProgram): FBlock[] {
  const fns = new Set<MFn>([program.main, ...program.vectors.map(({ fn }) => fn)]);
  for (const fn of fns) {
    for (const block of reachableFrom([program.entryOf.get(fn)!])) {
      for (const ins of block.instrs) if (ins.callee) fns.add(ins.callee);
    }
  }
  return [...fns].map(fn => program.entryOf.get(fn)!);
}

function dropUnreachable(program: FProgram): void {
  const seen = reachableFrom(liveEntries(program));
  program.blocks = program.blocks.filter(block => seen.has(block));
}

/** Blocks that hold code of a timed region: nothing there may be replaced by a jump or a call. */
export function timedBlocks(program: FProgram): Set<FBlock> {
  const timed = new Set<FBlock>();
  for (const block of program.blocks) {
    if (block.instrs.some(({ op, b }) => op === 'mark' && b === 0)) markFrom(block, timed);
  }
  return timed;
}

function markFrom(block: FBlock, timed: Set<FBlock>): void {
  if (timed.has(block)) return;
  timed.add(block);
  const last = block.instrs.findLast(({ op }) => op === 'mark');
  // the region goes on behind the block unless its last mark is an end
  if (last && last.b === 1) return;
  for (const next of fSuccessors(block)) markFrom(next, timed);
}

/** How many ways lead into each block; a function that is called has one more. */
export function countEntries(program: FProgram): Map<FBlock, number> {
  const entries = new Map<FBlock, number>();
  const add = (block: FBlock) => entries.set(block, (entries.get(block) ?? 0) + 1);
  liveEntries(program).forEach(add);
  for (const block of program.blocks) fSuccessors(block).forEach(add);
  return entries;
}

function joinChains(program: FProgram): boolean {
  const entries = countEntries(program);
  const gone = new Set<FBlock>();
  for (const block of program.blocks) {
    if (gone.has(block)) continue;
    while (block.term.kind === 'jump') {
      const next: FBlock = block.term.to;
      if (next === block || entries.get(next) !== 1) break;
      block.instrs.push(...next.instrs);
      block.term = next.term;
      gone.add(next);
    }
  }
  program.blocks = program.blocks.filter(block => !gone.has(block));
  return gone.size > 0;
}
