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
  type Reg,
  SHAPES,
  testUses,
  uses,
} from './mir.ts';

export type RegSet = Set<Reg>;

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
  private readonly always: RegSet = new Set();
  private changed = true;

  constructor(private readonly program: MProgram) {
    this.globals = new Set(program.globals);
    this.touched = globalUses(program);
    for (const fn of program.fns) {
      this.exits.set(fn, new Set());
      this.through.set(fn, new Set());
      for (const block of fn.blocks) {
        this.out.set(block, new Set());
        this.in.set(block, new Set());
      }
    }
    this.findShared();
    while (this.changed) {
      this.changed = false;
      for (const fn of program.fns) this.solve(fn);
    }
    this.spreadThrough();
  }

  /** Values that live across every call of `fn`. */
  survivors(fn: MFn): RegSet {
    return this.through.get(fn)!;
  }

  /** Walks a block backwards; `visit` sees each instruction with the set that is live after it. */
  walk(fn: MFn, block: MBlock, visit: (ins: Instr, liveAfter: RegSet) => void): RegSet {
    const live = new Set(this.out.get(block));
    if (block.term.kind === 'test') for (const reg of testUses(block.term.test)) live.add(reg);
    if (block.term.kind === 'return') for (const reg of this.returned(fn)) live.add(reg);
    for (let i = block.instrs.length - 1; i >= 0; i--) {
      const ins = block.instrs[i];
      visit(ins, live);
      for (const reg of defs(ins)) live.delete(reg);
      if (ins.callee) {
        const { exposed, sure } = this.touched.get(ins.callee)!;
        for (const reg of sure) if (!this.always.has(reg)) live.delete(reg);
        for (const reg of exposed) live.add(reg);
      }
      for (const reg of uses(ins)) live.add(reg);
    }
    return live;
  }

  private returned(fn: MFn): Reg[] {
    return [...fn.result.filter(reg => reg !== undefined), ...this.exits.get(fn)!, ...this.always];
  }

  private findShared(): void {
    for (const fn of this.program.fns) {
      if (fn.vector === undefined) continue;
      const { reads, writes } = this.touched.get(fn)!;
      for (const reg of [...reads, ...writes]) this.always.add(reg);
    }
  }

  private solve(fn: MFn): void {
    for (const block of [...fn.blocks].reverse()) {
      const out = this.out.get(block)!;
      for (const next of mSuccessors(block)) for (const reg of this.in.get(next)!) this.grow(out, reg);
      for (const reg of this.always) this.grow(out, reg);
      const live = this.walk(fn, block, (ins, after) => {
        if (!ins.callee) return;
        for (const reg of after) if (this.globals.has(reg)) this.grow(this.exits.get(ins.callee)!, reg);
      });
      for (const reg of live) this.grow(this.in.get(block)!, reg);
    }
  }

  private grow(set: RegSet, reg: Reg): void {
    if (set.has(reg)) return;
    set.add(reg);
    this.changed = true;
  }

  private spreadThrough(): void {
    this.changed = true;
    while (this.changed) {
      this.changed = false;
      for (const fn of this.program.fns) {
        for (const block of fn.blocks) {
          this.walk(fn, block, (ins, after) => {
            if (ins.callee) this.passDown(fn, ins.callee, after);
          });
        }
      }
    }
  }

  private passDown(caller: MFn, callee: MFn, after: RegSet): void {
    const below = this.through.get(callee)!;
    const { writes } = this.touched.get(callee)!;
    for (const reg of after) {
      if (!callee.result.includes(reg) && !writes.has(reg)) this.grow(below, reg);
    }
    for (const reg of this.through.get(caller)!) if (!writes.has(reg)) this.grow(below, reg);
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
