/** Verifies the intermediate form between passes; used by tests and by `--check`. */

import { dominators, type Fn, type Node, nodesOf, type Program, successors, termArgs } from './ir.ts';

/** Throws when the graph, the phis or the order of definitions and uses are broken. */
export function check(program: Program, after: string): void {
  for (const fn of program.fns) {
    const fail = (what: string): never => {
      throw new Error(`after ${after}, in ${fn.name}: ${what}`);
    };
    checkGraph(fn, fail);
    checkUses(fn, fail);
  }
}

function checkGraph(fn: Fn, fail: (what: string) => never): void {
  for (const block of fn.blocks) {
    for (const next of successors(block)) {
      if (!fn.blocks.includes(next)) fail(`b${block.id} leads to b${next.id}, which is not in the function`);
      if (!next.preds.includes(block)) fail(`b${next.id} does not know its predecessor b${block.id}`);
    }
    for (const pred of block.preds) {
      if (!fn.blocks.includes(pred) || !successors(pred).includes(block))
        fail(`b${block.id} has a false predecessor`);
    }
    for (const phi of block.phis) {
      if (phi.args.length !== block.preds.length) fail(`%${phi.id} has ${phi.args.length} arguments`);
    }
  }
}

function checkUses(fn: Fn, fail: (what: string) => never): void {
  const defined = new Set<Node>(nodesOf(fn));
  const idom = dominators(fn);
  const dominates = (node: Node, use: { block: Node['block']; before: Node | undefined }): boolean => {
    if (node.block === use.block) {
      if (!use.before || node.op === 'phi') return true;
      return node.block.nodes.indexOf(node) < node.block.nodes.indexOf(use.before);
    }
    for (let at = idom.get(use.block); at; at = idom.get(at)) if (at === node.block) return true;
    return false;
  };
  const verify = (node: Node, block: Node['block'], before: Node | undefined, user: string) => {
    if (node.op === 'const') return;
    if (!defined.has(node)) fail(`${user} reads %${node.id} ${node.op}, which is nowhere`);
    if (!fn.blocks.includes(node.block)) fail(`%${node.id} claims a block that is gone`);
    if (!dominates(node, { block, before })) fail(`${user} reads %${node.id} before it is computed`);
  };
  for (const block of fn.blocks) {
    for (const phi of block.phis) {
      phi.args.forEach((arg, i) => {
        verify(arg, block.preds[i], undefined, `%${phi.id}`);
      });
    }
    for (const node of block.nodes) {
      if (node.block !== block) fail(`%${node.id} stands in b${block.id} and claims b${node.block.id}`);
      for (const arg of node.args) verify(arg, block, node, `%${node.id}`);
    }
    for (const arg of termArgs(block.term)) verify(arg, block, undefined, `the end of b${block.id}`);
  }
}
