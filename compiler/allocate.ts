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

import { CompileError } from './diagnostic.ts';
import { dropDeadCode, Liveness } from './liveness.ts';
import {
  defs,
  type Instr,
  instr,
  type MBlock,
  type MProgram,
  type Reg,
  SHAPES,
  type Test,
  testUses,
  uses,
} from './mir.ts';

const REGISTERS = 32;
const FIRST_HIGH = 16;
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
      if (merging && isColourable(graph)) mergeFurther(program, graph, temporaries);
      else rename(program, reg => colours[graph.find(reg)]);
      clearLowRegisters(program);
      return;
    }
    if (!lower(program, graph, stuck, temporaries)) throw tooManyValues(program, graph, chipName);
  }
}

/**
 * Two values that became one no longer disturb each other's copies: with fewer conflicts more copies can go.
 * Ends with every value in its register.
 */
function mergeFurther(program: MProgram, first: InterferenceGraph, temporaries: Set<Reg>): void {
  let graph = first;
  for (let merged = true; merged; ) {
    rename(program, reg => graph.find(reg));
    graph = new InterferenceGraph(program);
    merged = coalesce(graph, collectCopies(program, temporaries));
  }
  const { colours } = colour(graph);
  rename(program, reg => colours[reg]);
}

/** The form of an immediate instruction that takes its constant from a register. */
const WITH_REGISTER: Readonly<Record<string, string>> = { subi: 'sub', sbci: 'sbc', andi: 'and', ori: 'or' };

/**
 * Frees a place among r16..r31: of the value that found none and its neighbours, the one with
 * the fewest immediate instructions moves below, and its constants go through a register of
 * their own for one instruction. False when nothing can move.
 */
