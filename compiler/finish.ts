/**
 * From allocated machine blocks to the blocks that are laid out: tests become
 * compare instructions and the flag or skip that decides.
 *
 * needs:  registers r0..r31
 * leaves: blocks whose end names a flag, or a pair of skip instructions
 * keeps:  the order of instructions
 */

import { needsCpi } from './interference.ts';
import { type Instr, instr, type MBlock, type MFn, type MProgram, SHAPES, type Test } from './mir.ts';

/** How a block ends. */
export type FTerm =
  | { kind: 'jump'; to: FBlock }
  /** Bit `flag` of SREG set: then. */
  | { kind: 'flag'; flag: number; then: FBlock; else: FBlock; at: number }
  /** `ifSet` skips the next instruction when the bit is 1, `ifClear` when it is 0; bit 1: then. */
  | { kind: 'skip'; ifSet: Instr; ifClear: Instr; then: FBlock; else: FBlock; at: number }
  | { kind: 'return'; interrupt: boolean; at: number };

export interface FBlock {
  id: number;
  fn: MFn;
  instrs: Instr[];
  term: FTerm;
}

/** The whole program as one graph; a call in tail position is a jump. */
export interface FProgram {
  blocks: FBlock[];
  entryOf: Map<MFn, FBlock>;
  main: MFn;
  vectors: { address: number; fn: MFn }[];
  /** Return addresses that the chip holds; 0 where no rule may use more than the program does. */
  stackLimit: number;
  /** R1 up to this register are zero after reset; 0: none. */
  cleared: number;
  /** A register that is zero all the time. */
  zero: number | undefined;
}

/** Bits of SREG. */
const C = 0;
const Z = 1;
const S = 4;

export function finish(program: MProgram, stackLimit = 0): FProgram {
  const made = new Map<MBlock, FBlock>();
  const blocks: FBlock[] = [];
  for (const fn of program.fns) {
    for (const block of fn.blocks) {
      const copy: FBlock = {
        id: block.id,
        fn,
        instrs: block.instrs,
        term: { kind: 'return', interrupt: fn.vector !== undefined, at: fn.at },
      };
      made.set(block, copy);
      blocks.push(copy);
    }
  }
  const entryOf = new Map(program.fns.map(fn => [fn, made.get(fn.blocks[0])!]));
  const start = entryOf.get(program.entry)!;
  for (const [block, copy] of made) finishTerm(block, copy, made, program.entry, start);
  const vectors = program.fns.flatMap(fn => (fn.vector === undefined ? [] : [{ address: fn.vector, fn }]));
  return { blocks, entryOf, main: program.entry, vectors, stackLimit, cleared: 0, zero: undefined };
}

function finishTerm(block: MBlock, copy: FBlock, made: Map<MBlock, FBlock>, main: MFn, start: FBlock): void {
  const { term } = block;
  if (term.kind === 'jump') copy.term = { kind: 'jump', to: made.get(term.to)! };
  // nothing called main: when it ends, the program begins again
  else if (term.kind === 'return') {
    if (copy.fn === main) copy.term = { kind: 'jump', to: start };
    else copy.term = { kind: 'return', interrupt: copy.fn.vector !== undefined, at: term.at };
  } else {
    const ways = { then: made.get(term.then)!, else: made.get(term.else)!, at: term.at };
    copy.term = decide(term.test, copy.instrs, ways);
  }
}

type Ways = { then: FBlock; else: FBlock; at: number };

/** Appends the comparison and names what decides. */
function decide(test: Test, code: Instr[], ways: Ways): FTerm {
  const { at } = ways;
  if (test.kind === 'io') {
    const fields = { k: test.address, b: test.bit };
    return { kind: 'skip', ifSet: instr('sbis', at, fields), ifClear: instr('sbic', at, fields), ...ways };
  }
  if (test.kind === 'bit') {
    const fields = { d: test.reg, b: test.bit };
    return { kind: 'skip', ifSet: instr('sbrs', at, fields), ifClear: instr('sbrc', at, fields), ...ways };
  }
  if (test.kind === 'zero') return { kind: 'flag', flag: Z, ...ways };
  if (test.kind === 'carry') return { kind: 'flag', flag: C, ...ways };
  compare(test, code, at);
  return { kind: 'flag', flag: test.cc === 'eq' ? Z : test.cc === 'ult' ? C : S, ...ways };
}

