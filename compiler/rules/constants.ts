/** Values that a register holds already are not loaded again. */

import { type FBlock, type FProgram, fSuccessors, reachableFrom } from '../finish.ts';
import { type Instr, type MFn, SHAPES } from '../mir.ts';
import { countEntries, isConstant, isSkip, type Note, type Rule } from './graph.ts';

export const constantRule: Rule = { name: 'value already in the register', apply: reuseConstants };

/** What a register holds: a number, or the value that a register got at some write. */
type Held = string;

/** LDI or MOV of what the register holds already. Knowledge flows into a block from its only predecessor. */
function reuseConstants(program: FProgram, note: Note): void {
  const entries = countEntries(program);
  const preds = new Map<FBlock, FBlock>();
  for (const block of program.blocks) for (const next of fSuccessors(block)) preds.set(next, block);
  const atEnd = new Map<FBlock, Map<number, Held>>();
  const changed = clobbers(program);
  // a handler may write to these at any time
  const unsure = new Set(program.vectors.flatMap(({ fn }) => [...changed(fn)]));
  let writes = 0;
  for (const block of program.blocks) {
    const pred = entries.get(block) === 1 ? preds.get(block) : undefined;
    const known = new Map(pred && atEnd.get(pred));
    const held = (reg: number): Held => {
      if (!known.has(reg) || unsure.has(reg)) known.set(reg, `v${++writes}`);
      return known.get(reg)!;
    };
    block.instrs = block.instrs.filter((ins, i) => {
      const perhaps = isSkip(block.instrs[i - 1]);
      const value = isConstant(ins) ? `#${ins.k}` : ins.op === 'mov' ? held(ins.r) : undefined;
      const sure = !perhaps && !unsure.has(ins.d);
      const again = value !== undefined && known.get(ins.d) === value && sure;
      if (again) note(block.fn, ins.at, 1);
      else learn(known, ins, perhaps ? undefined : value, changed);
      return !again;
    });
    atEnd.set(block, known);
  }
}

/** Forgets what an instruction changes, and keeps the new value where it is known. */
function learn(
  known: Map<number, Held>,
  ins: Instr,
  value: Held | undefined,
  changed: (fn: MFn) => Set<number>,
): void {
  if (ins.callee) for (const reg of changed(ins.callee)) known.delete(reg);
  for (const reg of ins.scratch) known.delete(reg);
  if (ins.d < 0 || !SHAPES[ins.op]?.writesD) return;
  known.delete(ins.d);
  if (value !== undefined) known.set(ins.d, value);
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
