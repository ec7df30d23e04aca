/**
 * The order of blocks: fewest words first, then fewest clocks in loops.
 *
 * Blocks are chained greedily along their jumps, and then runs of them are moved as
 * long as that helps, always in the same sequence: the same program gives the same order.
 */

import { type FBlock, type FProgram, fSuccessors } from './finish.ts';

/** What an order costs; lower is better. */
export type Cost = (order: FBlock[]) => number;

interface Ordered {
  order: FBlock[];
  cost: number;
}

const ROUNDS = 3;
/** How much more often a block runs than the one around its loop. */
const TURNS = 8;

/** The best order found; main's first block comes first. */
export function bestOrder(program: FProgram, searched: boolean, cost: Cost): FBlock[] {
  const main = program.entryOf.get(program.main)!;
  if (!searched) return [main, ...program.blocks.filter(block => block !== main)];
  const [fast, small] = [true, false].map(fastChains => improve(program, chain(program, fastChains), cost));
  return fast.cost <= small.cost ? fast.order : small.order;
}

/** How many loops each block lies in. */
export function loopDepths(blocks: FBlock[]): Map<FBlock, number> {
  const depth = new Map<FBlock, number>(blocks.map(block => [block, 0]));
  const preds = new Map<FBlock, FBlock[]>(blocks.map(block => [block, []]));
  for (const block of blocks) for (const next of fSuccessors(block)) preds.get(next)?.push(block);
  for (const [tail, head] of backEdges(blocks)) {
    const body = new Set([head, tail]);
    const work = tail === head ? [] : [tail];
    for (let block = work.pop(); block; block = work.pop()) {
      for (const pred of preds.get(block) ?? []) {
        if (body.has(pred)) continue;
        body.add(pred);
        work.push(pred);
      }
    }
    for (const block of body) depth.set(block, depth.get(block)! + 1);
  }
  return depth;
}

/** Jumps to a block that the way there went through. */
function backEdges(blocks: FBlock[]): [FBlock, FBlock][] {
  const edges: [FBlock, FBlock][] = [];
  const state = new Map<FBlock, 'open' | 'done'>();
  for (const root of blocks) {
    if (state.has(root)) continue;
    // a stack of our own: a long program nests deeper than that of the machine under us
    const open = [{ block: root, onward: fSuccessors(root) }];
    state.set(root, 'open');
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const { block, onward } = top;
      const next = onward.shift();
      if (!next) {
        state.set(block, 'done');
        open.pop();
      } else if (state.get(next) === 'open') edges.push([block, next]);
      else if (!state.has(next)) {
        state.set(next, 'open');
        open.push({ block: next, onward: fSuccessors(next) });
      }
    }
  }
  return edges;
}

/** Clocks that the ends of blocks cost in an order, each loop counted for so many turns. */
export function branchClocks(order: FBlock[], depth: Map<FBlock, number>): number {
  return order.reduce((sum, block, i) => {
    const weight = TURNS ** Math.min(depth.get(block) ?? 0, 4);
    return sum + weight * endClocks(block, order[i + 1], depth);
  }, 0);
}

/** The likelier way out of a block is the one that stays in the deeper loop; equal ways share. */
function endClocks({ term }: FBlock, next: FBlock | undefined, depth: Map<FBlock, number>): number {
  if (term.kind === 'return') return 0;
  if (term.kind === 'jump') return term.to === next ? 0 : 2;
  const [falls, jumps] = term.then === next ? [term.then, term.else] : [term.else, term.then];
  // a skip jumps by passing over nothing, and falls through by passing over the jump
  const costs = term.kind === 'skip' ? { falls: 2, jumps: 3 } : { falls: 1, jumps: 2 };
  const near = falls === next ? costs.falls : costs.falls + 2;
  const difference = (depth.get(falls) ?? 0) - (depth.get(jumps) ?? 0);
  const share = difference > 0 ? 0.9 : difference < 0 ? 0.1 : 0.5;
  return share * near + (1 - share) * costs.jumps;
}

/** Joins blocks into chains along jumps, the scarcest first; main comes first. */
function chain(program: FProgram, fastChains: boolean): FBlock[] {
  const next = new Map<FBlock, FBlock>();
  const previous = new Map<FBlock, FBlock>();
  const head = (block: FBlock): FBlock => {
    let first = block;
    for (let before = previous.get(first); before; before = previous.get(first)) first = before;
    return first;
  };
  const main = program.entryOf.get(program.main)!;
  const suitors = new Map<FBlock, number>();
  for (const block of program.blocks)
    for (const to of fSuccessors(block)) suitors.set(to, (suitors.get(to) ?? 0) + 1);
  const placed = new Set(program.blocks);
  const edges = program.blocks.flatMap(from =>
    fSuccessors(from).flatMap(to => (placed.has(to) ? [{ from, to }] : [])),
  );
  // a jump has one chance to fall through, a branch two
  const rank = ({ from, to }: { from: FBlock; to: FBlock }) =>
    suitors.get(to)! * 4 + (from.term.kind === 'jump' ? 0 : fastChains && continuesChain(from, to) ? 1 : 2);
  for (const { from, to } of edges
    .map((edge, i) => ({ ...edge, i }))
    .sort((a, b) => rank(a) - rank(b) || a.i - b.i)) {
    if (next.has(from) || previous.has(to) || to === main || head(from) === to) continue;
    next.set(from, to);
    previous.set(to, from);
  }
  const order: FBlock[] = [];
  const place = (first: FBlock) => {
    for (let block: FBlock | undefined = first; block; block = next.get(block)) order.push(block);
  };
  place(main);
  for (const block of program.blocks) if (!previous.has(block) && block !== main) place(block);
  return order;
}

/** The way on to the next comparison of a chain: when it falls through, a comparison that fails costs two clocks, not three. */
function continuesChain({ term }: FBlock, to: FBlock): boolean {
  return term.kind === 'flag' && term.flag === 1 && term.else === to && to.term.kind === 'flag';
}

/** Moves runs of blocks about as long as that lowers the cost. */
function improve(program: FProgram, start: FBlock[], cost: Cost): Ordered {
  const fixed = program.entryOf.get(program.main)!;
  let best: Ordered = { order: start, cost: cost(start) };
  for (let round = 0; round < ROUNDS; round++) {
    const before = best.cost;
    for (const block of program.blocks) if (block !== fixed) best = bestMove(best, block, cost);
    if (best.cost === before) break;
  }
  return best;
}

/** Tries to put the run that begins with `block` behind each block that jumps to it. */
function bestMove(start: Ordered, block: FBlock, cost: Cost): Ordered {
  const { order } = start;
  const from = order.indexOf(block);
  let best = start;
  for (const pred of order) {
    if (!fSuccessors(pred).includes(block) || order[from - 1] === pred || pred === block) continue;
    for (const length of runLengths(order, from)) {
      const run = order.slice(from, from + length);
      if (run.includes(pred)) continue;
      const moved = [...order.slice(0, from), ...order.slice(from + length)];
      moved.splice(moved.indexOf(pred) + 1, 0, ...run);
      const price = cost(moved);
      if (price < best.cost) best = { order: moved, cost: price };
    }
  }
  return best;
}

/** One block, and all blocks that fall through into each other from here. */
function runLengths(order: FBlock[], from: number): number[] {
  let length = 1;
  while (from + length < order.length && fSuccessors(order[from + length - 1]).includes(order[from + length]))
    length++;
  return length === 1 ? [1] : [1, length];
}
