/**
 * Rewrites that make the program smaller before it becomes instructions.
 *
 * needs:  tidy functions in SSA
 * leaves: no constant expressions, no masks that change nothing, no dead values,
 *         no branch on a constant, no block that only jumps on
 * keeps:  every effect and its order; the bits of each value that somebody looks at
 *
 * Two kinds of rewrite must not be mixed in one round: those that keep a value
 * exactly, and those that only keep its demanded bits. Each works on facts that
 * the other kind may spoil, so the analysis runs again in between.
 */

import { algebra, type Uses } from './algebra.ts';
import { foldBranches, mergeBlocks, nameConditions } from './branches.ts';
import { analyse, type Facts } from './facts.ts';
import {
  countUses,
  type Fn,
  isOrdered,
  type Node,
  nodesOf,
  type Program,
  replaceUses,
  termArgs,
} from './ir.ts';
import { keepDemanded, keepValue, narrowComparisons } from './narrow.ts';
import { hoistCommon, shareEqualNodes, shareGlobals } from './share.ts';
import { threadDecisions } from './thread.ts';

/** Runs all rewrites until nothing changes. */
export function simplify(program: Program): void {
  for (let round = 0; round < 50; round++) {
    let changed = false;
    for (const fn of program.fns) changed = localRewrites(fn, program.shared) || changed;
    const exact = analyse(program);
    for (const fn of program.fns) {
      changed = narrowComparisons(fn, exact) || changed;
      changed = rewrite(fn, node => keepValue(node, exact)) || changed;
    }
    if (!changed) {
      const demanded = analyse(program);
      for (const fn of program.fns) changed = rewrite(fn, node => keepDemanded(node, demanded)) || changed;
      for (const fn of program.fns) changed = dropUnusedStores(fn, demanded) || changed;
    }
    if (!changed) return;
  }
}

function localRewrites(fn: Fn, shared: ReadonlySet<number>): boolean {
  let changed = dropTrivialPhis(fn);
  changed = nameConditions(fn) || changed;
  changed = rewrite(fn, algebra) || changed;
  changed = shareGlobals(fn, shared) || changed;
  changed = shareEqualNodes(fn) || changed;
  changed = hoistCommon(fn) || changed;
  changed = foldBranches(fn) || changed;
  changed = threadDecisions(fn) || changed;
  changed = mergeBlocks(fn) || changed;
  return dropDead(fn) || changed;
}

function usesOf(fn: Fn): Uses {
  const all = countUses(fn);
  const compared = new Map<Node, number>();
  for (const node of nodesOf(fn)) {
    if (node.op !== 'eq' && node.op !== 'ne') continue;
    for (const arg of node.args) compared.set(arg, (compared.get(arg) ?? 0) + 1);
  }
  return { onlyCompared: node => compared.get(node) === all.get(node) };
}

/** Applies a rule to every node; a rule answers the node that takes its place, or undefined. */
function rewrite(fn: Fn, rule: (node: Node, uses: Uses) => Node | undefined): boolean {
  const replacement = new Map<Node, Node>();
  const uses = usesOf(fn);
  for (const block of fn.blocks) {
    for (const node of [...block.phis, ...block.nodes]) {
      const next = rule(node, uses);
      if (!next || next === node) continue;
      replacement.set(node, next);
      if (next.block === block && next.op !== 'const' && next.op !== 'phi' && !block.nodes.includes(next)) {
        block.nodes.splice(block.nodes.indexOf(node), 0, next);
      }
    }
  }
  replaceUses(fn, replacement);
  return replacement.size > 0;
}

/** A phi whose arguments are one and the same value, or itself, is that value. */
function dropTrivialPhis(fn: Fn): boolean {
  const replacement = new Map<Node, Node>();
  const settle = (node: Node): Node => {
    let to = node;
    for (let next = replacement.get(to); next; next = replacement.get(to)) to = next;
    return to;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of fn.blocks) {
      for (const phi of block.phis) {
        if (replacement.has(phi)) continue;
        const others = new Set(phi.args.map(settle));
        others.delete(phi);
        const [value] = others;
        if (!value || ![...others].every(other => equalConstants(other, value))) continue;
        replacement.set(phi, value);
        changed = true;
      }
    }
  }
  replaceUses(fn, replacement);
  for (const block of fn.blocks) block.phis = block.phis.filter(phi => !replacement.has(phi));
  return replacement.size > 0;
}

const equalConstants = (a: Node, b: Node): boolean =>
  a === b || (a.op === 'const' && b.op === 'const' && a.value === b.value);

/** Removes what nobody reads and what has no effect; unread loads of globals too. */
export function dropDead(fn: Fn): boolean {
  const live = new Set<Node>();
  const work: Node[] = [];
  const need = (node: Node) => {
    if (live.has(node)) return;
    live.add(node);
    work.push(node);
  };
  for (const block of fn.blocks) {
    termArgs(block.term).forEach(need);
    for (const node of block.nodes) if (hasEffect(node)) need(node);
  }
  for (let node = work.pop(); node; node = work.pop()) node.args.forEach(need);
  let changed = false;
  for (const block of fn.blocks) {
    const before = block.phis.length + block.nodes.length;
    block.phis = block.phis.filter(node => live.has(node));
    block.nodes = block.nodes.filter(node => live.has(node));
    changed = changed || before !== block.phis.length + block.nodes.length;
  }
  return changed;
}

const hasEffect = (node: Node): boolean =>
  (isOrdered(node) && node.op !== 'getglobal') || node.op === 'param';

/** A global that nobody reads needs no stores. */
function dropUnusedStores(fn: Fn, facts: Facts): boolean {
  let changed = false;
  for (const block of fn.blocks) {
    const kept = block.nodes.filter(node => node.op !== 'setglobal' || facts.globalDemand(node.value) !== 0);
    changed = changed || kept.length !== block.nodes.length;
    block.nodes = kept;
  }
  return changed;
}
