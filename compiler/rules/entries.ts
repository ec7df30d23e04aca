/** Calls that begin alike share the beginning, as a second entry of the function. */

import type { FBlock, FProgram } from '../finish.ts';
import type { Instr, MFn } from '../mir.ts';
import {
  isConstant,
  isFreeInFront,
  isSkip,
  keyOf,
  type Note,
  nextId,
  type Rule,
  timedBlocks,
} from './graph.ts';

export const entryRule: Rule = { name: 'same arguments to the same function', apply: shareBeginnings };

/** A call of a function, and what stands in front of it. */
interface CallSite {
  block: FBlock;
  call: Instr;
  callee: MFn;
  /** The instructions right in front of the call that may move, the nearest first. */
  before: Instr[];
  /** Those of them that only set a register and could stand anywhere down to the call, by their keys. */
  free: Map<string, Instr>;
}

/** A beginning that several calls have in common. */
interface Beginning {
  sites: { site: CallSite; code: Instr[] }[];
  gain: number;
}

/**
 * Calls of one function after the same instructions: those instructions become a
 * second entry in front of the function. No return address more is needed. The order in
 * which registers are set does not matter.
 */
function shareBeginnings(program: FProgram, note: Note): void {
  for (let best = bestBeginning(program); best; best = bestBeginning(program)) {
    const { sites, gain } = best;
    addEntry(program, best);
    note(sites[1].site.block.fn, sites[1].site.call.at, gain);
  }
}

function bestBeginning(program: FProgram): Beginning | undefined {
  let best: Beginning | undefined;
  for (const sites of callSites(program)) {
    // one jump to the function proper, unless the entry can stand right in front of it
    const jump = isFreeInFront(program, sites[0].callee) ? 0 : 1;
    for (const sharing of [...sameSequences(sites), ...sameSettings(sites)]) {
      const length = sharing[0].code.length;
      const gain = length * (sharing.length - 1) - jump;
      if (gain > (best?.gain ?? 0)) best = { sites: sharing, gain };
    }
  }
  return best;
}

/** The calls of each function that is called more than once. */
function callSites(program: FProgram): CallSite[][] {
  const timed = timedBlocks(program);
  const sites = new Map<MFn, CallSite[]>();
  for (const block of program.blocks) {
    if (timed.has(block)) continue;
    block.instrs.forEach((call, index) => {
      if (!call.callee || isSkip(block.instrs[index - 1])) return;
      const before = movable(block, index);
      if (before.length === 0) return;
      // a handler may look at a register between any two instructions: then the order stays
      const free = program.vectors.length === 0 ? settings(before) : new Map<string, Instr>();
      const site = { block, call, callee: call.callee, before, free };
      sites.set(call.callee, [...(sites.get(call.callee) ?? []), site]);
    });
  }
  return [...sites.values()].filter(({ length }) => length > 1);
}

/** What stands in front of a call and can move: no call among it, no skip cut in two. */
function movable({ instrs }: FBlock, index: number): Instr[] {
  const found: Instr[] = [];
  for (let i = index - 1; i >= 0; i--) {
    const ins = instrs[i];
    if (ins.callee || ins.op === 'delay' || ins.op === 'mark' || isSkip(ins) || isSkip(instrs[i - 1])) break;
    found.push(ins);
  }
  return found;
}

/** Instructions that only set a register with which nothing between them and the call has to do. */
function settings(before: Instr[]): Map<string, Instr> {
  const free = new Map<string, Instr>();
  before.forEach((ins, i) => {
    if (!isConstant(ins) && ins.op !== 'mov') return;
    const later = before.slice(0, i);
    const touched = later.some(({ d, r, scratch }) => [d, r, ...scratch].includes(ins.d));
    if (touched || (ins.r >= 0 && later.some(({ d }) => d === ins.r))) return;
    // CLR changes flags, which an instruction between may use
    if (ins.op === 'clr' && later.some(other => !isConstant(other) && other.op !== 'mov')) return;
    free.set(keyOf(ins), ins);
  });
  return free;
}

/** Groups of calls after one and the same sequence, for every length. */
function sameSequences(sites: CallSite[]): Beginning['sites'][] {
  const groups = new Map<string, Beginning['sites']>();
  for (const site of sites) {
    let key = '';
    site.before.forEach((ins, i) => {
      key = `${keyOf(ins)}; ${key}`;
      const code = site.before.slice(0, i + 1).reverse();
      groups.set(key, [...(groups.get(key) ?? []), { site, code }]);
    });
  }
  return [...groups.values()];
}

/** Groups of calls before which the same registers are set to the same values, whatever else. */
function sameSettings(sites: CallSite[]): Beginning['sites'][] {
  const groups = new Map<string, Beginning['sites']>();
  sites.forEach((one, i) => {
    for (const other of sites.slice(i + 1)) {
      const keys = [...one.free.keys()].filter(key => other.free.has(key)).sort();
      const group = keys.join('; ');
      if (keys.length === 0 || groups.has(group)) continue;
      const having = sites.filter(({ free }) => keys.every(key => free.has(key)));
      groups.set(
        group,
        having.map(site => ({ site, code: keys.map(key => site.free.get(key)!) })),
      );
    }
  });
  return [...groups.values()];
}

function addEntry(program: FProgram, { sites }: Beginning): void {
  const [{ site, code }] = sites;
  const { callee } = site;
  const fn: MFn = { ...callee, name: entryName(program, callee), at: code[0].at };
  const entry: FBlock = {
    id: nextId(program),
    fn,
    instrs: code,
    term: { kind: 'jump', to: program.entryOf.get(callee)! },
  };
  for (const { site: each, code: gone } of sites) {
    const { block, call } = each;
    block.instrs = block.instrs.flatMap(ins =>
      gone.includes(ins) ? [] : [ins === call ? { ...call, callee: fn } : ins],
    );
  }
  program.blocks.push(entry);
  program.entryOf.set(fn, entry);
}

/** A further entry of f is called f+1, f+2 and so on. */
function entryName(program: FProgram, callee: MFn): string {
  const base = callee.name.replace(/\+\d+$/, '');
  const taken = [...program.entryOf.keys()].filter(({ name }) => name.startsWith(`${base}+`)).length;
  return `${base}+${taken + 1}`;
}
