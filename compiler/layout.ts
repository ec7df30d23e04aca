/**
 * Puts the blocks into an order, chooses the form of every branch, gives addresses.
 *
 * needs:  finished blocks
 * leaves: words with addresses, and for each word where it came from
 * keeps:  the meaning of every jump
 *
 * A block costs nothing when it follows the block that jumps to it, and a branch on
 * a flag costs one word when its target is near (64 words). order.ts finds the order.
 */

import type { Chip } from '../vm-host/chip.ts';
import { encode } from '../vm-host/isa.ts';
import { delayCode } from './delay.ts';
import type { FBlock, FProgram, FTerm } from './finish.ts';
import { type Instr, instr, type MFn } from './mir.ts';
import { bestOrder, branchClocks, loopDepths } from './order.ts';
import type { Mark } from './timed.ts';

/** One word of the image. */
export interface Word {
  word: number;
  at: number;
  fn: MFn;
  /** Whether a block begins here: something may jump to this word. */
  label: boolean;
  /** On the first word of a counted delay. */
  delay?: { clocks: number; words: number };
}

/** A program laid out. */
export interface Layout {
  words: Word[];
  /** Word address of each function's first instruction. */
  entries: Map<MFn, number>;
  marks: Mark[];
}

/** An instruction whose target is not an address yet. */
interface Line {
  ins: Instr;
  target: FBlock | undefined;
  /** Where a branch goes instead of to the beginning of its target. */
  to?: number;
  fn: MFn;
  delay?: { clocks: number; words: number };
}

const BRANCH_REACH = { back: -64, ahead: 63 };
/** RJMP and RCALL hold 12 bits of distance: so many words back, and one less ahead. */
const JUMP_REACH = 2048;
/** A word outweighs any number of clocks that branches could cost. */
const WORD = 1e9;

/**
 * How long a program can be: in a flash of 4096 words the program counter wraps and RJMP reaches all of it,
 * in a larger one only as far as it can jump.
 */
export function usableWords({ flashWords }: Chip): number {
  return flashWords <= 2 * JUMP_REACH ? flashWords : JUMP_REACH;
}

/** A bound from below: no order of the blocks makes a program shorter than its instructions and its branches. */
export function leastWords({ blocks }: FProgram): number {
  const end = { jump: 0, return: 1, flag: 1, skip: 2 };
  const body = (block: FBlock) => bodyOf(block).filter(({ ins }) => ins.op !== 'mark').length;
  return blocks.reduce(
    (sum, block) => sum + (isBareReturn(block) ? 0 : body(block) + end[block.term.kind]),
    0,
  );
}

/** Lays the program out and encodes it; without `searched` the blocks stay in the order of the source. The result may be longer than the flash; the caller looks. */
export function layout(program: FProgram, searched = true): Layout {
  const table = vectorTable(program);
  const depth = loopDepths(program.blocks);
  const entries = new Set(program.entryOf.values());
  // a return that is nobody's beginning stands wherever another block returns
  const blocks = program.blocks.filter(block => !isBareReturn(block) || entries.has(block));
  const order = bestOrder({ ...program, blocks }, searched, candidate => {
    const words = assemble(candidate, table.length).lines.length;
    return words * WORD + branchClocks(candidate, depth);
  });
  const { lines, start, marks } = assemble(order, table.length);
  for (const line of lines) if (line.ins.callee) line.target = program.entryOf.get(line.ins.callee);
  const labels = new Set([...start.values(), ...lines.flatMap(({ to }) => (to === undefined ? [] : [to]))]);
  const words = [...table, ...lines].map((line, address) => ({
    ...encodeLine(line, address, start),
    label: labels.has(address),
  }));
  const addresses = new Map(
    [...program.entryOf].flatMap(([fn, block]) =>
      start.has(block) ? [[fn, start.get(block)!] as const] : [],
    ),
  );
  return { words, entries: addresses, marks };
}

