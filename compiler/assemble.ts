/**
 * Blocks in a given order as lines with addresses: which jumps are needed, and how far branches reach.
 *
 * needs:  finished blocks in some order
 * leaves: instructions one by one; branches know where they go
 */

import { delayCode } from './delay.ts';
import type { FBlock, FProgram, FTerm } from './finish.ts';
import { type Instr, instr, type MFn } from './mir.ts';
import type { Mark } from './timed.ts';

/** An instruction whose target is not an address yet. */
export interface Line {
  ins: Instr;
  target: FBlock | undefined;
  /** Where a branch goes instead of to the beginning of its target. */
  to?: number;
  fn: MFn;
  delay?: { clocks: number; words: number };
}

const BRANCH_REACH = { back: -64, ahead: 63 };

/** What a block holds in front of its end, and the marks among it. */
interface Body {
  lines: Line[];
  marks: { ins: Instr; offset: number }[];
}

/** An order with addresses. */
interface Settled {
  start: Map<FBlock, number>;
  ends: Line[][];
  marks: Mark[];
  words: number;
}

/** Measures and writes out orders of the same blocks: what a block is made of is worked out once. */
export class Assembler {
  private readonly bodies = new Map<FBlock, Body>();
  private readonly ends = new Map<FBlock, (Line[] | undefined)[]>();

  /** @param offset address of the first block */
  constructor(private readonly offset: number) {}

  /** Words that an order takes. */
  measure(order: FBlock[]): number {
    return this.settle(order).words;
  }

  /** Lines, block addresses and marks of an order. */
  write(order: FBlock[]): { lines: Line[]; start: Map<FBlock, number>; marks: Mark[] } {
    const { start, ends, marks } = this.settle(order);
    return { lines: order.flatMap((block, i) => [...this.body(block).lines, ...ends[i]]), start, marks };
  }

  /** Branches out of reach take a detour, which makes the program longer and may bring others out of reach. */
  private settle(order: FBlock[]): Settled {
    const far = new Set<FBlock>();
    for (;;) {
      const start = new Map<FBlock, number>();
      const marks: Mark[] = [];
      const branches: Branch[] = [];
      const ways = new Ways(start, marks);
      const ends: Line[][] = [];
      let address = this.offset;
      order.forEach((block, i) => {
        start.set(block, address);
        const body = this.body(block);
        for (const { ins, offset } of body.marks) marks.push(markOf(ins, address + offset));
        address += body.lines.length;
        const end = this.end(block, order[i + 1], far.has(block));
        for (const line of end) {
          if (!line.target) ways.addReturn(line.ins.op, address);
          else if (line.ins.op === 'rjmp') ways.addJump(line.target, address);
          else branches.push({ line, block, address, target: line.target });
          address++;
        }
        ends.push(end);
      });
      const broken = branches.filter(branch => {
        branch.line.to = ways.find(branch.target, branch.address);
        return branch.line.to === undefined;
      });
      if (broken.length === 0) return { start, ends, marks, words: address - this.offset };
      for (const branch of withoutNeighbours(broken)) far.add(branch.block);
    }
  }

  private body(block: FBlock): Body {
    let body = this.bodies.get(block);
    if (!body) this.bodies.set(block, (body = bodyOf(block)));
    return body;
  }

  /** The end of a block depends on what follows only as far as that is one of its ways on. */
  private end(block: FBlock, next: FBlock | undefined, far: boolean): Line[] {
    const { term } = block;
    const [first, second] =
      term.kind === 'jump' ? [term.to] : term.kind === 'return' ? [] : [term.then, term.else];
    const which = (next && next === first ? 1 : next && next === second ? 2 : 0) + (far ? 3 : 0);
    let known = this.ends.get(block);
    if (!known) this.ends.set(block, (known = []));
    return (known[which] ??= endOf(block, next, far));
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

function bodyOf(block: FBlock): Body {
  const body: Body = { lines: [], marks: [] };
  for (const ins of block.instrs) {
    if (ins.op === 'mark') body.marks.push({ ins, offset: body.lines.length });
    else body.lines.push(...linesOf(ins, block.fn));
  }
  return body;
}

function linesOf(ins: Instr, fn: MFn): Line[] {
  if (ins.op !== 'delay') return [{ ins, target: undefined, fn }];
  const code = delayCode(ins);
  const delay = { clocks: ins.k, words: code.length };
  return code.map((each, i) => ({ ins: each, target: undefined, fn, delay: i === 0 ? delay : undefined }));
}

/** A bound from below: no order of the blocks makes a program shorter than its instructions and its branches. */
export function leastWords({ blocks }: FProgram): number {
  const end = { jump: 0, return: 1, flag: 1, skip: 2 };
  return blocks.reduce(
    (sum, block) => sum + (isBareReturn(block) ? 0 : bodyOf(block).lines.length + end[block.term.kind]),
    0,
  );
}

export const isBareReturn = (block: FBlock): boolean =>
  block.instrs.length === 0 && block.term.kind === 'return';

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
