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
import { Assembler, isBareReturn, type Line } from './assemble.ts';
import type { FBlock, FProgram } from './finish.ts';
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

/** Lays the program out and encodes it; without `searched` the blocks stay in the order of the source. The result may be longer than the flash; the caller looks. */
export function layout(program: FProgram, searched = true): Layout {
  const table = vectorTable(program);
  const depth = loopDepths(program.blocks);
  const entries = new Set(program.entryOf.values());
  // a return that is nobody's beginning stands wherever another block returns
  const blocks = program.blocks.filter(block => !isBareReturn(block) || entries.has(block));
  const assembler = new Assembler(table.length);
  const order = bestOrder(
    { ...program, blocks },
    searched,
    candidate => assembler.measure(candidate) * WORD + branchClocks(candidate, depth),
  );
  const { lines, start, marks } = assembler.write(order);
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