/** With interrupts the first words are the vectors; without, the program begins at reset. */
function vectorTable(program: FProgram): Line[] {
  if (program.vectors.length === 0) return [];
  const last = Math.max(...program.vectors.map(({ address }) => address));
  return Array.from({ length: last + 1 }, (_, address) => {
    const fn = address === 0 ? program.main : program.vectors.find(vector => vector.address === address)?.fn;
    if (!fn) return { ins: instr('reti', program.main.at), target: undefined, fn: program.main };
    return { ins: instr('rjmp', fn.at), target: program.entryOf.get(fn)!, fn };
  });
}

// --- lines ------------------------------------------------------------------------

/** Lines and block addresses of an order; branches out of reach take a detour. */
function assemble(
  order: FBlock[],
  offset: number,
): { lines: Line[]; start: Map<FBlock, number>; marks: Mark[] } {
  const bodies = order.map(block => bodyOf(block));
  const far = new Set<FBlock>();
  for (;;) {
    const lines: Line[] = [];
    const start = new Map<FBlock, number>();
    const marks: Mark[] = [];
    const branches: Branch[] = [];
    const ways = new Ways(start, marks);
    order.forEach((block, i) => {
      start.set(block, offset + lines.length);
      for (const line of bodies[i]) {
        if (line.ins.op === 'mark') marks.push(markOf(line.ins, offset + lines.length));
        else lines.push(line);
      }
      for (const line of endOf(block, order[i + 1], far.has(block))) {
        const address = offset + lines.length;
        if (!line.target) ways.addReturn(line.ins.op, address);
        else if (line.ins.op === 'rjmp') ways.addJump(line.target, address);
        else if (line.ins.op.startsWith('br')) branches.push({ line, block, address, target: line.target });
        lines.push(line);
      }
    });
    const broken = branches.filter(branch => {
      branch.line.to = ways.find(branch.target, branch.address);
      return branch.line.to === undefined;
    });
    if (broken.length === 0) return { lines, start, marks };
    for (const branch of withoutNeighbours(broken)) far.add(branch.block);
  }
}

/** A branch on a flag, which reaches 64 words. */
interface Branch {
  line: Line;
  block: FBlock;
  address: number;
  target: FBlock;
}

/**
 * Where a branch can go to come to a block: to the block, to any word that jumps there, or, when the
 * block does nothing but return, to any return.
 */
class Ways {
  private readonly jumps = new Map<FBlock, number[]>();
  private readonly returns: Readonly<Record<string, number[]>> = { ret: [], reti: [] };

  constructor(
    private readonly start: Map<FBlock, number>,
    private readonly marks: Mark[],
  ) {}

  addReturn(op: string, address: number): void {
    this.returns[op]?.push(address);
  }

  addJump(to: FBlock, address: number): void {
    const known = this.jumps.get(to);
    if (known) known.push(address);
    else this.jumps.set(to, [address]);
  }

  /** The address to branch to; undefined when none is in reach. */
  find(target: FBlock, from: number): number | undefined {
    const own = this.start.get(target);
    if (own !== undefined && reaches(own - from - 1)) return own;
    const others = isBareReturn(target) ? this.returns[returnOf(target.term, 0).op] : this.jumps.get(target);
    // a mark tells where a timed region ends: nobody else comes by
    return others?.find(
      address => reaches(address - from - 1) && !this.marks.some(mark => mark.address === address),
    );
  }
}

/** Of branches to one block that stand together one takes the detour: its jump serves the others. */
function withoutNeighbours(broken: Branch[]): Branch[] {
  const chosen: Branch[] = [];
  for (const branch of broken) {
    const { target, address } = branch;
    const served = chosen.some(
      other => other.target === target && address - other.address <= BRANCH_REACH.ahead / 2,
    );
    if (!served) chosen.push(branch);
  }
  return chosen;
}

const reaches = (distance: number): boolean =>
  distance >= BRANCH_REACH.back && distance <= BRANCH_REACH.ahead;

const markOf = ({ k, b, at }: Instr, address: number): Mark => ({
  address,
  kind: b === 0 ? 'begin' : 'end',
  wanted: k,
  at,
});

