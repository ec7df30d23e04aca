/**
 * Chooses which operand of a commutative operation becomes its result.
 *
 * needs:  machine blocks over virtual registers
 * leaves: `mov d, x; op d, y` with x the operand that dies here, so that the copy can vanish
 * keeps:  the values
 *
 * When both die, the one that the result replaces in a loop is taken: then the
 * loop's variable stays in its register.
 */

import { Liveness } from './liveness.ts';
import type { Instr, MProgram, Reg } from './mir.ts';
import type { RegSet } from './reg-set.ts';

const COMMUTES: ReadonlySet<string> = new Set(['add', 'adc', 'and', 'or', 'eor']);

export function commute(program: MProgram): void {
  const liveness = new Liveness(program);
  const related = copyPartners(program);
  for (const fn of program.fns) {
    for (const block of fn.blocks) {
      const liveAfter = new Map<Instr, RegSet>();
      liveness.walk(fn, block, (ins, after) => {
        if (COMMUTES.has(ins.op)) liveAfter.set(ins, after.copy());
      });
      block.instrs.forEach((ins, i) => {
        const copy = block.instrs[i - 1];
        const after = liveAfter.get(ins);
        if (!after || copy?.op !== 'mov' || copy.d !== ins.d || ins.r === ins.d) return;
        const score = (reg: Reg) => (after.has(reg) ? 0 : 2) + (replaces(related, ins.d, reg) ? 1 : 0);
        if (score(ins.r) > score(copy.r)) [copy.r, ins.r] = [ins.r, copy.r];
      });
    }
  }
}

/** For each register those that it is copied to or from. */
function copyPartners(program: MProgram): Map<Reg, Set<Reg>> {
  const partners = new Map<Reg, Set<Reg>>();
  const add = (a: Reg, b: Reg) => {
    const known = partners.get(a);
    if (known) known.add(b);
    else partners.set(a, new Set([b]));
  };
  for (const fn of program.fns) {
    for (const block of fn.blocks) {
      for (const { op, d, r } of block.instrs) {
        if (op !== 'mov') continue;
        add(d, r);
        add(r, d);
      }
    }
  }
  return partners;
}

/** Whether some register is copied from the result and to the operand: the result is the operand's next value. */
function replaces(related: Map<Reg, Set<Reg>>, result: Reg, operand: Reg): boolean {
  const near = related.get(result);
  return near !== undefined && [...near].some(reg => related.get(operand)?.has(reg));
}
