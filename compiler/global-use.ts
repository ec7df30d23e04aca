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

export interface GlobalUse {
  /** Read on some way. */
  reads: Set<Reg>;
  /** Written on some way. */
  writes: Set<Reg>;
  /** Read on some way before it is written. */
  exposed: Set<Reg>;
  /** Written on every way to a return. */
  sure: Set<Reg>;
}

/** The use of globals by every function of a program. There is no recursion. */
export function globalUses(program: MProgram): Map<MFn, GlobalUse> {
  const globals = new Set(program.globals);
  const known = new Map<MFn, GlobalUse>();
  const of = (fn: MFn): GlobalUse => {
    const done = known.get(fn);
    if (done) return done;
    for (const callee of callees(fn)) of(callee);
    const steps = new Map(fn.blocks.map(block => [block, stepsOf(block, globals, known)]));
    const found = { ...touched(steps), exposed: exposedReads(fn, steps), sure: surelyWritten(fn, steps) };
    known.set(fn, found);
    return found;
  };
  program.fns.forEach(of);
  return known;
}

/** One instruction or call, as far as globals are concerned. */
type Step = GlobalUse;
type Steps = Map<MBlock, Step[]>;

function stepsOf({ instrs, term }: MBlock, globals: Set<Reg>, known: Map<MFn, GlobalUse>): Step[] {
  const only = (regs: Reg[]) => new Set(regs.filter(reg => globals.has(reg)));
  const simple = (read: Set<Reg>, written: Set<Reg>): Step => ({
    reads: read,
    writes: written,
    exposed: read,
    sure: written,
  });
  const steps = instrs.flatMap(ins => {
    const own = simple(only(uses(ins)), only(defs(ins)));
    const called = ins.callee && known.get(ins.callee);
    return called ? [simple(own.reads, new Set()), called, simple(new Set(), own.writes)] : [own];
  });
  if (term.kind === 'test') steps.push(simple(only(testUses(term.test)), new Set()));
  return steps.filter(({ reads, writes }) => reads.size + writes.size > 0);
}

function touched(steps: Steps): Pick<GlobalUse, 'reads' | 'writes'> {
  const all = [...steps.values()].flat();
  return {
    reads: new Set(all.flatMap(step => [...step.reads])),
    writes: new Set(all.flatMap(step => [...step.writes])),
  };
}

function exposedReads(fn: MFn, steps: Steps): Set<Reg> {
  const before = new Map<MBlock, Set<Reg>>(fn.blocks.map(block => [block, new Set()]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of [...fn.blocks].reverse()) {
      const live = new Set(mSuccessors(block).flatMap(next => [...(before.get(next) ?? [])]));
      for (const { exposed, sure } of [...steps.get(block)!].reverse()) {
        for (const reg of sure) live.delete(reg);
        for (const reg of exposed) live.add(reg);
      }
      if (live.size === before.get(block)!.size) continue;
      before.set(block, live);
      changed = true;
    }
  }
  return before.get(fn.blocks[0])!;
}

function surelyWritten(fn: MFn, steps: Steps): Set<Reg> {
  // undefined: not reached yet, everything is written
  const before = new Map<MBlock, Set<Reg> | undefined>([[fn.blocks[0], new Set()]]);
  let atReturn: Set<Reg> | undefined;
  const meet = (a: Set<Reg> | undefined, b: Set<Reg>) => (a ? new Set([...a].filter(reg => b.has(reg))) : b);
  for (let changed = true; changed; ) {
    changed = false;
    atReturn = undefined;
    for (const block of fn.blocks) {
      const start = before.get(block);
      if (!start) continue;
      const written = new Set([start, ...steps.get(block)!.map(({ sure }) => sure)].flatMap(set => [...set]));
      if (block.term.kind === 'return') atReturn = meet(atReturn, written);
      for (const next of mSuccessors(block)) {
        const met = meet(before.get(next), written);
        if (before.get(next)?.size === met.size) continue;
        before.set(next, met);
        changed = true;
      }
    }
  }
  return atReturn ?? new Set();
}
