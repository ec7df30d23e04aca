/**
 * How deep the calls of a program go, before registers are chosen: enough to tell that a program
 * is too deep without compiling it to the end.
 *
 * needs:  selected functions, straightened
 * leaves: nothing changed
 */

import type { MBlock, MFn, MProgram } from './mir.ts';

export interface Depth {
  levels: number;
  /** The functions on the way down. */
  path: MFn[];
}

/** More chains of calls than this tell nothing new. */
const MOST_PATHS = 1000;
const MOST_VISITS = 20_000;

/**
 * Chains of calls that need more return addresses than there are. Only sure ones: a call may still become a jump
 * where nothing but copies follows it.
 */
export function deepPaths(program: MProgram, limit: number): MFn[][] {
  const handlers = program.fns.filter(fn => fn.vector !== undefined);
  // a handler calls nobody, and needs a return address of its own
  const room = limit - (handlers.length > 0 ? 1 : 0);
  const known = new Map<MFn, Link[]>();
  const found: MFn[][] = [];
  let visits = 0;
  const visit = (path: MFn[], levels: number): void => {
    if (++visits > MOST_VISITS || found.length === MOST_PATHS) return;
    const fn = path[path.length - 1];
    const links = known.get(fn) ?? linksFrom(fn);
    known.set(fn, links);
    if (links.length === 0 && levels > room) found.push(path);
    for (const { callee, cost } of links) visit([...path, callee], levels + cost);
  };
  visit([program.entry], 0);
  return found;
}

/** A function that another calls, and the return addresses that this takes: none when each such call ends it. */
interface Link {
  callee: MFn;
  cost: number;
}

function linksFrom(fn: MFn): Link[] {
  const costs = new Map<MFn, number>();
  for (const block of fn.blocks) {
    block.instrs.forEach(({ callee }, i) => {
      if (callee) costs.set(callee, Math.max(costs.get(callee) ?? 0, endsAfter(fn, block, i) ? 0 : 1));
    });
  }
  return [...costs].map(([callee, cost]) => ({ callee, cost }));
}

/** Main's deepest chain of calls, and on top of it the deepest handler's and its own return address. */
export function interrupted(main: Depth, handlers: Depth[]): Depth {
  const [first, ...others] = handlers;
  if (!first) return main;
  const worst = others.reduce((a, b) => (a.levels >= b.levels ? a : b), first);
  return { levels: main.levels + 1 + worst.levels, path: [...main.path, ...worst.path] };
}

/** Whether nothing but copies comes between an instruction and the return. */
function endsAfter(fn: MFn, from: MBlock, index: number): boolean {
  if (fn.vector !== undefined) return false;
  const seen = new Set<MBlock>();
  let rest = from.instrs.slice(index + 1);
  for (let block = from; !seen.has(block); ) {
    seen.add(block);
    if (rest.some(({ op }) => op !== 'mov')) return false;
    if (block.term.kind !== 'jump') return block.term.kind === 'return';
    block = block.term.to;
    rest = block.instrs;
  }
  return false;
}
