/**
 * Loops that count up only to be counted, count down: DEC and BRNE need no comparison.
 *
 * needs:  simplified functions
 * leaves: such counters running to zero
 * keeps:  the number of turns
 */

import { type Block, comparedMask, constant, type Fn, makeNode, type Node, nodesOf, termArgs } from './ir.ts';

/** Turns every counter of a function that nobody else reads. Answers whether any was turned. */
export function countDown(fn: Fn): boolean {
  let changed = false;
  for (const block of fn.blocks) for (const phi of block.phis) changed = turn(fn, phi) || changed;
  return changed;
}

/** What reads a value: nodes, and the ends of blocks. */
function readersOf(fn: Fn, value: Node): { nodes: Node[]; ends: Block[] } {
  const nodes = nodesOf(fn).filter(node => node.args.includes(value));
  return { nodes, ends: fn.blocks.filter(block => termArgs(block.term).includes(value)) };
}

function turn(fn: Fn, phi: Node): boolean {
  const start = phi.args.find(arg => arg.op === 'const');
  const next = phi.args.find(arg => arg.op === 'add');
  if (phi.args.length !== 2 || !start || !next || next.args[0] !== phi || next.args[1].op !== 'const')
    return false;
  const step = next.args[1].value;
  const ofPhi = readersOf(fn, phi);
  const ofNext = readersOf(fn, next);
  if (ofPhi.ends.length + ofNext.ends.length > 0) return false;
  const tests = [...ofPhi.nodes.filter(node => node !== next), ...ofNext.nodes.filter(node => node !== phi)];
  const [test] = tests;
  if (tests.length !== 1 || step === 0 || step === -1) return false;
  if (!endsEachTurn(fn, test, phi.block, phi.block.preds[phi.args.indexOf(next)])) return false;
  const turns = countTurns(test, start.value >>> 0, step, test.args[0] === phi ? phi : next);
  if (turns === undefined) return false;
  const counted = test.args[0];
  phi.args[phi.args.indexOf(start)] = constant(turns, start.block, start.at);
  next.args = [phi, constant(-1, next.block, next.at)];
  replaceTest(test, counted, turns);
  return true;
}

/**
 * Whether every turn of the loop from `head` to `back` comes to a branch on the test that leaves the loop when the
 * limit is reached. Only then can nobody see the counter beyond its limit, where it and its replacement part.
 */
function endsEachTurn(fn: Fn, test: Node, head: Block, back: Block): boolean {
  const body = new Set(blocksBefore(back, head)).add(head);
  return fn.blocks.some(block => {
    const { term } = block;
    if (term.kind !== 'branch' || term.cond !== test || !body.has(block)) return false;
    const [stays, leaves] = test.op === 'eq' ? [term.else, term.then] : [term.then, term.else];
    if (!body.has(stays) || body.has(leaves)) return false;
    return block === head || block === back || !blocksBefore(back, block).has(head);
  });
}

/** The blocks from which `block` can be reached without passing `border`, itself among them. */
function blocksBefore(block: Block, border: Block): Set<Block> {
  const seen = new Set<Block>([block]);
  for (const each of seen)
    if (each !== border) for (const pred of each.preds) if (pred !== border) seen.add(pred);
  return seen;
}

/** After how many turns a test against a constant ends the loop, when that is sure. */
function countTurns(test: Node, start: number, step: number, counted: Node): number | undefined {
  if (test.args[0] !== counted || test.args[1]?.op !== 'const' || step < 0) return undefined;
  const mask = comparedMask(test);
  const limit = (test.args[1].value & mask) >>> 0;
  const distance = limit - start;
  if (distance <= 0 || limit > mask || start > mask) return undefined;
  if (test.op === 'lt_u') return limit + step > mask + 1 ? undefined : Math.ceil(distance / step);
  if (test.op === 'eq' || test.op === 'ne') return distance % step === 0 ? distance / step : undefined;
  return undefined;
}

/** The test becomes a test for zero that steers its branch the same way. */
function replaceTest(test: Node, counted: Node, turns: number): void {
  const wide = turns > 0xffff ? 0 : turns > 0xff ? 0b1100 : 0b1110;
  const op = test.op === 'lt_u' ? 'ne' : test.op;
  const zero = makeNode(op, [counted, constant(0, test.block, test.at)], test.block, test.at, {
    value: wide,
  });
  Object.assign(test, { op: zero.op, args: zero.args, value: zero.value });
}
