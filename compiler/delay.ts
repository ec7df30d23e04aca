/**
 * Counted delays: exactly so many clocks in as few words as the part allows.
 *
 * Clocks per turn (AT90S1200 datasheet, instruction set summary): DEC 1, SUBI and
 * SBCI 1, BRNE 2 when taken and 1 when not, LDI 1, RJMP 2.
 */

import { type Instr, instr } from './mir.ts';

/** Loops by number of registers: clocks of one turn, and clocks beside the turns. */
const LOOPS = [
  { registers: 1, turn: 3, fixed: 0, most: 256 },
  { registers: 2, turn: 4, fixed: 1, most: 65_536 },
  { registers: 3, turn: 5, fixed: 2, most: 16_777_216 },
];

/** How many scratch registers (r16..r31) a delay of so many clocks needs. */
export function delayRegisters(clocks: number): number {
  if (clocks < 5) return 0;
  return LOOPS.find(({ turn, fixed, most }) => clocks - fixed < turn * (most + 1))!.registers;
}

/** The instructions of a delay. `scratch` has {@link delayRegisters} registers. */
export function delayCode({ k: clocks, scratch, at }: Instr): Instr[] {
  const loop = LOOPS[scratch.length - 1];
  if (!loop) return padding(clocks, at);
  const turns = Math.floor((clocks - loop.fixed) / loop.turn);
  const code: Instr[] = [];
  // a count of 0 goes round the whole range
  scratch.forEach((d, i) => {
    code.push(instr('ldi', at, { d, k: Math.floor(turns / 256 ** i) % 256 }));
  });
  if (scratch.length === 1) code.push(instr('dec', at, { d: scratch[0] }));
  else {
    scratch.forEach((d, i) => {
      code.push(instr(i === 0 ? 'subi' : 'sbci', at, { d, k: i === 0 ? 1 : 0 }));
    });
  }
  code.push(instr('brbc', at, { b: 1, k: -(scratch.length + 1) }));
  return [...code, ...padding(clocks - loop.fixed - turns * loop.turn, at)];
}

/** RJMP to the next word takes two clocks in one word. */
function padding(clocks: number, at: number): Instr[] {
  const code: Instr[] = [];
  for (let left = clocks; left > 1; left -= 2) code.push(instr('rjmp', at, { k: 0 }));
  if (clocks % 2 === 1) code.push(instr('nop', at));
  return code;
}
