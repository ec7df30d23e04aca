/**
 * Long chains of comparisons of one byte with constants are halved.
 *
 * needs:  machine blocks over virtual registers, straightened
 * leaves: at each split a comparison whose carry, already there, chooses the half
 * keeps:  where each value leads
 *
 * CPI with the middle constant sets Z for its own case and C for the half, so a
 * split costs one branch and one jump to the default case.
 */

import { type MBlock, type MProgram, mSuccessors, type Reg } from './mir.ts';

/** From so many cases on two words are worth the clocks. */
const LONG = 16;

interface Case {
  k: number;
  to: MBlock;
  at: number;
}

export function splitChains(program: MProgram): void {
  let ids = Math.max(...program.fns.flatMap(fn => fn.blocks.map(block => block.id)));
  for (const fn of program.fns) {
    const entries = new Map<MBlock, number>();
    for (const block of fn.blocks)
      for (const next of mSuccessors(block)) entries.set(next, (entries.get(next) ?? 0) + 1);
    const block = () => {
      const made: MBlock = { id: ++ids, instrs: [], term: { kind: 'return', at: fn.at } };
      fn.blocks.push(made);
      return made;
    };
    const inChain = new Set<MBlock>();
    for (const head of [...fn.blocks]) {
      if (inChain.has(head)) continue;
      const chain = chainFrom(head, entries);
      for (const member of chain.members) inChain.add(member);
      const cases = distinct(chain.cases);
      if (cases.length >= LONG) build(head, chain.reg, cases, chain.fallback, block);
    }
  }
}

/** The comparisons that follow each other from a block on, as cases of one register. */
function chainFrom(head: MBlock, entries: Map<MBlock, number>) {
  const members: MBlock[] = [];
  const cases: Case[] = [];
  let reg: Reg = -1;
  let at = head;
  for (;;) {
    const { term } = at;
    if (members.includes(at)) break;
    if (term.kind !== 'test' || term.test.kind !== 'compare' || term.test.cc !== 'eq') break;
    const { a, b, k } = term.test;
    if (a.length !== 1 || b[0] !== undefined || (reg >= 0 && a[0] !== reg)) break;
    if (at !== head && (at.instrs.length > 0 || entries.get(at) !== 1)) break;
    reg = a[0];
    members.push(at);
    cases.push({ k, to: term.then, at: term.at });
    at = term.else;
  }
  return { members, cases, reg, fallback: at };
}

/** The first case of each constant; a later one is never reached. */
function distinct(cases: Case[]): Case[] {
  return cases.filter(({ k }, i) => cases.findIndex(other => other.k === k) === i).sort((a, b) => a.k - b.k);
}

function build(block: MBlock, reg: Reg, cases: Case[], fallback: MBlock, make: () => MBlock): void {
  const middle = cases.length >= LONG / 2 ? cases.length >> 1 : 0;
  const { k, to, at } = cases[middle];
  const rest = [...cases.slice(0, middle), ...cases.slice(middle + 1)];
  const next = rest.length === 0 ? fallback : make();
  block.term = {
    kind: 'test',
    test: { kind: 'compare', cc: 'eq', a: [reg], b: [undefined], k },
    then: to,
    else: next,
    at,
  };
  if (rest.length === 0) return;
  if (middle === 0) {
    build(next, reg, rest, fallback, make);
    return;
  }
  const [lower, upper] = [make(), make()];
  next.term = { kind: 'test', test: { kind: 'carry' }, then: lower, else: upper, at };
  build(lower, reg, cases.slice(0, middle), fallback, make);
  build(upper, reg, cases.slice(middle + 1), fallback, make);
}
