/** Calls that begin alike share the beginning, as a second entry of the function. */

import type { FBlock, FProgram } from '../finish.ts';
import type { MFn } from '../mir.ts';
import { isSkip, keyOf, type Note, nextId, type Rule, timedBlocks } from './graph.ts';

export const entryRule: Rule = { name: 'same arguments to the same function', apply: sharePrefixes };

/** A call of a function and the instructions right in front of it. */
interface CallSite {
  block: FBlock;
  index: number;
  callee: MFn;
}

/**
 * Calls of one function after the same instructions: those instructions become a
 * second entry in front of the function. No return address more is needed.
 */
function sharePrefixes(program: FProgram, note: Note): void {
  for (let best = bestPrefix(program); best; best = bestPrefix(program)) {
    const { sites, length, gain } = best;
    const { at } = sites[0].block.instrs[sites[0].index];
    addEntry(program, sites, length);
    for (const { block } of sites.slice(1)) note(block.fn, at, gain / (sites.length - 1));
  }
}

interface Prefix {
  sites: CallSite[];
  length: number;
  gain: number;
}

function bestPrefix(program: FProgram): Prefix | undefined {
  const timed = timedBlocks(program);
  const sites = program.blocks.flatMap(block =>
    timed.has(block)
      ? []
      : block.instrs.flatMap((ins, index) =>
          ins.callee && !isSkip(block.instrs[index - 1]) ? [{ block, index, callee: ins.callee }] : [],
        ),
  );
  const groups = new Map<string, Prefix>();
  for (const site of sites) {
    let key = keyOf(site.block.instrs[site.index]);
    for (let length = 1; movable(site, length); length++) {
      key = `${keyOf(site.block.instrs[site.index - length])}; ${key}`;
      const group = groups.get(key) ?? { sites: [], length, gain: 0 };
      group.sites.push(site);
      // one jump to the function proper, unless the entry can stand right in front of it
      group.gain = length * (group.sites.length - 1) - 1;
      groups.set(key, group);
    }
  }
  return [...groups.values()].reduce<Prefix | undefined>(
    (best, group) => (group.gain > (best?.gain ?? 0) ? group : best),
    undefined,
  );
}

/** Whether the `length` instructions in front of a call can move: no call among them, no skip cut in two. */
function movable({ block, index }: CallSite, length: number): boolean {
  const ins = block.instrs[index - length];
  return (
    ins !== undefined &&
    !ins.callee &&
    ins.op !== 'delay' &&
    ins.op !== 'mark' &&
    !isSkip(ins) &&
    !isSkip(block.instrs[index - length - 1])
  );
}

function addEntry(program: FProgram, sites: CallSite[], length: number): void {
  const [{ block, index, callee }] = sites;
  const id = nextId(program);
  const prefix = block.instrs.slice(index - length, index);
  const fn: MFn = { ...callee, name: entryName(program, callee), at: prefix[0].at };
  const entry: FBlock = { id, fn, instrs: prefix, term: { kind: 'jump', to: program.entryOf.get(callee)! } };
  program.blocks.push(entry);
  program.entryOf.set(fn, entry);
  for (const site of sites.sort((a, b) => b.index - a.index)) {
    const call = site.block.instrs[site.index];
    site.block.instrs.splice(site.index - length, length + 1, { ...call, callee: fn });
  }
}

/** A further entry of f is called f+1, f+2 and so on. */
function entryName(program: FProgram, callee: MFn): string {
  const base = callee.name.replace(/\+\d+$/, '');
  const taken = [...program.entryOf.keys()].filter(({ name }) => name.startsWith(`${base}+`)).length;
  return `${base}+${taken + 1}`;
}
