/**
 * Gives every value one of the 32 registers, over the whole program at once.
 *
 * needs:  machine blocks over virtual registers
 * leaves: the same blocks over r0..r31; a copy whose two ends got one register is gone
 * keeps:  the instructions and their order
 *
 * There is nowhere to spill, so everything rests on merging: a copy is removed by
 * giving both ends one register whenever their lives allow it and the whole graph
 * can still be coloured. Immediate instructions want r16..r31; values that never
 * meet one are put below.
 */

import { colour, FIRST_HIGH, isEasy, outlook, REGISTERS } from './colour.ts';
import { CompileError } from './diagnostic.ts';
import { InterferenceGraph, mayClear, needsCpi } from './interference.ts';
import { dropDeadCode, Liveness } from './liveness.ts';
import { defs, type Instr, instr, type MProgram, type Reg, SHAPES, type Test, uses } from './mir.ts';

/** Beyond this the program is far too large anyway. */
const MOST_TEMPORARIES = 400;

/** Allocates; without `merging` every copy stays. @throws CompileError C302 when too many values are live at once */
export function allocate(program: MProgram, chipName: string, merging = true): void {
  while (dropDeadCode(program)) {
    // a dead copy may have kept another value alive
  }
  const temporaries = new Set<Reg>();
  for (;;) {
    const graph = new InterferenceGraph(program);
    if (merging) coalesce(graph, collectCopies(program, temporaries));
    const { colours, stuck } = colour(graph);
    if (stuck === undefined) {
      rename(program, reg => graph.find(reg));
      const better = merging ? mergeFurther(program, temporaries) : undefined;
      rename(program, reg => (better ?? colours)[reg]);
      clearLowRegisters(program);
      return;
    }
    if (!lower(program, graph, stuck, temporaries)) throw tooManyValues(program, graph, chipName);
  }
}

/**
 * Two values that became one no longer disturb each other's copies: with fewer conflicts more copies can go.
 * Answers places for what is left, or undefined where nothing more could be merged.
 */
function mergeFurther(program: MProgram, temporaries: Set<Reg>): number[] | undefined {
  let colours: number[] | undefined;
  for (;;) {
    const graph = new InterferenceGraph(program);
    if (outlook(graph) === 'stuck' || !coalesce(graph, collectCopies(program, temporaries))) return colours;
    rename(program, reg => graph.find(reg));
    colours = colour(graph).colours;
  }
}

/** The form of an immediate instruction that takes its constant from a register. */
const WITH_REGISTER: Readonly<Record<string, string>> = { subi: 'sub', sbci: 'sbc', andi: 'and', ori: 'or' };

/**
 * Frees a place among r16..r31: of the value that found none and its neighbours, the one with
 * the fewest immediate instructions moves below, and its constants go through a register of
 * their own for one instruction. False when nothing can move.
 */
function lower(program: MProgram, graph: InterferenceGraph, stuck: Reg, temporaries: Set<Reg>): boolean {
  if (!graph.high.has(stuck) || temporaries.size > MOST_TEMPORARIES) return false;
  const immediates = countImmediates(program, graph);
  const candidates = [stuck, ...graph.neighbours[stuck].toArray()].filter(
    reg => graph.high.has(reg) && immediates.has(reg),
  );
  const movable = candidates.filter(
    reg => !temporaries.has(reg) && immediates.get(reg)! < Number.POSITIVE_INFINITY,
  );
  // the more others stand in its way, the more it frees
  const price = (reg: Reg) => immediates.get(reg)! / (1 + graph.neighbours[reg].countIn(graph.high));
  const [cheapest] = movable.sort((a, b) => price(a) - price(b) || a - b);
  if (cheapest === undefined) return false;
  const fresh = () => {
    temporaries.add(program.regs);
    return program.regs++;
  };
  for (const fn of program.fns) {
    for (const block of fn.blocks) {
      block.instrs = block.instrs.flatMap(ins =>
        graph.find(ins.d) === cheapest && !mayClear(block, ins) ? throughRegister(ins, fresh) : [ins],
      );
      const { term } = block;
      if (term.kind !== 'test' || term.test.kind !== 'compare' || !needsCpi(term.test)) continue;
      const { test } = term;
      if (graph.find(test.a[0]) !== cheapest) continue;
      const constant = fresh();
      block.instrs.push(instr('ldi', term.at, { d: constant, k: test.k }));
      block.term = { ...term, test: { ...test, b: [constant, ...test.b.slice(1)] } };
    }
  }
  return true;
}

/** How many immediate instructions want each merged value in the upper half; infinite where a delay does. */
function countImmediates(program: MProgram, graph: InterferenceGraph): Map<Reg, number> {
  const count = new Map<Reg, number>();
  const add = (reg: Reg, n: number) => count.set(graph.find(reg), (count.get(graph.find(reg)) ?? 0) + n);
  for (const fn of program.fns) {
    for (const block of fn.blocks) {
      const { instrs, term } = block;
      for (const ins of instrs) {
        if (SHAPES[ins.op].high && !mayClear(block, ins)) add(ins.d, 1);
        for (const reg of ins.scratch) add(reg, Number.POSITIVE_INFINITY);
      }
      if (term.kind === 'test' && term.test.kind === 'compare' && needsCpi(term.test)) add(term.test.a[0], 1);
    }
  }
  return count;
}

