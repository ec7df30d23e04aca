/** Constants that a register holds already are not loaded again. */

import { type FBlock, type FProgram, fSuccessors, reachableFrom } from '../finish.ts';
import { type Instr, type MFn, SHAPES } from '../mir.ts';
import { countEntries, isSkip, type Note, type Rule } from './graph.ts';

export const constantRule: Rule = { name: 'constant already in the register', apply: reuseConstants };

/** LDI of what the register holds already. Known contents flow into a block from its only predecessor. */
function reuseConstants(program: FProgram, note: Note): void {
  const entries = countEntries(program);
  const preds = new Map<FBlock, FBlock>();
  for (const block of program.blocks) for (const next of fSuccessors(block)) preds.set(next, block);
  const atEnd = new Map<FBlock, Map<number, number>>();
  const changed = clobbers(program);
  for (const block of program.blocks) {
    const pred = entries.get(block) === 1 ? preds.get(block) : undefined;
    const known = new Map(pred && atEnd.get(pred));
    block.instrs = block.instrs.filter((ins, i) => {
      const again = ins.op === 'ldi' && known.get(ins.d) === ins.k && !isSkip(block.instrs[i - 1]);
      if (again) note(block.fn, ins.at, 1);
      else learn(known, ins, isSkip(block.instrs[i - 1]), changed);
      return !again;
    });
    atEnd.set(block, known);
  }
}

function learn(
  known: Map<number, number>,
  ins: Instr,
  perhaps: boolean,
  changed: (fn: MFn) => Set<number>,
): void {
  if (ins.callee) for (const reg of changed(ins.callee)) known.delete(reg);
  for (const reg of ins.scratch) known.delete(reg);
  if (ins.d < 0 || !SHAPES[ins.op]?.writesD) return;
  const copy = ins.op === 'mov' ? known.get(ins.r) : ins.op === 'ldi' ? ins.k : undefined;
  known.delete(ins.d);
  if (copy !== undefined && !perhaps) known.set(ins.d, copy);
}

/** Registers that a function and all it calls may change. */
function clobbers(program: FProgram): (fn: MFn) => Set<number> {
  const known = new Map<MFn, Set<number>>();
  const of = (fn: MFn): Set<number> => {
    const done = known.get(fn);
    if (done) return done;
    const regs = new Set<number>();
    known.set(fn, regs);
    for (const block of reachableFrom([program.entryOf.get(fn)!])) {
      for (const ins of block.instrs) {
        if (ins.d >= 0 && SHAPES[ins.op]?.writesD) regs.add(ins.d);
        for (const reg of ins.scratch) regs.add(reg);
        if (ins.callee) for (const reg of of(ins.callee)) regs.add(reg);
      }
    }
    return regs;
  };
  return of;
}