function compare(test: Extract<Test, { kind: 'compare' }>, code: Instr[], at: number): void {
  if (!needsCpi(test) && test.b[0] === undefined) {
    const known = test.only === undefined ? {} : { k: 1, b: test.only };
    if (!zeroKnown(code, test.a[0])) code.push(instr('tst', at, { d: test.a[0], ...known }));
    return;
  }
  test.a.forEach((d, i) => {
    const r = test.b[i];
    if (r === undefined) code.push(instr('cpi', at, { d, k: test.k }));
    else code.push(instr(i === 0 ? 'cp' : 'cpc', at, { d, r }));
  });
}

/** Instructions that touch no flag. */
const FLAGLESS: ReadonlySet<string> = new Set([
  'mov',
  'ldi',
  'in',
  'out',
  'sbi',
  'cbi',
  'swap',
  'nop',
  'wdr',
  'mark',
]);

/** Whether Z already tells if the register is zero. */
function zeroKnown(code: Instr[], reg: number): boolean {
  for (let i = code.length - 1; i >= 0; i--) {
    const ins = code[i];
    if (SHAPES[ins.op]?.setsZ) return ins.d === reg;
    if (
      !FLAGLESS.has(ins.op) ||
      (ins.d === reg && SHAPES[ins.op].writesD) ||
      (ins.op === 'out' && ins.k === 0x3f)
    ) {
      return false;
    }
  }
  return false;
}

export function fSuccessors({ term }: FBlock): FBlock[] {
  if (term.kind === 'jump') return [term.to];
  return term.kind === 'return' ? [] : [term.then, term.else];
}

/** How many return addresses a function needs beneath it, with the calls that need them. */
export function stackUse(program: FProgram, fn: MFn): { levels: number; path: MFn[] } {
  const known = new Map<MFn, { levels: number; path: MFn[] }>();
  const measure = (of: MFn): { levels: number; path: MFn[] } => {
    const done = known.get(of);
    if (done) return done;
    let worst = { levels: 0, path: [of] };
    known.set(of, worst);
    for (const callee of calledFrom(program.entryOf.get(of)!)) {
      const below = measure(callee);
      if (below.levels + 1 > worst.levels) worst = { levels: below.levels + 1, path: [of, ...below.path] };
    }
    known.set(of, worst);
    return worst;
  };
  return measure(fn);
}

/** How many return addresses lie on the stack at most while each function runs: 0 for main. */
export function stackLevels(program: FProgram): Map<MFn, number> {
  const roots = [program.main, ...program.vectors.map(({ fn }) => fn)];
  const levels = new Map<MFn, number>();
  const visit = (fn: MFn, level: number): void => {
    if ((levels.get(fn) ?? -1) >= level) return;
    levels.set(fn, level);
    for (const callee of calledFrom(program.entryOf.get(fn)!)) visit(callee, level + 1);
    for (const other of passedTo(program, fn)) visit(other, level);
  };
  for (const fn of roots) visit(fn, fn === program.main ? 0 : stackUse(program, program.main).levels + 1);
  return levels;
}

/** Functions whose first block a function jumps to instead of calling. */
function passedTo(program: FProgram, fn: MFn): MFn[] {
  const blocks = reachableFrom([program.entryOf.get(fn)!]);
  return [...program.entryOf].flatMap(([other, entry]) => (other !== fn && blocks.has(entry) ? [other] : []));
}

function calledFrom(entry: FBlock): Set<MFn> {
  const found = new Set<MFn>();
  for (const block of reachableFrom([entry]))
    for (const ins of block.instrs) if (ins.callee) found.add(ins.callee);
  return found;
}

/** Blocks that jumps reach from some blocks, without following calls. */
export function reachableFrom(starts: FBlock[]): Set<FBlock> {
  const seen = new Set<FBlock>();
  const work = [...starts];
  for (let block = work.pop(); block; block = work.pop()) {
    if (seen.has(block)) continue;
    seen.add(block);
    work.push(...fSuccessors(block));
  }
  return seen;
}
