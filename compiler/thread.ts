/**
 * Ways whose next decision is known go straight on: `if (a) { if (a) … }`, and `x ? y : 0` as a condition.
 *
 * needs:  tidy functions in SSA
 * leaves: ways past blocks that only decide
 * keeps:  every effect and its order; no node is copied
 */

import { foldComparison, isConst } from './algebra.ts';
import {
  type Block,
  comparedMask,
  countUses,
  type Fn,
  isComparison,
  makeBlock,
  type Node,
  successors,
  tidy,
} from './ir.ts';

/** How far back a way is followed for what it knows. */
const STEPS = 8;

/** A block that does nothing but decide, perhaps about the one value that arrives in it. */
interface Decision {
  block: Block;
  cond: Node;
  arriving: Node | undefined;
}

/** Leads ways past decisions that are made already. Answers whether any was. */
export function threadDecisions(fn: Fn): boolean {
  let changed = false;
  for (const block of [...fn.blocks]) {
    const decision = block === fn.blocks[0] ? undefined : decisionOf(fn, block);
    if (decision) for (const pred of new Set(block.preds)) changed = lead(fn, decision, pred) || changed;
  }
  if (changed) tidy(fn);
  return changed;
}

function decisionOf(fn: Fn, block: Block): Decision | undefined {
  const { term, phis, nodes } = block;
  if (term.kind !== 'branch' || term.then === term.else || phis.length > 1) return undefined;
  const { cond } = term;
  const alone = nodes.length === 0 || (nodes.length === 1 && nodes[0] === cond);
  if (!alone || !isComparison(cond) || cond.op === 'bit' || !isConst(cond.args[1])) return undefined;
  const [arriving] = phis;
  if (!arriving && nodes.length === 0) return { block, cond, arriving };
  const uses = countUses(fn);
  if (uses.get(cond) !== 1 || (arriving && (cond.args[0] !== arriving || uses.get(arriving) !== 1)))
    return undefined;
  return { block, cond, arriving };
}

/** Sends the way from one block on to where the decision leads, or lets that block decide. */
function lead(fn: Fn, { block, cond, arriving }: Decision, from: Block): boolean {
  const { term } = block;
  if (term.kind !== 'branch' || successors(from).filter(to => to === block).length !== 1) return false;
  const value = arriving ? arriving.args[block.preds.indexOf(from)] : cond.args[0];
  const outcome = outcomeFor(cond, value, from, block);
  if (outcome !== undefined) {
    const to = outcome ? term.then : term.else;
    if (to === block) return false;
    leave(block, from, [to], from.term.kind === 'jump' ? from : detour(fn, from, block));
    return true;
  }
  const zero = (cond.op === 'eq' || cond.op === 'ne') && isConst(cond.args[1], 0);
  if (!arriving || !zero || !isComparison(value) || from.term.kind !== 'jump') return false;
  if (term.then === block || term.else === block) return false;
  const [yes, no] = cond.op === 'ne' ? [term.then, term.else] : [term.else, term.then];
  leave(block, from, [yes, no], from);
  from.term = { kind: 'branch', cond: value, then: yes, else: no, at: term.at };
  return true;
}

/** A block of its own for the way from a branch to a decision. */
function detour(fn: Fn, from: Block, to: Block): Block {
  const made = makeBlock();
  made.preds = [from];
  made.term = { kind: 'jump', to };
  const { term } = from;
  if (term.kind === 'branch') {
    if (term.then === to) term.then = made;
    else term.else = made;
  }
  fn.blocks.splice(fn.blocks.indexOf(from) + 1, 0, made);
  return made;
}

/** Takes the way from `from` off a decision; `last` arrives at the targets instead, with the same values. */
function leave(block: Block, from: Block, targets: Block[], last: Block): void {
  const index = block.preds.indexOf(from);
  block.preds.splice(index, 1);
  for (const phi of block.phis) phi.args.splice(index, 1);
  for (const to of targets) {
    const known = to.preds.indexOf(block);
    to.preds.push(last);
    for (const phi of to.phis) phi.args.push(phi.args[known]);
  }
  if (targets.length === 1) last.term = { kind: 'jump', to: targets[0] };
}

/** What a comparison of a value with a constant comes to on the way from one block to the next, if the way tells. */
function outcomeFor(cond: Node, value: Node, from: Block, to: Block): boolean | undefined {
  if (value.op === 'const') return foldComparison(cond, value.value);
  let [before, after] = [from, to];
  for (let step = 0; step < STEPS; step++) {
    const outcome = toldBy(cond, value, before, after);
    if (outcome !== undefined || before.preds.length !== 1) return outcome;
    [before, after] = [before.preds[0], before];
  }
  return undefined;
}

/** What the branch at the end of a block tells about a comparison of the same value. */
function toldBy(cond: Node, value: Node, { term }: Block, after: Block): boolean | undefined {
  if (term.kind !== 'branch' || term.then === term.else) return undefined;
  const { cond: known } = term;
  if ((known.op !== 'eq' && known.op !== 'ne') || known.args[0] !== value || !isConst(known.args[1]))
    return undefined;
  const [seen, asked] = [comparedMask(known), comparedMask(cond)];
  const k = known.args[1].value;
  if ((known.op === 'eq') === (after === term.then)) {
    return (asked & ~seen) === 0 ? foldComparison(cond, k) : undefined;
  }
  const equality = cond.op === 'eq' || cond.op === 'ne';
  const same = (seen & ~asked) === 0 && ((cond.args[1].value ^ k) & seen) === 0;
  return equality && same ? cond.op === 'ne' : undefined;
}