function bodyOf(block: FBlock): Line[] {
  return block.instrs.flatMap((ins): Line[] => {
    if (ins.op !== 'delay') return [{ ins, target: undefined, fn: block.fn }];
    const code = delayCode(ins);
    const delay = { clocks: ins.k, words: code.length };
    return code.map((each, i) => ({
      ins: each,
      target: undefined,
      fn: block.fn,
      delay: i === 0 ? delay : undefined,
    }));
  });
}

const isBareReturn = (block: FBlock): boolean => block.instrs.length === 0 && block.term.kind === 'return';

function endOf(block: FBlock, next: FBlock | undefined, far: boolean): Line[] {
  const { term, fn } = block;
  const line = (ins: Instr, target?: FBlock): Line => ({ ins, target, fn });
  const leave = (to: FBlock, at: number): Line =>
    isBareReturn(to) ? line(returnOf(to.term, at)) : line(instr('rjmp', at), to);
  if (term.kind === 'return') return [line(returnOf(term, term.at))];
  if (term.kind === 'jump') return term.to === next ? [] : [leave(term.to, lastAt(block))];
  const { at } = term;
  if (term.kind === 'skip') {
    if (term.then === next) return [line(term.ifSet), leave(term.else, at)];
    return [line(term.ifClear), leave(term.then, at), ...(term.else === next ? [] : [leave(term.else, at)])];
  }
  const branch = (set: boolean, to: FBlock) => line(instr(set ? 'brbs' : 'brbc', at, { b: term.flag }), to);
  const over = (set: boolean) => line(instr(set ? 'brbs' : 'brbc', at, { b: term.flag, k: 1 }));
  // a return that must stand somewhere may stand here
  if (isBareReturn(term.then) && term.else !== next && term.then !== next && !far)
    return [branch(false, term.else), leave(term.then, at)];
  if (term.then === next) return far ? [over(true), leave(term.else, at)] : [branch(false, term.else)];
  const way = far ? [over(false), leave(term.then, at)] : [branch(true, term.then)];
  return term.else === next ? way : [...way, leave(term.else, at)];
}

const returnOf = (term: FTerm, at: number): Instr =>
  instr(term.kind === 'return' && term.interrupt ? 'reti' : 'ret', at);

const lastAt = (block: FBlock): number => block.instrs[block.instrs.length - 1]?.at ?? block.fn.at;

// --- words ------------------------------------------------------------------------

/** Operands in assembler order, from the fields of an instruction. */
function operandsOf({ op, d, r, k, b }: Instr, distance: number): number[] {
  if (op === 'out') return [k, d];
  if (
    op === 'in' ||
    op === 'cpi' ||
    op === 'ldi' ||
    op === 'subi' ||
    op === 'sbci' ||
    op === 'andi' ||
    op === 'ori'
  ) {
    return [d, k];
  }
  if (op === 'sbi' || op === 'cbi' || op === 'sbic' || op === 'sbis') return [k, b];
  if (op === 'sbrc' || op === 'sbrs') return [d, b];
  if (op === 'brbs' || op === 'brbc') return [b, distance];
  if (op === 'rjmp' || op === 'rcall') return [distance];
  if (op === 'st') return [d];
  if (r >= 0) return [d, r];
  return d >= 0 ? [d] : [];
}

function encodeLine(
  { ins, target, to, fn, delay }: Line,
  address: number,
  start: Map<FBlock, number>,
): Omit<Word, 'label'> {
  const distance = target ? wrapped((to ?? start.get(target)!) - address - 1, ins.op) : ins.k;
  return { word: encode(ins.op, operandsOf(ins, distance)), at: ins.at, fn, delay };
}

/** The distance in the 12 bits of RJMP and RCALL, once round the flash where that is shorter. */
function wrapped(distance: number, op: string): number {
  if (op !== 'rjmp' && op !== 'rcall') return distance;
  return ((distance + JUMP_REACH) & (2 * JUMP_REACH - 1)) - JUMP_REACH;
}
