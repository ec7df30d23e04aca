/** A register that nobody needs holds zero for all. */

import type { FBlock, FProgram } from '../finish.ts';
import { liveRegisters } from '../live-registers.ts';
import { type Instr, instr, SHAPES } from '../mir.ts';
import { isConstant, isSkip, type Note, type Rule, timedBlocks } from './graph.ts';

export const zeroRule: Rule = { name: 'register that is always zero', apply: useZero };

const Z = 1;

/** A word that a register with zero in it saves. */
interface Place {
  block: FBlock;
  at: number;
  /** Puts the register to use. */
  take: (zero: number) => void;
}

function useZero(program: FProgram, note: Note): void {
  const start = program.entryOf.get(program.main)!;
  // the registers that are cleared in a loop are cleared behind the first block
  const later = program.blocks.filter(block => program.cleared === 0 || block !== start);
  const places = later.flatMap(block => [...skips(block), ...constants(program, block)]);
  const zero = program.zero ?? unusedRegister(program);
  if (zero === undefined) return;
  const known = program.zero !== undefined || zero <= program.cleared;
  if (places.length <= (known ? 0 : 1)) return;
  if (!known) {
    if (timedBlocks(program).has(start)) return;
    start.instrs.unshift(instr('clr', program.main.at, { d: zero }));
    note(program.main, program.main.at, -1);
  }
  program.zero = zero;
  for (const { block, at, take } of places) {
    take(zero);
    note(block.fn, at, 1);
  }
}

/** A register that no instruction names; one that is cleared in the loop at the beginning comes first. */
function unusedRegister(program: FProgram): number | undefined {
  const used = new Set<number>();
  for (const { instrs, term } of program.blocks) {
    for (const { d, r, scratch } of instrs) for (const reg of [d, r, ...scratch]) used.add(reg);
    if (term.kind === 'skip') used.add(term.ifSet.d);
  }
  // R30 and R31 count and clear at the beginning, and R0 is not reached
  return Array.from({ length: 29 }, (_, i) => i + 1).find(reg => !used.has(reg));
}

/** TST and a branch over one instruction: CPSE compares with zero and skips in one word. */
function skips(block: FBlock): Place[] {
  return block.instrs.flatMap((ins, i) => {
    const next = block.instrs[i + 1];
    if (ins.op !== 'tst' || next?.op !== 'brbs' || next.b !== Z || isSkip(block.instrs[i - 1])) return [];
    const take = (zero: number) => {
      const both = block.instrs.indexOf(ins);
      block.instrs.splice(both, 2, instr('cpse', ins.at, { d: ins.d, r: zero }));
    };
    return [{ block, at: ins.at, take }];
  });
}

/** A zero that is only loaded to be read where any register may stand. */
function constants(program: FProgram, block: FBlock): Place[] {
  return block.instrs.flatMap((ins, i) => {
    if (!isConstant(ins) || ins.k !== 0 || isSkip(block.instrs[i - 1])) return [];
    if (ins.d === program.zero) return [];
    const readers = readersOf(program, block, i);
    if (!readers) return [];
    const take = (zero: number) => {
      for (const reader of readers) {
        if (reader.r === ins.d) reader.r = zero;
        else reader.d = zero;
      }
      block.instrs.splice(block.instrs.indexOf(ins), 1);
    };
    return [{ block, at: ins.at, take }];
  });
}

/** Who reads the register that instruction `index` sets, when all of them could read another and nobody else does. */
function readersOf(program: FProgram, block: FBlock, index: number): Instr[] | undefined {
  const { instrs, term } = block;
  const reg = instrs[index].d;
  const readers: Instr[] = [];
  for (let i = index + 1; i < instrs.length; i++) {
    const ins = instrs[i];
    if (ins.callee || isSkip(ins) || ins.op === 'mark' || ins.op === 'delay') return undefined;
    const writes = ins.d === reg && SHAPES[ins.op]?.writesD;
    const readsD = ins.d === reg && (SHAPES[ins.op]?.readsD || !SHAPES[ins.op]?.writesD);
    if (readsD && ins.op !== 'out') return undefined;
    if (ins.r === reg && ins.op !== 'mov') readers.push(ins);
    else if (ins.r === reg) return undefined;
    else if (readsD) readers.push(ins);
    if (writes) return readers.length > 0 ? readers : undefined;
  }
  if (term.kind === 'skip' && term.ifSet.d === reg) return undefined;
  if (readers.length === 0) return undefined;
  return (liveRegisters(program).atEnd(block) & (1 << reg)) === 0 ? readers : undefined;
}
