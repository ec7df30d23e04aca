/**
 * Shapes the graph of machine blocks: no empty blocks, no detours, loops that test
 * once per turn. Works before and after registers are allocated.
 */

import { type Instr, type MBlock, type MFn, type MProgram, mSuccessors, type Reg, reachable } from './mir.ts';

export function straighten(program: MProgram): void {
  for (const fn of program.fns) {
    // each block passes a test at most once: an endless loop would be passed for ever
    const passed = new Map<MBlock, Set<MBlock>>();
    for (let changed = true; changed; ) {
      changed = skipEmptyBlocks(fn);
      changed = threadKnownTests(fn, passed) || changed;
      fn.blocks = reachable(fn);
      changed = mergeChains(fn) || changed;
    }
  }
}

function retarget(block: MBlock, change: (to: MBlock) => MBlock): boolean {
  const { term } = block;
  if (term.kind === 'jump') {
    const to = change(term.to);
    if (to === term.to) return false;
    block.term = { ...term, to };
    return true;
  }
  if (term.kind !== 'test') return false;
  const [then, otherwise] = [change(term.then), change(term.else)];
  if (then === term.then && otherwise === term.else) return false;
  // a pin is read even when both ways are one
  const decided = then === otherwise && term.test.kind !== 'io';
  block.term = decided ? { kind: 'jump', to: then } : { ...term, then, else: otherwise };
  return true;
}

/** A block without instructions that only jumps on is passed over. */
function skipEmptyBlocks(fn: MFn): boolean {
  const onward = (block: MBlock): MBlock => {
    const seen = new Set<MBlock>();
    let to = block;
    while (to.instrs.length === 0 && to.term.kind === 'jump' && !seen.has(to)) {
      seen.add(to);
      to = to.term.to;
    }
    return to;
  };
  let changed = false;
  for (const block of fn.blocks) changed = retarget(block, onward) || changed;
  return changed;
}

/** A block and the only block that leads to it become one. */
function mergeChains(fn: MFn): boolean {
  const entries = new Map<MBlock, number>([[fn.blocks[0], 1]]);
  for (const block of fn.blocks) {
    for (const next of mSuccessors(block)) entries.set(next, (entries.get(next) ?? 0) + 1);
  }
  let changed = false;
  const gone = new Set<MBlock>();
  for (const block of fn.blocks) {
    if (gone.has(block)) continue;
    while (block.term.kind === 'jump') {
      const next: MBlock = block.term.to;
      if (next === block || entries.get(next) !== 1) break;
      block.instrs.push(...next.instrs);
      block.term = next.term;
      gone.add(next);
      changed = true;
    }
  }
  fn.blocks = fn.blocks.filter(block => !gone.has(block));
  return changed;
}

/**
 * A jump to a test whose outcome is known goes straight on: the first turn of a
 * counted loop needs no test. The copies in front of the test go along.
 */
function threadKnownTests(fn: MFn, passed: Map<MBlock, Set<MBlock>>): boolean {
  let changed = false;
  for (const block of fn.blocks) {
    if (block.term.kind !== 'jump') continue;
    const header = block.term.to;
    if (header === block || header.term.kind !== 'test' || !header.instrs.every(ins => ins.op === 'mov'))
      continue;
    const outcome = knownOutcome([...block.instrs, ...header.instrs], header);
    const before = passed.get(block) ?? new Set();
    if (outcome === undefined || before.has(header)) continue;
    passed.set(block, before.add(header));
    block.instrs.push(...header.instrs.map(ins => ({ ...ins })));
    block.term = { kind: 'jump', to: outcome ? header.term.then : header.term.else };
    changed = true;
  }
  return changed;
}

function knownOutcome(code: Instr[], { term }: MBlock): boolean | undefined {
  if (term.kind !== 'test') return undefined;
  const { test } = term;
  const value = (reg: Reg) => knownValue(code, reg);
  if (test.kind === 'bit') {
    const byte = value(test.reg);
    return byte === undefined ? undefined : (byte >> test.bit) % 2 === 1;
  }
  if (test.kind !== 'compare' || test.cc === 'slt') return undefined;
  const left = test.a.map(value);
  const right = test.b.map((reg, i) => (reg === undefined ? (i === 0 ? test.k : 0) : value(reg)));
  if (left.includes(undefined) || right.includes(undefined)) return undefined;
  const number = (bytes: (number | undefined)[]) =>
    bytes.reduceRight<number>((sum, byte) => sum * 256 + byte!, 0);
  return test.cc === 'eq' ? number(left) === number(right) : number(left) < number(right);
}

/** The constant in a register after some straight code, when LDI and MOV alone tell. */
function knownValue(code: Instr[], reg: Reg): number | undefined {
  let wanted = reg;
  for (let i = code.length - 1; i >= 0; i--) {
    const ins = code[i];
    if (ins.callee || ins.scratch.includes(wanted)) return undefined;
    if (ins.d !== wanted || ins.op === 'out') continue;
    if (ins.op === 'ldi' || ins.op === 'clr') return ins.k;
    if (ins.op !== 'mov') return undefined;
    wanted = ins.r;
  }
  return undefined;
}
