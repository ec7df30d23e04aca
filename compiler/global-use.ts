/** What each function, with all it calls, does to the registers of globals: for liveness across calls. */

import {
  callees,
  defs,
  type MBlock,
  type MFn,
  type MProgram,
  mSuccessors,
  type Reg,
  testUses,
  uses,
} from './mir.ts';
import { RegSet, regSet } from './reg-set.ts';

export interface GlobalUse {
  /** Read on some way. */
  reads: RegSet;
  /** Written on some way. */
  writes: RegSet;
  /** Read on some way before it is written. */
  exposed: RegSet;
  /** Written on every way to a return. */
  sure: RegSet;
}

/** The use of globals by every function of a program. There is no recursion. */
export function globalUses({ fns, globals, regs }: MProgram): Map<MFn, GlobalUse> {
  const all = regSet(regs, globals);
  const known = new Map<MFn, GlobalUse>();
  const of = (fn: MFn): GlobalUse => {
    const done = known.get(fn);
    if (done) return done;
    for (const callee of callees(fn)) of(callee);
    const blocks = new Map(fn.blocks.map(block => [block, useOf(fn, block, all, regs, known)]));
    const found: GlobalUse = {
      reads: union(regs, blocks, 'reads'),
      writes: union(regs, blocks, 'writes'),
      exposed: exposedReads(fn, blocks, regs),
      sure: surelyWritten(fn, blocks, all, regs),
    };
    known.set(fn, found);
    return found;
  };
  fns.forEach(of);
  return known;
}

type BlockUses = Map<MBlock, GlobalUse>;

function union(size: number, blocks: BlockUses, what: 'reads' | 'writes'): RegSet {
  const all = new RegSet(size);
  for (const use of blocks.values()) all.addAll(use[what]);
  return all;
}

/** A block from its beginning to its end. */
function useOf(fn: MFn, block: MBlock, globals: RegSet, size: number, known: Map<MFn, GlobalUse>): GlobalUse {
  const [reads, writes, exposed, sure] = [0, 1, 2, 3].map(() => new RegSet(size));
  const read = (reg: Reg) => {
    if (!globals.has(reg)) return;
    reads.add(reg);
    exposed.add(reg);
  };
  const write = (reg: Reg) => {
    if (!globals.has(reg)) return;
    writes.add(reg);
    sure.add(reg);
    exposed.delete(reg);
  };
  if (block.term.kind === 'test') testUses(block.term.test).forEach(read);
  // a result that became one with a global is read by whoever called
  if (block.term.kind === 'return') for (const reg of fn.result) if (reg !== undefined) read(reg);
  for (let i = block.instrs.length - 1; i >= 0; i--) {
    const ins = block.instrs[i];
    defs(ins).forEach(write);
    const called = ins.callee && known.get(ins.callee);
    if (called) {
      reads.addAll(called.reads);
      writes.addAll(called.writes);
      sure.addAll(called.sure);
      exposed.deleteAll(called.sure);
      exposed.addAll(called.exposed);
    }
    uses(ins).forEach(read);
  }
  return { reads, writes, exposed, sure };
}

function exposedReads(fn: MFn, blocks: BlockUses, size: number): RegSet {
  const before = new Map(fn.blocks.map(block => [block, new RegSet(size)]));
  for (let grown = true; grown; ) {
    grown = false;
    for (let i = fn.blocks.length - 1; i >= 0; i--) {
      const block = fn.blocks[i];
      const { exposed, sure } = blocks.get(block)!;
      const live = new RegSet(size);
      for (const next of mSuccessors(block)) live.addAll(before.get(next)!);
      live.deleteAll(sure);
      live.addAll(exposed);
      grown = before.get(block)!.addAll(live) || grown;
    }
  }
  return before.get(fn.blocks[0])!;
}

function surelyWritten(fn: MFn, blocks: BlockUses, globals: RegSet, size: number): RegSet {
  // what was not reached yet would not take anything away
  const before = new Map(fn.blocks.map((block, i) => [block, i === 0 ? new RegSet(size) : globals.copy()]));
  for (let changed = true; changed; ) {
    changed = false;
    const atReturn = globals.copy();
    for (const block of fn.blocks) {
      const written = before.get(block)!.copy();
      written.addAll(blocks.get(block)!.sure);
      if (block.term.kind === 'return') atReturn.keepAll(written);
      for (const next of mSuccessors(block)) {
        const met = before.get(next)!;
        const old = met.copy();
        met.keepAll(written);
        changed = changed || !old.equals(met);
      }
    }
    if (!changed) return atReturn;
  }
  throw new Error('unreachable');
}
