/** Values computed once for all who need them, and only where they are needed. */

import { type Block, type Fn, isOrdered, type Node, replaceUses, successors, termArgs } from './ir.ts';

/** Equal pure computations in one block, or in a block and its dominating predecessors, are one. */
export function shareEqualNodes(fn: Fn): boolean {
  const replacement = new Map<Node, Node>();
  const tables = new Map<Block, Map<string, Node>>();
  for (const block of fn.blocks) {
    const inherited = block.preds.length === 1 ? tables.get(block.preds[0]) : undefined;
    const table = new Map(inherited);
    tables.set(block, table);
    for (const node of block.nodes) {
      if (isOrdered(node) || node.op === 'param') continue;
      const key = keyOf(node, replacement);
      const known = table.get(key);
      if (known) replacement.set(node, known);
      else table.set(key, node);
    }
  }
  replaceUses(fn, replacement);
  for (const block of fn.blocks) block.nodes = block.nodes.filter(node => !replacement.has(node));
  return replacement.size > 0;
}

/** A global that is read again before anybody could have changed it is the value read or written last. */
export function shareGlobals(fn: Fn, shared: ReadonlySet<number>): boolean {
  const replacement = new Map<Node, Node>();
  const atEnd = new Map<Block, Map<number, Node>>();
  for (const block of fn.blocks) {
    const inherited = block.preds.length === 1 ? atEnd.get(block.preds[0]) : undefined;
    const known = new Map(inherited);
    atEnd.set(block, known);
    for (const node of block.nodes) {
      if (node.op === 'call') known.clear();
      if (shared.has(node.value)) continue;
      if (node.op === 'setglobal') known.set(node.value, node.args[0]);
      if (node.op !== 'getglobal') continue;
      const value = known.get(node.value);
      if (value) replacement.set(node, value);
      else known.set(node.value, node);
    }
  }
  replaceUses(fn, replacement);
  for (const block of fn.blocks) block.nodes = block.nodes.filter(node => !replacement.has(node));
  return replacement.size > 0;
}

/** What both ways of a branch compute is computed before it. */
export function hoistCommon(fn: Fn): boolean {
  const replacement = new Map<Node, Node>();
  for (const block of fn.blocks) {
    const { term } = block;
    if (term.kind !== 'branch' || term.then.preds.length !== 1 || term.else.preds.length !== 1) continue;
    for (const node of [...term.then.nodes]) {
      if (
        isOrdered(node) ||
        node.op === 'param' ||
        node.args.some(arg => arg.block === term.then && arg.op !== 'const')
      )
        continue;
      const key = keyOf(node, replacement);
      const twin = term.else.nodes.find(other => !isOrdered(other) && keyOf(other, replacement) === key);
      if (!twin) continue;
      term.then.nodes.splice(term.then.nodes.indexOf(node), 1);
      term.else.nodes.splice(term.else.nodes.indexOf(twin), 1);
      block.nodes.push(node);
      node.block = block;
      replacement.set(twin, node);
    }
  }
  replaceUses(fn, replacement);
  return replacement.size > 0;
}

function keyOf(node: Node, replacement: Map<Node, Node>): string {
  const args = node.args.map(arg => {
    const to = replacement.get(arg) ?? arg;
    return to.op === 'const' ? `#${to.value}` : to.id;
  });
  return `${node.op} ${node.value} ${args.join(' ')}`;
}

/** Moves a pure value that only one branch needs into that branch, so that the other does not pay for it. */
export function sink(fn: Fn): void {
  for (const block of [...fn.blocks].reverse()) {
    const after = successors(block);
    if (after.length < 2) continue;
    for (const node of [...block.nodes].reverse()) {
      if (isOrdered(node) || node.op === 'param') continue;
      const home = soleUser(fn, node, after);
      if (!home) continue;
      block.nodes.splice(block.nodes.indexOf(node), 1);
      home.nodes.unshift(node);
      node.block = home;
    }
  }
}

/** The one successor, entered from nowhere else, in which all uses of a node lie (phis count where they come from). */
function soleUser(fn: Fn, node: Node, choices: Block[]): Block | undefined {
  const places = new Set<Block>();
  for (const block of fn.blocks) {
    for (const phi of block.phis) {
      phi.args.forEach((arg, i) => {
        if (arg === node) places.add(block.preds[i]);
      });
    }
    if (block.nodes.some(user => user.args.includes(node))) places.add(block);
    if (termArgs(block.term).includes(node)) places.add(block);
  }
  const [place] = places;
  return places.size === 1 && place.preds.length === 1 && choices.includes(place) ? place : undefined;
}
