/** Branches that are decided, named by their comparison, or not needed. */

import { isConst } from './algebra.ts';
import { type Block, constant, type Fn, isComparison, makeNode, successors, tidy } from './ir.ts';

/** A branch on a value is a branch on its difference from zero. */
export function nameConditions(fn: Fn): boolean {
  let changed = false;
  for (const block of fn.blocks) {
    const { term } = block;
    if (term.kind !== 'branch' || isComparison(term.cond) || term.cond.op === 'const') continue;
    term.cond = makeNode('ne', [term.cond, constant(0, block, term.at)], block, term.at);
    block.nodes.push(term.cond);
    changed = true;
  }
  return changed;
}

export function foldBranches(fn: Fn): boolean {
  let changed = false;
  for (const block of fn.blocks) {
    const { term } = block;
    if (term.kind !== 'branch') continue;
    if (term.then === term.else && term.then.preds.filter(pred => pred === block).length === 1) {
      block.term = { kind: 'jump', to: term.then };
      changed = true;
    } else if (term.cond.op === 'const') {
      const [taken, other] = term.cond.value !== 0 ? [term.then, term.else] : [term.else, term.then];
      removeEdge(block, other);
      block.term = { kind: 'jump', to: taken };
      changed = true;
    } else if ((term.cond.op === 'eq' || term.cond.op === 'ne') && isConst(term.cond.args[1], 0)) {
      const inner = term.cond.args[0];
      if (!['eq', 'ne', 'lt_u', 'le_u', 'lt_s', 'le_s', 'bit'].includes(inner.op)) continue;
      const turned = term.cond.op === 'eq';
      block.term = {
        ...term,
        cond: inner,
        then: turned ? term.else : term.then,
        else: turned ? term.then : term.else,
      };
      changed = true;
    }
  }
  if (changed) tidy(fn);
  return changed;
}

function removeEdge(from: Block, to: Block): void {
  const i = to.preds.indexOf(from);
  to.preds.splice(i, 1);
  for (const phi of to.phis) phi.args.splice(i, 1);
}

/** Joins a block with its only successor when that has no other way in; passes over empty blocks. */
export function mergeBlocks(fn: Fn): boolean {
  let changed = false;
  for (const block of fn.blocks) {
    for (;;) {
      if (block.term.kind !== 'jump') break;
      const next = block.term.to;
      if (next === block || next === fn.blocks[0] || next.preds.length !== 1 || next.phis.length > 0) break;
      for (const node of next.nodes) node.block = block;
      block.nodes.push(...next.nodes);
      next.nodes = [];
      block.term = next.term;
      next.term = { kind: 'unreachable', at: 0 };
      for (const after of successors(block))
        after.preds = after.preds.map(pred => (pred === next ? block : pred));
      changed = true;
    }
  }
  if (changed) tidy(fn);
  return changed;
}