function throughRegister(ins: Instr, fresh: () => Reg): Instr[] {
  if (ins.op === 'ldi') {
    const constant = fresh();
    return [{ ...ins, d: constant }, instr('mov', ins.at, { d: ins.d, r: constant })];
  }
  const plain = WITH_REGISTER[ins.op];
  if (!plain) return [ins];
  // LDI leaves the flags alone, so it may stand inside a carry chain
  const constant = fresh();
  return [instr('ldi', ins.at, { d: constant, k: ins.k }), { ...ins, op: plain, r: constant, k: 0 }];
}

/** Copies worth removing; a constant on its way to the lower half must stay a copy. */
function collectCopies(program: MProgram, temporaries: Set<Reg>): { to: Reg; from: Reg }[] {
  const copies: { to: Reg; from: Reg }[] = [];
  for (const fn of program.fns) {
    for (const block of fn.blocks) {
      for (const ins of block.instrs)
        if (ins.op === 'mov' && !temporaries.has(ins.r)) copies.push({ to: ins.d, from: ins.r });
    }
  }
  return copies;
}

/** Merges the ends of copies, most often copied pairs first, as long as the graph stays colourable. Answers whether any were. */
function coalesce(graph: InterferenceGraph, copies: { to: Reg; from: Reg }[]): boolean {
  let merged = false;
  const weight = new Map<string, number>();
  for (const { to, from } of copies) weight.set(`${to} ${from}`, (weight.get(`${to} ${from}`) ?? 0) + 1);
  const order = [...weight].sort((a, b) => b[1] - a[1]).map(([key]) => key.split(' ').map(Number));
  let before = outlook(graph);
  const hopeless = before === 'stuck';
  for (const [to, from] of order) {
    const [a, b] = [graph.find(to), graph.find(from)];
    if (a === b || graph.neighbours[a].has(b)) continue;
    const undo = graph.merge(a, b);
    if (hopeless || (before === 'safe' && isEasy(graph, a))) {
      merged = true;
      continue;
    }
    const after = outlook(graph);
    if (after === 'stuck') undo();
    else {
      merged = true;
      before = after;
    }
  }
  return merged;
}

/** LDI cannot write to the lower half: what found a place there is zero. */
function clearLowRegisters(program: MProgram): void {
  for (const fn of program.fns)
    for (const block of fn.blocks)
      for (const ins of block.instrs) if (ins.op === 'ldi' && ins.d < FIRST_HIGH) ins.op = 'clr';
}

/** Gives every register another name; a copy to itself goes. */
function rename(program: MProgram, place: (reg: Reg) => number): void {
  const mapped = (reg: Reg) => (reg < 0 ? reg : place(reg));
  for (const fn of program.fns) {
    for (const block of fn.blocks) {
      for (const ins of block.instrs) {
        ins.d = mapped(ins.d);
        ins.r = mapped(ins.r);
        ins.scratch = ins.scratch.map(mapped);
      }
      block.instrs = block.instrs.filter(ins => ins.op !== 'mov' || ins.d !== ins.r);
      if (block.term.kind === 'test') block.term = { ...block.term, test: mapTest(block.term.test, mapped) };
    }
    fn.params = fn.params.map(regs => regs.map(reg => (reg === undefined ? undefined : mapped(reg))));
    fn.result = fn.result.map(reg => (reg === undefined ? undefined : mapped(reg)));
  }
  program.globals = program.globals.map(mapped);
}

function mapTest(test: Test, mapped: (reg: Reg) => number): Test {
  if (test.kind === 'compare') {
    return {
      ...test,
      a: test.a.map(mapped),
      b: test.b.map(reg => (reg === undefined ? undefined : mapped(reg))),
    };
  }
  return test.kind === 'bit' ? { ...test, reg: mapped(test.reg) } : test;
}

function tooManyValues(program: MProgram, graph: InterferenceGraph, chipName: string): CompileError {
  const liveness = new Liveness(program);
  let worst = { count: 0, at: program.entry.at };
  for (const fn of program.fns) {
    for (const block of fn.blocks) {
      liveness.walk(fn, block, (ins, after) => {
        const live = new Set(
          [...after.toArray(), ...liveness.survivors(fn).toArray(), ...uses(ins), ...defs(ins)].map(reg =>
            graph.find(reg),
          ),
        );
        if (live.size > worst.count) worst = { count: live.size, at: ins.at };
      });
    }
  }
  const needed = Math.max(worst.count, REGISTERS + 1);
  const place = program.placeOf(worst.at) ?? program.placeOf(program.entry.at);
  return new CompileError('C302', place, [needed, chipName, REGISTERS, needed - REGISTERS]);
}
