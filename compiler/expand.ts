/**
 * Writes out what no instruction does in one go.
 *
 * needs:  simplified functions
 * leaves: comparisons that only steer branches, and shifts by constants only
 * keeps:  the values
 */

import { analyse } from './facts.ts';
import {
  type Block,
  constant,
  countUses,
  type Fn,
  isComparison,
  isOrdered,
  makeBlock,
  makeNode,
  type Node,
  nodesOf,
  type Program,
  replaceUses,
  successors,
  tidy,
} from './ir.ts';
import { isLibraryOp, type LibraryOp, libraryFunction } from './library.ts';
import { dropDead } from './simplify.ts';

export function expand(program: Program): void {
  callLibrary(program);
  for (const fn of program.fns) {
    while (fn.blocks.some(block => splitCondition(fn, block))) {
      // each split may show another one
    }
    dropDead(fn);
    for (let node = variableShift(fn); node; node = variableShift(fn)) expandShift(fn, node);
    for (let node = comparedValue(fn); node; node = comparedValue(fn)) expandComparison(fn, node);
    tidy(fn);
  }
}

/** Multiplication, division and bit counting become calls of functions that come with them. */
function callLibrary(program: Program): void {
  const wanted = program.fns.flatMap(fn => nodesOf(fn).filter(isLibraryOp));
  if (wanted.length === 0) return;
  const facts = analyse(program);
  for (const node of wanted) {
    const { hi } = facts.of(node.args[0]);
    const narrow = node.op === 'div_u' || node.op === 'rem_u';
    const bits = !narrow || hi > 0xffff ? 32 : hi > 0xff ? 16 : 8;
    node.callee = libraryFunction(program, node.op as LibraryOp, bits);
    node.op = 'call';
  }
}

/** Cuts a block behind a node; the second half keeps the terminator. */
function splitAfter(fn: Fn, node: Node): { head: Block; tail: Block } {
  const head = node.block;
  const tail = makeBlock();
  tail.nodes = head.nodes.splice(head.nodes.indexOf(node) + 1);
  for (const moved of tail.nodes) moved.block = tail;
  tail.term = head.term;
  for (const next of successors(tail)) next.preds = next.preds.map(pred => (pred === head ? tail : pred));
  fn.blocks.splice(fn.blocks.indexOf(head) + 1, 0, tail);
  return { head, tail };
}

function addBlock(fn: Fn, after: Block, ...preds: Block[]): Block {
  const block = makeBlock();
  block.preds = preds;
  fn.blocks.splice(fn.blocks.indexOf(after) + 1, 0, block);
  return block;
}

/** branch on (a | b) is branch on a, then on b: each comparison steers a branch of its own. */
function splitCondition(fn: Fn, block: Block): boolean {
  const { term } = block;
  const joint = term.kind === 'branch' ? jointCondition(fn, term.cond) : undefined;
  if (term.kind !== 'branch' || !joint) return false;
  const [first, second] = joint.node.args;
  const [yes, no] = joint.negated ? [term.else, term.then] : [term.then, term.else];
  const early = joint.node.op === 'or' ? yes : no;
  const next = addBlock(fn, block, block);
  next.term = { kind: 'branch', cond: second, then: yes, else: no, at: term.at };
  // the way that the first comparison can decide alone is entered twice now
  const late = early === yes ? no : yes;
  late.preds = late.preds.map(pred => (pred === block ? next : pred));
  const detour = addBlock(fn, next, next);
  detour.term = { kind: 'jump', to: early };
  if (early === yes) next.term.then = detour;
  else next.term.else = detour;
  early.preds.push(detour);
  for (const phi of early.phis) phi.args.push(phi.args[early.preds.indexOf(block)]);
  block.term =
    joint.node.op === 'or'
      ? { kind: 'branch', cond: first, then: early, else: next, at: term.at }
      : { kind: 'branch', cond: first, then: next, else: early, at: term.at };
  return true;
}

