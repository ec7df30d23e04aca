/**
 * Which of r0..r31 may still be read, on finished blocks. Sets are 32-bit masks.
 * At a return everything may be read by the caller, so everything counts as live.
 */

import { type FBlock, type FProgram, fSuccessors } from './finish.ts';
import { type Instr, type MFn, SHAPES } from './mir.ts';

const ALL = 0xffffffff;
const bit = (reg: number): number => (reg < 0 ? 0 : (1 << reg) >>> 0);

/** Instructions that only compare, skip or branch: they read and do not write. */
const READS_D: ReadonlySet<string> = new Set(['cp', 'cpc', 'cpi', 'cpse', 'tst', 'sbrc', 'sbrs']);

/** Live masks at the entry of every block. */
export function liveAtEntry(program: FProgram): Map<FBlock, number> {
  const exposed = exposedReads(program);
  return solve(program, ALL, fn => exposed.get(program.entryOf.get(fn)!) ?? ALL);
}

/** What a function reads before it writes it: the same analysis with nothing live at returns. */
function exposedReads(program: FProgram): Map<FBlock, number> {
  let known = new Map<FBlock, number>();
  for (;;) {
    const next = solve(program, 0, fn => known.get(program.entryOf.get(fn)!) ?? 0);
    if ([...next].every(([block, mask]) => known.get(block) === mask)) return next;
    known = next;
  }
}

function solve(program: FProgram, atReturn: number, readBy: (fn: MFn) => number): Map<FBlock, number> {
  const live = new Map<FBlock, number>(program.blocks.map(block => [block, 0]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of [...program.blocks].reverse()) {
      const next = before(block, live, atReturn, readBy);
      if (next === live.get(block)) continue;
      live.set(block, next);
      changed = true;
    }
  }
  return live;
}

function before(
  block: FBlock,
  live: Map<FBlock, number>,
  atReturn: number,
  readBy: (fn: MFn) => number,
): number {
  const { term } = block;
  let mask = term.kind === 'return' ? atReturn : 0;
  for (const next of fSuccessors(block)) mask = (mask | live.get(next)!) >>> 0;
  if (term.kind === 'skip') mask = (mask | bit(term.ifSet.d)) >>> 0;
  for (let i = block.instrs.length - 1; i >= 0; i--) {
    // what a skip may pass over does not end a life
    const sure = i === 0 || !isConditional(block.instrs[i - 1]);
    mask = step(block.instrs[i], mask, sure, readBy);
  }
  return mask;
}

const isConditional = ({ op }: Instr): boolean =>
  ['sbrc', 'sbrs', 'sbic', 'sbis', 'cpse', 'brbs', 'brbc'].includes(op);

function step(ins: Instr, after: number, sure: boolean, readBy: (fn: MFn) => number): number {
  if (ins.callee) return (after | readBy(ins.callee)) >>> 0;
  const shape = SHAPES[ins.op];
  let mask = after;
  if (shape?.writesD && sure) mask &= ~bit(ins.d);
  if (shape?.readsD || READS_D.has(ins.op)) mask |= bit(ins.d);
  return (mask | bit(ins.r)) >>> 0;
}
