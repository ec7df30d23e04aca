/** Registers that cannot both be in the same place, and the classes they need. */

import { Liveness } from './liveness.ts';
import {
  defs,
  type Instr,
  type MBlock,
  type MProgram,
  type Reg,
  SHAPES,
  type Test,
  testUses,
  uses,
} from './mir.ts';
import { RegSet } from './reg-set.ts';

/** A comparison with a constant is CPI, which needs r16..r31; a test for zero is not. */
export function needsCpi(test: Test): boolean {
  return (
    test.kind === 'compare' &&
    test.b[0] === undefined &&
    !(test.cc === 'eq' && test.k === 0 && test.a.length === 1)
  );
}

/** Zero comes to any register, by CLR, where nobody waits for the flag Z that CLR changes. */
export function mayClear({ instrs, term }: MBlock, ins: Instr): boolean {
  if (ins.op !== 'ldi' || ins.k !== 0) return false;
  if (term.kind !== 'test' || term.test.kind !== 'zero') return true;
  return instrs.slice(instrs.indexOf(ins) + 1).some(({ op }) => SHAPES[op].setsZ);
}

/** Registers of which some were made one. Everything is asked of the one that stands for its group. */
export class InterferenceGraph {
  readonly neighbours: RegSet[];
  /** Those that must be in r16..r31. */
  readonly high: RegSet;
  /** Those that are set to zero somewhere: in r16..r31 by LDI, which leaves the flags alone. */
  readonly zeroed: RegSet;
  /** Registers that stand for themselves or a group. */
  readonly roots: RegSet;
  private readonly parent: Reg[];

  constructor(program: MProgram) {
    const { regs } = program;
    this.neighbours = Array.from({ length: regs }, () => new RegSet(regs));
    this.high = new RegSet(regs);
    this.zeroed = new RegSet(regs);
    this.roots = new RegSet(regs);
    this.parent = Array.from({ length: regs }, (_, i) => i);
    const liveness = new Liveness(program);
    const interrupted = this.classify(program);
    for (const fn of program.fns) {
      // a handler may come at any time, so it disturbs nobody
      const survivors = fn.vector === undefined ? liveness.survivors(fn) : interrupted;
      for (const block of fn.blocks) {
        liveness.walk(fn, block, (ins, after) => this.addDefs(ins, after, survivors));
      }
    }
    this.neighbours.forEach((others, reg) => {
      others.delete(reg);
      others.forEach(other => void this.neighbours[other].add(reg));
    });
  }

  /** Marks used registers and those that need r16..r31; answers all registers of ordinary code. */
  private classify(program: MProgram): RegSet {
    const ordinary = new RegSet(program.regs);
    for (const fn of program.fns) {
      const use = (reg: Reg) => {
        this.roots.add(reg);
        if (fn.vector === undefined) ordinary.add(reg);
      };
      for (const block of fn.blocks) {
        for (const ins of block.instrs) {
          uses(ins).forEach(use);
          defs(ins).forEach(use);
          if (SHAPES[ins.op].high) (mayClear(block, ins) ? this.zeroed : this.high).add(ins.d);
          for (const reg of ins.scratch) this.high.add(reg);
        }
        if (block.term.kind !== 'test') continue;
        const { test } = block.term;
        testUses(test).forEach(use);
        if (test.kind === 'compare' && needsCpi(test)) this.high.add(test.a[0]);
      }
    }
    return ordinary;
  }

  private addDefs(ins: Instr, after: RegSet, survivors: RegSet): void {
    for (const reg of defs(ins)) {
      const others = this.neighbours[reg];
      // the source of a copy holds the same value: no conflict
      const source = ins.op === 'mov' && !others.has(ins.r) ? ins.r : -1;
      others.addAll(after);
      others.addAll(survivors);
      if (source >= 0) others.delete(source);
      for (const other of ins.scratch) others.add(other);
    }
  }

  /** The register that stands for a merged group; -1 stays -1. */
  find(reg: Reg): Reg {
    if (reg < 0) return reg;
    let root = reg;
    while (this.parent[root] !== root) root = this.parent[root];
    return root;
  }

  /** Makes `b` one with `a`; answers how to take it back. */
  merge(a: Reg, b: Reg): () => void {
    const before = {
      neighbours: this.neighbours[a].copy(),
      high: this.high.has(a),
      zeroed: this.zeroed.has(a),
    };
    const others = this.neighbours[b];
    others.forEach(reg => void this.neighbours[reg].delete(b));
    others.forEach(reg => void this.neighbours[reg].add(a));
    this.neighbours[a].addAll(others);
    if (this.high.has(b)) this.high.add(a);
    if (this.zeroed.has(b)) this.zeroed.add(a);
    this.parent[b] = a;
    this.roots.delete(b);
    return () => {
      this.parent[b] = b;
      this.roots.add(b);
      if (!before.high) this.high.delete(a);
      if (!before.zeroed) this.zeroed.delete(a);
      others.forEach(reg => {
        if (!before.neighbours.has(reg)) this.neighbours[reg].delete(a);
      });
      this.neighbours[a].deleteAll(others);
      this.neighbours[a].addAll(before.neighbours);
      others.forEach(reg => void this.neighbours[reg].add(b));
    };
  }
}