/** An or or and of two pure comparisons that this branch alone asks for, tested against zero. */
function jointCondition(fn: Fn, cond: Node): { node: Node; negated: boolean } | undefined {
  if ((cond.op !== 'ne' && cond.op !== 'eq') || cond.args[1].op !== 'const' || cond.args[1].value !== 0)
    return undefined;
  const [node] = cond.args;
  if (node.op !== 'or' && node.op !== 'and') return undefined;
  const uses = countUses(fn);
  if (uses.get(node) !== 1 || uses.get(cond) !== 1) return undefined;
  const simple = node.args.every(arg => isComparison(arg) && !isOrdered(arg));
  return simple ? { node, negated: cond.op === 'eq' } : undefined;
}

function variableShift(fn: Fn): Node | undefined {
  for (const node of nodesOf(fn)) {
    if ((node.op === 'shl' || node.op === 'shr_u' || node.op === 'shr_s') && node.args[1].op !== 'const')
      return node;
  }
  return undefined;
}

/** x << n becomes: while (n) { x <<= 1; n-- }. WebAssembly takes n modulo 32. */
function expandShift(fn: Fn, node: Node): void {
  const { head, tail } = splitAfter(fn, node);
  const loop = addBlock(fn, head, head);
  const body = addBlock(fn, loop, loop);
  loop.preds.push(body);
  tail.preds = [loop];
  const { at } = node;
  const count = makeNode('and', [node.args[1], constant(31, head, at)], head, at);
  head.nodes.splice(head.nodes.indexOf(node), 1, count);
  head.term = { kind: 'jump', to: loop };
  const left = makeNode('phi', [count], loop, at);
  const value = makeNode('phi', [node.args[0]], loop, at);
  loop.phis.push(left, value);
  const done = makeNode('eq', [left, constant(0, loop, at)], loop, at);
  loop.nodes.push(done);
  loop.term = { kind: 'branch', cond: done, then: tail, else: body, at };
  const shifted = makeNode(node.op, [value, constant(1, body, at)], body, at);
  const less = makeNode('add', [left, constant(-1, body, at)], body, at);
  body.nodes.push(shifted, less);
  body.term = { kind: 'jump', to: loop };
  left.args.push(less);
  value.args.push(shifted);
  replaceUses(fn, new Map([[node, value]]));
}

/** A comparison that somebody reads as a number, or that is too far from the branch it steers. */
function comparedValue(fn: Fn): Node | undefined {
  const asNumber = new Set<Node>();
  for (const node of nodesOf(fn)) for (const arg of node.args) if (isComparison(arg)) asNumber.add(arg);
  for (const block of fn.blocks) {
    const { term } = block;
    if (term.kind === 'return' && term.value && isComparison(term.value)) asNumber.add(term.value);
    if (term.kind === 'branch' && isComparison(term.cond) && mustBeSampledEarlier(block, term.cond)) {
      asNumber.add(term.cond);
    }
  }
  const [first] = asNumber;
  return first;
}

/** A pin is read where the program reads it, not later when the branch comes. */
function mustBeSampledEarlier(block: Block, cond: Node): boolean {
  if (!isOrdered(cond)) return false;
  return cond.block !== block || block.nodes.slice(block.nodes.indexOf(cond) + 1).some(isOrdered);
}

function expandComparison(fn: Fn, node: Node): void {
  const { head, tail } = splitAfter(fn, node);
  const yes = addBlock(fn, head, head);
  const no = addBlock(fn, yes, head);
  const { at } = node;
  yes.term = { kind: 'jump', to: tail };
  no.term = { kind: 'jump', to: tail };
  tail.preds = [yes, no];
  const value = makeNode('phi', [constant(1, tail, at), constant(0, tail, at)], tail, at);
  tail.phis.push(value);
  replaceUses(fn, new Map([[node, value]]));
  head.term = { kind: 'branch', cond: node, then: yes, else: no, at };
}