function lower(program: MProgram, graph: InterferenceGraph, stuck: Reg, temporaries: Set<Reg>): boolean {
  if (!graph.high[stuck] || temporaries.size > MOST_TEMPORARIES) return false;
  const immediates = countImmediates(program, graph);
  const candidates = [stuck, ...graph.neighbours[stuck]].filter(
    reg => graph.high[reg] && immediates.has(reg),
  );
  const movable = candidates.filter(
    reg => !temporaries.has(reg) && immediates.get(reg)! < Number.POSITIVE_INFINITY,
  );
  // the more others stand in its way, the more it frees
  const price = (reg: Reg) => immediates.get(reg)! / (1 + highNeighbours(graph, reg));
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

const highNeighbours = (graph: InterferenceGraph, reg: Reg): number =>
  [...graph.neighbours[reg]].filter(other => graph.high[other]).length;

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

/** Zero comes to any register, by CLR, where nobody waits for the flag Z that CLR changes. */
function mayClear({ instrs, term }: MBlock, ins: Instr): boolean {
  if (ins.op !== 'ldi' || ins.k !== 0) return false;
  if (term.kind !== 'test' || term.test.kind !== 'zero') return true;
  return instrs.slice(instrs.indexOf(ins) + 1).some(({ op }) => SHAPES[op].setsZ);
}

/** Registers that cannot both be in the same place, and the classes they need. */
class InterferenceGraph {
  readonly neighbours: Set<Reg>[];
  readonly high: boolean[];
  /** Is set to zero somewhere: in r16..r31 by LDI, which leaves the flags alone. */
  readonly zeroed: boolean[];
  readonly used: boolean[];
  private readonly parent: Reg[];

  constructor(program: MProgram) {
    this.neighbours = Array.from({ length: program.regs }, () => new Set<Reg>());
    this.high = new Array<boolean>(program.regs).fill(false);
    this.zeroed = new Array<boolean>(program.regs).fill(false);
    this.used = new Array<boolean>(program.regs).fill(false);
    this.parent = Array.from({ length: program.regs }, (_, i) => i);
    const liveness = new Liveness(program);
    const interrupted = this.classify(program);
    for (const fn of program.fns) {
      // a handler may come at any time, so it disturbs nobody
      const survivors = fn.vector === undefined ? liveness.survivors(fn) : interrupted;
      for (const block of fn.blocks) {
        liveness.walk(fn, block, (ins, after) => this.addDefs(ins, after, survivors));
      }
    }
  }

  /** Marks used registers and those that need r16..r31; answers all registers of ordinary code. */
  private classify(program: MProgram): Set<Reg> {
    const ordinary = new Set<Reg>();
    for (const fn of program.fns) {
      for (const block of fn.blocks) {
        const regs = block.instrs.flatMap(ins => [...uses(ins), ...defs(ins)]);
        if (block.term.kind === 'test')
          regs.push(...testUses(block.term.test), ...highInTest(block.term.test, this.high));
        for (const reg of regs) {
          this.used[reg] = true;
          if (fn.vector === undefined) ordinary.add(reg);
        }
        for (const ins of block.instrs) {
          if (SHAPES[ins.op].high) (mayClear(block, ins) ? this.zeroed : this.high)[ins.d] = true;
          for (const reg of ins.scratch) this.high[reg] = true;
        }
      }
    }
    return ordinary;
  }

  private addDefs(ins: Instr, after: Set<Reg>, survivors: Set<Reg>): void {
    for (const reg of defs(ins)) {
      // the source of a copy holds the same value: no conflict
      const source = ins.op === 'mov' ? ins.r : -1;
      for (const other of after) if (other !== source) this.connect(reg, other);
      for (const other of survivors) if (other !== source) this.connect(reg, other);
      for (const other of ins.scratch) this.connect(reg, other);
    }
  }

  connect(a: Reg, b: Reg): void {
    if (a === b) return;
    this.neighbours[a].add(b);
    this.neighbours[b].add(a);
  }

  /** The register that stands for a merged group; -1 stays -1. */
  find(reg: Reg): Reg {
    if (reg < 0) return reg;
    let root = reg;
    while (this.parent[root] !== root) root = this.parent[root];
    return root;
  }

  /** Registers that stand for themselves. */
  roots(): Reg[] {
    return this.parent.flatMap((parent, i) => (parent === i && this.used[i] ? [i] : []));
  }

  /** Makes `b` one with `a`; answers how to take it back. */
  merge(a: Reg, b: Reg): () => void {
    const added = [...this.neighbours[b]].filter(reg => !this.neighbours[a].has(reg));
    const [wasHigh, wasZeroed] = [this.high[a], this.zeroed[a]];
    const others = [...this.neighbours[b]];
    for (const reg of others) this.neighbours[reg].delete(b);
    for (const reg of added) this.connect(a, reg);
    this.high[a] ||= this.high[b];
    this.zeroed[a] ||= this.zeroed[b];
    this.parent[b] = a;
    return () => {
      this.parent[b] = b;
      this.high[a] = wasHigh;
      this.zeroed[a] = wasZeroed;
      for (const reg of added) {
        this.neighbours[a].delete(reg);
        this.neighbours[reg].delete(a);
      }
      for (const reg of others) this.neighbours[reg].add(b);
    };
  }
}

/** A comparison with a constant is CPI, which needs r16..r31; a test for zero is not. */
export function needsCpi(test: Test): boolean {
  return (
    test.kind === 'compare' &&
    test.b[0] === undefined &&
    !(test.cc === 'eq' && test.k === 0 && test.a.length === 1)
  );
}

function highInTest(test: Test, high: boolean[]): Reg[] {
  if (test.kind !== 'compare' || !needsCpi(test)) return [];
  high[test.a[0]] = true;
  return [test.a[0]];
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
  const start = isColourable(graph);
  for (const [to, from] of order) {
    const [a, b] = [graph.find(to), graph.find(from)];
    if (a === b || graph.neighbours[a].has(b)) continue;
    const undo = graph.merge(a, b);
    if (start && !isColourable(graph)) undo();
    else merged = true;
  }
  return merged;
}

/** Whether every value finds a place: by a cheap sufficient test, and when that fails by trying. */
function isColourable(graph: InterferenceGraph): boolean {
  const { order, safe } = peel(graph);
  return safe || colourIn(order, graph).stuck === undefined;
}

/**
 * The order in which registers are coloured: the high class first among itself (16 places), then the rest
 * (32 places). `safe`: all of them find a place for sure.
 */
function peel(graph: InterferenceGraph): { order: Reg[]; safe: boolean } {
  const roots = graph.roots();
  const high = peelClass(
    graph,
    roots.filter(reg => graph.high[reg]),
    REGISTERS - FIRST_HIGH,
    reg => graph.high[reg],
  );
  const rest = peelClass(
    graph,
    roots.filter(reg => !graph.high[reg]),
    REGISTERS,
    () => true,
  );
  return { order: [...high.order, ...rest.order], safe: high.safe && rest.safe };
}

/** Takes away who has few neighbours left, again and again; where nobody has, the one with the fewest, and hopes. */
function peelClass(
  graph: InterferenceGraph,
  regs: Reg[],
  places: number,
  counts: (reg: Reg) => boolean,
): { order: Reg[]; safe: boolean } {
  const degree = new Map<Reg, number>();
  for (const reg of regs) {
    let count = 0;
    for (const other of graph.neighbours[reg]) if (counts(other)) count++;
    degree.set(reg, count);
  }
  const order: Reg[] = [];
  const gone = new Set<Reg>();
  let safe = true;
  let work = regs.filter(reg => degree.get(reg)! < places);
  while (order.length < regs.length) {
    if (work.length === 0) {
      safe = false;
      const left = regs.filter(reg => !gone.has(reg));
      work = [left.reduce((a, b) => (degree.get(b)! < degree.get(a)! ? b : a))];
    }
    for (const reg of work) gone.add(reg);
    for (let reg = work.pop(); reg !== undefined; reg = work.pop()) {
      order.push(reg);
      for (const other of graph.neighbours[reg]) {
        const left = degree.get(other);
        if (left === undefined || gone.has(other)) continue;
        degree.set(other, left - 1);
        if (left - 1 < places) {
          gone.add(other);
          work.push(other);
        }
      }
    }
  }
  return { order: order.reverse(), safe };
}

interface Colouring {
  colours: number[];
  /** The first register that found no place. */
  stuck: Reg | undefined;
}

/** Colours from r16 up for the high class and from r15 down for the rest. */
function colour(graph: InterferenceGraph): Colouring {
  return colourIn(peel(graph).order, graph);
}

function colourIn(order: Reg[], graph: InterferenceGraph): Colouring {
  const colours = new Array<number>(graph.neighbours.length).fill(-1);
  for (const reg of order) {
    const taken = new Set<number>();
    for (const other of graph.neighbours[reg]) taken.add(colours[other]);
    const place = placesFor(graph, reg).find(candidate => !taken.has(candidate));
    if (place === undefined) return { colours, stuck: reg };
    colours[reg] = place;
  }
  return { colours, stuck: undefined };
}

const UPPER = Array.from({ length: REGISTERS - FIRST_HIGH }, (_, i) => FIRST_HIGH + i);
const LOWER = Array.from({ length: FIRST_HIGH }, (_, i) => FIRST_HIGH - 1 - i);
const UPPER_FIRST = [...UPPER, ...LOWER];
const LOWER_FIRST = [...LOWER, ...UPPER];

/** The high class is placed first, so what it left over may serve others. */
function placesFor({ high, zeroed }: InterferenceGraph, reg: Reg): number[] {
  if (high[reg]) return UPPER;
  return zeroed[reg] ? UPPER_FIRST : LOWER_FIRST;
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
          [...after, ...liveness.survivors(fn), ...uses(ins), ...defs(ins)].map(reg => graph.find(reg)),
        );
        if (live.size > worst.count) worst = { count: live.size, at: ins.at };
      });
    }
  }
  const needed = Math.max(worst.count, REGISTERS + 1);
  const place = program.placeOf(worst.at) ?? program.placeOf(program.entry.at);
  return new CompileError('C302', place, [needed, chipName, REGISTERS, needed - REGISTERS]);
}
