/**
 * Puts the blocks into an order, chooses the form of every branch, gives addresses.
 *
 * needs:  finished blocks
 * leaves: words with addresses, and for each word where it came from
 * keeps:  the meaning of every jump
 *
 * A block costs nothing when it follows the block that jumps to it, and a branch on
 * a flag costs one word when its target is near (64 words). Blocks are chained
 * greedily and then the order is improved by exchanging neighbours, always in the
 * same sequence, so that the same program gives the same image.
 */

import { encode } from '../vm-host/isa.ts';
import { delayCode } from './delay.ts';
import { type FBlock, type FProgram, type FTerm, fSuccessors } from './finish.ts';
import { type Instr, instr, type MFn } from './mir.ts';
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

/** An instruction whose target is not an address yet. */
interface Line {
  ins: Instr;
  target: FBlock | undefined;
  fn: MFn;
  delay?: { clocks: number; words: number };
}

const BRANCH_REACH = { back: -64, ahead: 63 };
const ROUNDS = 3;

/** Lays the program out and encodes it. The result may be longer than the flash; the caller looks. */
export function layout(program: FProgram): { words: Word[]; entries: Map<MFn, number>; marks: Mark[] } {
  const table = vectorTable(program);
  const order = bestOrder(program, table.length);
  const { lines, start, marks } = assemble(order, table.length);
  for (const line of lines) if (line.ins.callee) line.target = program.entryOf.get(line.ins.callee);
  const labels = new Set(start.values());
  const words = [...table, ...lines].map((line, address) => ({
    ...encodeLine(line, address, start),
    label: labels.has(address),
  }));
  const entries = new Map(
    [...program.entryOf].flatMap(([fn, block]) =>
      start.has(block) ? [[fn, start.get(block)!] as const] : [],
    ),
  );
  return { words, entries, marks };
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

// --- order ------------------------------------------------------------------------

/** Chains of comparisons fall through if that costs no word: it saves a clock a comparison. */
function bestOrder(program: FProgram, offset: number): FBlock[] {
  const [fast, small] = [true, false].map(fastChains => {
    const order = improve(program, chain(program, fastChains), offset);
    return { order, size: assemble(order, offset).lines.length };
  });
  return fast.size <= small.size ? fast.order : small.order;
}

/** Joins blocks into chains along jumps, the scarcest first; main comes first. */
function chain(program: FProgram, fastChains: boolean): FBlock[] {
  const next = new Map<FBlock, FBlock>();
  const previous = new Map<FBlock, FBlock>();
  const head = (block: FBlock): FBlock => {
    let first = block;
    for (let before = previous.get(first); before; before = previous.get(first)) first = before;
    return first;
  };
  const main = program.entryOf.get(program.main)!;
  const suitors = new Map<FBlock, number>();
  for (const block of program.blocks)
    for (const to of fSuccessors(block)) suitors.set(to, (suitors.get(to) ?? 0) + 1);
  const edges = program.blocks.flatMap(from => fSuccessors(from).map(to => ({ from, to })));
  // a jump has one chance to fall through, a branch two
  const rank = ({ from, to }: { from: FBlock; to: FBlock }) =>
    suitors.get(to)! * 4 + (from.term.kind === 'jump' ? 0 : fastChains && continuesChain(from, to) ? 1 : 2);
  for (const { from, to } of edges
    .map((edge, i) => ({ ...edge, i }))
    .sort((a, b) => rank(a) - rank(b) || a.i - b.i)) {
    if (next.has(from) || previous.has(to) || to === main || head(from) === to) continue;
    next.set(from, to);
    previous.set(to, from);
  }
  const order: FBlock[] = [];
  const place = (first: FBlock) => {
    for (let block: FBlock | undefined = first; block; block = next.get(block)) order.push(block);
  };
  place(main);
  for (const block of program.blocks) if (!previous.has(block) && block !== main) place(block);
  return order;
}

/** The way on to the next comparison of a chain: when it falls through, a comparison that fails costs two clocks, not three. */
function continuesChain({ term }: FBlock, to: FBlock): boolean {
  return term.kind === 'flag' && term.flag === 1 && term.else === to && to.term.kind === 'flag';
}

/** Moves runs of blocks about as long as that saves words. */
function improve(program: FProgram, start: FBlock[], offset: number): FBlock[] {
  const fixed = program.entryOf.get(program.main)!;
  let order = start;
  let size = assemble(order, offset).lines.length;
  for (let round = 0; round < ROUNDS; round++) {
    const before = size;
    for (const block of program.blocks) {
      if (block === fixed) continue;
      const candidate = bestMove(order, block, size, offset);
      if (!candidate) continue;
      order = candidate.order;
      size = candidate.size;
    }
    if (size === before) break;
  }
  return order;
}

/** Tries to put the run that begins with `block` behind each block that jumps to it. */
function bestMove(
  order: FBlock[],
  block: FBlock,
  size: number,
  offset: number,
): { order: FBlock[]; size: number } | undefined {
  const from = order.indexOf(block);
  let best: { order: FBlock[]; size: number } | undefined;
  for (const pred of order) {
    if (!fSuccessors(pred).includes(block) || order[from - 1] === pred || pred === block) continue;
    for (const length of runLengths(order, from)) {
      const run = order.slice(from, from + length);
      if (run.includes(pred)) continue;
      const rest = [...order.slice(0, from), ...order.slice(from + length)];
      rest.splice(rest.indexOf(pred) + 1, 0, ...run);
      const { length: words } = assemble(rest, offset).lines;
      if (words < (best?.size ?? size)) best = { order: rest, size: words };
    }
  }
  return best;
}

/** One block, and all blocks that fall through into each other from here. */
function runLengths(order: FBlock[], from: number): number[] {
  let length = 1;
  while (from + length < order.length && fSuccessors(order[from + length - 1]).includes(order[from + length]))
    length++;
  return length === 1 ? [1] : [1, length];
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
    const branches: { block: FBlock; address: number; target: FBlock }[] = [];
    order.forEach((block, i) => {
      start.set(block, offset + lines.length);
      for (const line of bodies[i]) {
        if (line.ins.op === 'mark') marks.push(markOf(line.ins, offset + lines.length));
        else lines.push(line);
      }
      for (const line of endOf(block, order[i + 1], far.has(block))) {
        if (line.target && line.ins.op.startsWith('br')) {
          branches.push({ block, address: offset + lines.length, target: line.target });
        }
        lines.push(line);
      }
    });
    const broken = branches.filter(({ address, target }) => !reaches(start.get(target)! - address - 1));
    if (broken.length === 0) return { lines, start, marks };
    for (const { block } of broken) far.add(block);
  }
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
  if (r >= 0) return [d, r];
  return d >= 0 ? [d] : [];
}

function encodeLine(
  { ins, target, fn, delay }: Line,
  address: number,
  start: Map<FBlock, number>,
): Omit<Word, 'label'> {
  const distance = target ? start.get(target)! - address - 1 : ins.k;
  return { word: encode(ins.op, operandsOf(ins, distance)), at: ins.at, fn, delay };
}
