/** Registers that begin as zero are cleared together, in a loop. */

import type { FBlock, FProgram } from '../finish.ts';
import { liveRegisters } from '../live-registers.ts';
import { type Instr, instr, SHAPES } from '../mir.ts';
import { isConstant, isSkip, type Note, nextId, type Rule, timedBlocks } from './graph.ts';

export const clearRule: Rule = { name: 'clear registers together', apply: clearTogether };

/** ST Z writes the register to which R30 points (AT90S1200 datasheet 0838H, page 7); with RAM, R31 is the high byte and zero. */
const POINTER = 30;
const ZERO = 31;
/** LDI, CLR; ST, DEC, BRNE. */
const WORDS = 5;
const Z = 1;

/**
 * After reset no register holds anything that matters, so the loop may clear more than it must:
 * all from the highest that is wanted down to R1, R31, and R30 by counting. An interrupt in between
 * would find a register of its own changed, so with handlers everything stays as it is.
 */
function clearTogether(program: FProgram, note: Note): void {
  const start = program.entryOf.get(program.main)!;
  const alone = program.vectors.length === 0 && !timedBlocks(program).has(start);
  const zeros = alone ? startingZeros(start) : new Set<Instr>();
  if (zeros.size <= WORDS) return;
  const { instrs, term, fn } = start;
  const at = instrs[0].at;
  const first = settingsOfChip(program, start);
  const highest = Math.max(1, ...[...zeros].map(({ d }) => d).filter(d => d < POINTER));
  const id = nextId(program);
  const rest: FBlock = { id, fn, instrs: instrs.slice(first).filter(ins => !zeros.has(ins)), term };
  const loop: FBlock = {
    id: id + 1,
    fn,
    instrs: [instr('st', at, { d: ZERO, r: POINTER }), instr('dec', at, { d: POINTER })],
    term: { kind: 'jump', to: rest },
  };
  loop.term = { kind: 'flag', flag: Z, then: rest, else: loop, at };
  start.instrs = [
    ...instrs.slice(0, first),
    instr('ldi', at, { d: POINTER, k: highest }),
    instr('clr', at, { d: ZERO }),
  ];
  start.term = { kind: 'jump', to: loop };
  program.blocks.push(loop, rest);
  program.cleared = highest;
  note(fn, at, zeros.size - WORDS);
}

/**
 * How many instructions at the very beginning set registers of the chip, the stack pointer before all, by way of
 * a register that nobody reads afterwards: they come before the loop.
 */
function settingsOfChip(program: FProgram, block: FBlock): number {
  const { instrs } = block;
  const live = liveRegisters(program).atEnd(block);
  let first = 0;
  for (;;) {
    const [load, out] = instrs.slice(first, first + 2);
    if (load?.op !== 'ldi' || out?.op !== 'out' || out.d !== load.d) return first;
    if (isRead(load.d, instrs.slice(first + 2), live)) return first;
    first += 2;
  }
}

/** Whether a register may be read before it is written. */
function isRead(reg: number, code: Instr[], liveAfter: number): boolean {
  for (const ins of code) {
    const shape = SHAPES[ins.op];
    if (ins.callee || isSkip(ins) || !shape || ins.r === reg) return true;
    if (ins.d === reg) return shape.readsD || !shape.writesD;
  }
  return (liveAfter & (1 << reg)) !== 0;
}

/** Instructions at the beginning that make a register zero of which nothing was known before. */
function startingZeros({ instrs }: FBlock): Set<Instr> {
  const zeros = new Set<Instr>();
  const known = new Set<number>();
  const changed = new Set<number>();
  for (const ins of instrs) {
    if (ins.callee || ins.op === 'mark' || ins.op === 'st' || isSkip(ins)) break;
    const isZero = (isConstant(ins) && ins.k === 0) || (ins.op === 'mov' && known.has(ins.r));
    if (isZero && ins.d > 0 && !changed.has(ins.d)) {
      zeros.add(ins);
      known.add(ins.d);
    } else {
      const written = ins.d >= 0 && SHAPES[ins.op]?.writesD ? [ins.d, ...ins.scratch] : ins.scratch;
      for (const reg of written) {
        changed.add(reg);
        known.delete(reg);
      }
    }
  }
  return zeros;
}
