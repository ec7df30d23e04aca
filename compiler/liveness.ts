/**
 * Which registers hold a value that is still needed, over the whole program.
 *
 * There is no stack for data, so a caller's values simply stay in their registers
 * while a callee runs, and a callee must keep its hands off them. Globals live in
 * registers too; their lives cross calls and returns and are followed exactly
 * enough that a global may share its register with a value that becomes it.
 */

import { type GlobalUse, globalUses } from './global-use.ts';
import {
  defs,
  type Instr,
  type MBlock,
  type MFn,
  type MProgram,
  mSuccessors,
  SHAPES,
  testUses,
  uses,
} from './mir.ts';
import { RegSet, regSet } from './reg-set.ts';

export class Liveness {
  /** Live registers at the end of each block, before its test reads. */
  private readonly out = new Map<MBlock, RegSet>();
  private readonly in = new Map<MBlock, RegSet>();
  /** Globals that are live when a function returns. */
  private readonly exits = new Map<MFn, RegSet>();
  private readonly touched: Map<MFn, GlobalUse>;
  /** Values of callers that must survive a function. */
  private readonly through = new Map<MFn, RegSet>();
  private readonly globals: RegSet;
  /** Globals that an interrupt handler shares with the rest: live everywhere. */
  private readonly always: RegSet;
  private readonly interrupted: boolean;

  constructor(private readonly program: MProgram) {
    const { regs } = program;
    this.globals = regSet(regs, program.globals);
    this.always = new RegSet(regs);
    this.interrupted = program.fns.some(({ vector }) => vector !== undefined);
    this.touched = globalUses(program);
    for (const fn of program.fns) {
      this.exits.set(fn, new RegSet(regs));
      this.through.set(fn, new RegSet(regs));
      for (const block of fn.blocks) {
        this.out.set(block, new RegSet(regs));
        this.in.set(block, new RegSet(regs));
      }
    }
    this.findShared();
    while (program.fns.map(fn => this.solve(fn)).includes(true)) {
      // until nothing grows
    }
    while (program.fns.map(fn => this.spreadThrough(fn)).includes(true)) {
      // until nothing grows
    }
  }

  /** Values that live across every call of `fn`. */
  survivors(fn: MFn): RegSet {
    return this.through.get(fn)!;
  }

  /** Values that are needed where a block begins. */
  entering(block: MBlock): RegSet {
    return this.in.get(block)!;
  }

  /** Walks a block backwards; `visit` sees each instruction with the set that is live after it, and must not keep it. */
  walk(fn: MFn, block: MBlock, visit: (ins: Instr, liveAfter: RegSet) => void): RegSet {
    const live = this.out.get(block)!.copy();
    if (block.term.kind === 'test') for (const reg of testUses(block.term.test)) live.add(reg);
    if (block.term.kind === 'return') {
      for (const reg of fn.result) if (reg !== undefined) live.add(reg);
      live.addAll(this.exits.get(fn)!);
      live.addAll(this.always);
    }
    for (let i = block.instrs.length - 1; i >= 0; i--) {
      const ins = block.instrs[i];
      visit(ins, live);
      this.before(ins, live);
      // a handler may read it between two writes
      if (this.interrupted) live.addAll(this.always);
    }
    return live;
  }

  /** Turns what is live after an instruction into what is live before it. */
  private before(ins: Instr, live: RegSet): void {
    const { callee, d, r, op } = ins;
    if (!callee && ins.scratch.length === 0) {
      // nearly all instructions: no list need be made
      const { writesD, readsD } = SHAPES[op];
      if (d >= 0 && writesD) live.delete(d);
      if (d >= 0 && readsD) live.add(d);
      if (r >= 0) live.add(r);
      return;
    }
    for (const reg of defs(ins)) live.delete(reg);
    if (callee) {
      const { exposed, sure } = this.touched.get(callee)!;
      live.deleteAll(sure);
      live.addAll(exposed);
    }
    for (const reg of uses(ins)) live.add(reg);
  }

  private findShared(): void {
    for (const fn of this.program.fns) {
      if (fn.vector === undefined) continue;
      const { reads, writes } = this.touched.get(fn)!;
      this.always.addAll(reads);
      this.always.addAll(writes);
    }
  }

  private solve(fn: MFn): boolean {
    let grown = false;
    for (let i = fn.blocks.length - 1; i >= 0; i--) {
      const block = fn.blocks[i];
      const out = this.out.get(block)!;
      for (const next of mSuccessors(block)) grown = out.addAll(this.in.get(next)!) || grown;
      grown = out.addAll(this.always) || grown;
      const live = this.walk(fn, block, (ins, after) => {
        if (!ins.callee) return;
        const needed = after.copy();
        needed.keepAll(this.globals);
        grown = this.exits.get(ins.callee)!.addAll(needed) || grown;
      });
      grown = this.in.get(block)!.addAll(live) || grown;
    }
    return grown;
  }

  private spreadThrough(fn: MFn): boolean {
    let grown = false;
    for (const block of fn.blocks) {
      if (!block.instrs.some(({ callee }) => callee)) continue;
      this.walk(fn, block, (ins, after) => {
        if (ins.callee) grown = this.passDown(fn, ins.callee, after) || grown;
      });
    }
    return grown;
  }

  private passDown(caller: MFn, callee: MFn, after: RegSet): boolean {
    const { writes } = this.touched.get(callee)!;
    const here = after.copy();
    for (const reg of callee.result) if (reg !== undefined) here.delete(reg);
    here.addAll(this.through.get(caller)!);
    here.deleteAll(writes);
    return this.through.get(callee)!.addAll(here);
  }
}

/**
 * Removes computations whose result nobody reads; a low byte that still carries
 * into the next one stays. Answers whether anything went.
 */
export function dropDeadCode(program: MProgram): boolean {
  const liveness = new Liveness(program);
  let changed = false;
  for (const fn of program.fns) {
    for (const block of fn.blocks) {
      const dead = new Set<Instr>();
      let carryNeeded = false;
      let zeroNeeded = block.term.kind === 'test' && block.term.test.kind === 'zero';
      liveness.walk(fn, block, (ins, after) => {
        const { pure, usesCarry, setsCarry, setsZ } = SHAPES[ins.op];
        const flagRead = (setsCarry && carryNeeded) || ((setsZ || usesCarry) && zeroNeeded);
        if (pure && !after.has(ins.d) && !flagRead) {
          dead.add(ins);
          return;
        }
        if (setsCarry) carryNeeded = usesCarry;
        if (setsZ) zeroNeeded = false;
      });
      if (dead.size === 0) continue;
      block.instrs = block.instrs.filter(ins => !dead.has(ins));
      changed = true;
    }
  }
  return changed;
}
