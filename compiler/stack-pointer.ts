/**
 * On a chip with RAM the stack lies there, and the program says where: the first thing after reset
 * is the stack pointer. The AT90S1200 has a stack of its own and needs nothing.
 *
 * needs:  selected functions
 * leaves: main begins with the stack pointer at RAMEND
 * keeps:  everything else; on a chip without RAM, every word
 */

import type { Chip } from '../vm-host/chip.ts';
import { instr, type MProgram } from './mir.ts';

export function setStackPointer(program: MProgram, { ram, io }: Chip): void {
  if (!ram) return;
  const { blocks, at } = program.entry;
  const code = ram.pointer.flatMap((register, byte) => {
    const d = program.regs++;
    const k = (ram.last >> (8 * byte)) & 0xff;
    return [instr('ldi', at, { d, k }), instr('out', at, { d, k: io[register] })];
  });
  blocks[0].instrs.unshift(...code);
}
