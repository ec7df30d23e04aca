/**
 * Which of r0..r31 may still be read, on finished blocks. Sets are 32-bit masks.
 */

import { type FBlock, type FProgram, fSuccessors, reachableFrom } from './finish.ts';
import { type Instr, type MFn, SHAPES } from './mir.ts';

const ALL = 0xffffffff;
const bit = (reg: number): number => (reg < 0 ? 0 : (1 << reg) >>> 0);

/** Instructions that only compare, skip or branch: they read and do not write. */
const READS_D: ReadonlySet<string> = new Set(['cp', 'cpc', 'cpi', 'cpse', 'tst', 'sbrc', 'sbrs']);

/** Masks of the registers that may still be read. */
export interface Live {
  atEntry(block: FBlock): number;
  /** Behind the test at the end of the block. */
  atEnd(block: FBlock): number;
}

/** What a call does to the registers. */
interface Effect {
  /** Registers that it reads before it writes them. */
  reads: number;
  /** Registers that it writes on every way through. */
  writes: number;
}

type EffectOf = (fn: MFn) => Effect;
type OnCall = (callee: MFn, liveAfter: number) => void;

/**
 * Live masks of every block. What a handler reads is live everywhere: it may come at any time.
 * At a return lives what lives after any of the calls that lead there.
 */
export function liveRegisters(program: FProgram): Live {
  const effectOf = effects(program);
  const always = readByHandlers(program, effectOf);
  const entriesOf = entriesBefore(program);
  const afterCalls = new Map<FBlock, number>();
  const atReturn = (block: FBlock): number =>
    block.term.kind === 'return' && block.term.interrupt
      ? ALL
      : (entriesOf.get(block) ?? []).reduce((mask, entry) => mask | (afterCalls.get(entry) ?? 0), always) >>>
        0;
  for (let grown = true; grown; ) {
    grown = false;
    const live = solve(program.blocks, atReturn, effectOf, (callee, mask) => {
      const entry = program.entryOf.get(callee)!;
      const known = afterCalls.get(entry) ?? 0;
      if ((mask & ~known) === 0) return;
      afterCalls.set(entry, (known | mask) >>> 0);
      grown = true;
    });
    if (grown) continue;
    return {
      atEntry: block => (live.get(block)! | always) >>> 0,
      atEnd: block =>
        block.term.kind === 'return'
          ? atReturn(block)
          : fSuccessors(block).reduce((mask, next) => mask | live.get(next)!, always) >>> 0,
    };
  }
  throw new Error('unreachable');
}

/** Registers that interrupt handlers read, at any time. */
export function readByHandlers(program: FProgram, effectOf = effects(program)): number {
  return program.vectors.reduce((mask, { fn }) => mask | effectOf(fn).reads, 0);
}

/** For each block that returns, where the functions begin that it may return from. */
function entriesBefore(program: FProgram): Map<FBlock, FBlock[]> {
  const found = new Map<FBlock, FBlock[]>();
  for (const entry of new Set(program.entryOf.values())) {
    for (const block of reachableFrom([entry])) {
      if (block.term.kind === 'return') found.set(block, [...(found.get(block) ?? []), entry]);
    }
  }
  return found;
}

/** Effects of functions, each worked out when it is first asked for. There is no recursion. */
function effects(program: FProgram): EffectOf {
  const known = new Map<FBlock, Effect>();
  const of: EffectOf = fn => {
    const entry = program.entryOf.get(fn)!;
    const done = known.get(entry);
    if (done) return done;
    const blocks = [...reachableFrom([entry])];
    const reads = solve(blocks, () => 0, of).get(entry)!;
    const effect = { reads, writes: surelyWritten(entry, blocks, of) };
    known.set(entry, effect);
    return effect;
  };
  return of;
}

/** Registers that are written on every way from a block to a return. */
function surelyWritten(entry: FBlock, blocks: FBlock[], effectOf: EffectOf): number {
  const before = new Map<FBlock, number>(blocks.map(block => [block, block === entry ? 0 : ALL]));
  let atReturn = ALL;
  for (let changed = true; changed; ) {
    changed = false;
    atReturn = ALL;
    for (const block of blocks) {
      const written = (before.get(block)! | writtenIn(block, effectOf)) >>> 0;
      if (block.term.kind === 'return') atReturn = (atReturn & written) >>> 0;
      for (const next of fSuccessors(block)) {
        const met = (before.get(next)! & written) >>> 0;
        if (met === before.get(next)) continue;
        before.set(next, met);
        changed = true;
      }
    }
  }
  return atReturn;
}

function writtenIn({ instrs }: FBlock, effectOf: EffectOf): number {
  let mask = 0;
  instrs.forEach((ins, i) => {
    // what a skip may pass over is not sure
    if (i > 0 && isConditional(instrs[i - 1])) return;
    if (ins.callee) mask |= effectOf(ins.callee).writes;
    else if (SHAPES[ins.op]?.writesD) mask |= bit(ins.d);
  });
  return mask >>> 0;
}

/** @param onCall hears what lives after each call, and may hear too little before the end */
function solve(
  blocks: FBlock[],
  atReturn: (block: FBlock) => number,
  effectOf: EffectOf,
  onCall: OnCall = () => undefined,
): Map<FBlock, number> {
  const live = new Map<FBlock, number>(blocks.map(block => [block, 0]));
  const order = [...blocks].reverse();
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of order) {
      const next = before(block, live, atReturn, effectOf, onCall);
      if (next === live.get(block)) continue;
      live.set(block, next);
      changed = true;
    }
  }
  return live;
}

function before(
  block: FBlock,
  live: Map<FBlock, number>,
  atReturn: (block: FBlock) => number,
  effectOf: EffectOf,
  onCall: OnCall,
): number {
  const { term } = block;
  let mask = term.kind === 'return' ? atReturn(block) : 0;
  for (const next of fSuccessors(block)) mask = (mask | live.get(next)!) >>> 0;
  if (term.kind === 'skip') mask = (mask | bit(term.ifSet.d)) >>> 0;
  for (let i = block.instrs.length - 1; i >= 0; i--) {
    // what a skip may pass over does not end a life
    const sure = i === 0 || !isConditional(block.instrs[i - 1]);
    const { callee } = block.instrs[i];
    if (callee) onCall(callee, mask);
    mask = step(block.instrs[i], mask, sure, effectOf);
  }
  return mask;
}

const isConditional = ({ op }: Instr): boolean =>
  ['sbrc', 'sbrs', 'sbic', 'sbis', 'cpse', 'brbs', 'brbc'].includes(op);

function step(ins: Instr, after: number, sure: boolean, effectOf: EffectOf): number {
  if (ins.callee) {
    const { reads, writes } = effectOf(ins.callee);
    return ((sure ? after & ~writes : after) | reads) >>> 0;
  }
  const shape = SHAPES[ins.op];
  let mask = after;
  if (shape?.writesD && sure) mask &= ~bit(ins.d);
  if (shape?.readsD || READS_D.has(ins.op)) mask |= bit(ins.d);
  return (mask | bit(ins.r)) >>> 0;
}
