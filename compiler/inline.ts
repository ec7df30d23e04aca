/**
 * Puts functions into their callers: those called from one place always, others
 * where the stack of return addresses is too small or the body is no larger than a call.
 *
 * needs:  functions in SSA, no recursion
 * leaves: fewer functions
 * keeps:  the order of effects
 */

import {
  type Block,
  countUses,
  type Fn,
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

/** Every call in the program, with the function it stands in. */
export function callsOf(program: Program): { caller: Fn; call: Node }[] {
  return program.fns.flatMap(caller =>
    nodesOf(caller)
      .filter(node => node.op === 'call')
      .map(call => ({ caller, call })),
  );
}

/** Functions that entry points reach. */
export function dropUncalled(program: Program, entries: Fn[]): void {
  const live = new Set(entries);
  for (const fn of live) for (const node of nodesOf(fn)) if (node.callee) live.add(node.callee);
  program.fns = program.fns.filter(fn => live.has(fn));
}

/** A cycle of calls, as the functions on it, or undefined. */
export function findRecursion(program: Program): Fn[] | undefined {
  const done = new Set<Fn>();
  const path: Fn[] = [];
  const visit = (fn: Fn): Fn[] | undefined => {
    if (path.includes(fn)) return [...path.slice(path.indexOf(fn)), fn];
    if (done.has(fn)) return undefined;
    path.push(fn);
    for (const node of nodesOf(fn)) {
      const cycle = node.callee && visit(node.callee);
      if (cycle) return cycle;
    }
    path.pop();
    done.add(fn);
    return undefined;
  };
  for (const fn of program.fns) {
    const cycle = visit(fn);
    if (cycle) return cycle;
  }
  return undefined;
}

/** Inlines what is called once or is hardly longer than a call. Answers whether anything was. */
export function inlineSmall(program: Program, entries: Fn[]): boolean {
  let changed = false;
  for (let again = true; again; ) {
    again = false;
    const calls = callsOf(program);
    for (const { caller, call } of calls) {
      const callee = call.callee!;
      const sites = calls.filter(site => site.call.callee === callee).length;
      if (entries.includes(callee) || (sites > 1 && !isTiny(callee))) continue;
      inlineCall(caller, call);
      changed = again = true;
      break;
    }
    dropUncalled(program, entries);
  }
  return changed;
}

/** One effect or none: no longer than RCALL itself. */
function isTiny(fn: Fn): boolean {
  const [only] = fn.blocks;
  return (
    fn.blocks.length === 1 &&
    only.nodes.filter(node => isOrdered(node) && node.op !== 'getglobal').length <= 1 &&
    only.nodes.length - fn.params.length <= 3 &&
    !only.nodes.some(
      node => node.op === 'call' || node.op === 'delay' || node.op === 'out' || node.op === 'setglobal',
    )
  );
}

/** Inlines `callee` into `caller` everywhere: for a chain of calls that is too deep. */
export function inlineInto(caller: Fn, callee: Fn): void {
  for (;;) {
    const call = nodesOf(caller).find(node => node.callee === callee);
    if (!call) return;
    inlineCall(caller, call);
  }
}

/** Puts a call before everything that a function does. */
export function callFirst(caller: Fn, callee: Fn): void {
  const [block] = caller.blocks;
  block.nodes.splice(caller.params.length, 0, makeNode('call', [], block, caller.at, { callee }));
}

/** Inlines every call in a function, and every call that comes with it. */
export function inlineAll(caller: Fn): void {
  for (;;) {
    const call = nodesOf(caller).find(node => node.callee);
    if (!call) return;
    inlineCall(caller, call);
  }
}

function inlineCall(caller: Fn, call: Node): void {
  const callee = call.callee!;
  const head = call.block;
  const tail = makeBlock();
  tail.nodes = head.nodes.splice(head.nodes.indexOf(call) + 1);
  head.nodes.pop();
  for (const node of tail.nodes) node.block = tail;
  tail.term = head.term;
  for (const next of successors(tail)) next.preds = next.preds.map(pred => (pred === head ? tail : pred));
  const { blocks, returns } = copyBody(callee, call.args);
  caller.blocks.splice(caller.blocks.indexOf(head) + 1, 0, ...blocks, tail);
  head.term = { kind: 'jump', to: blocks[0] };
  blocks[0].preds.push(head);
  for (const { block } of returns) {
    block.term = { kind: 'jump', to: tail };
    tail.preds.push(block);
  }
  const values = returns.map(({ value }) => value).filter(value => value !== undefined);
  if (values.length > 0 && countUses(caller).has(call)) {
    const result = makeNode('phi', values, tail, call.at);
    tail.phis.push(result);
    replaceUses(caller, new Map([[call, result]]));
  }
  tidy(caller);
}

function copyBody(
  callee: Fn,
  args: Node[],
): { blocks: Block[]; returns: { block: Block; value: Node | undefined }[] } {
  const blockOf = new Map(callee.blocks.map(block => [block, makeBlock()]));
  const nodeOf = new Map<Node, Node>(callee.params.map((param, i) => [param, args[i]]));
  for (const node of nodesOf(callee)) {
    if (node.op === 'param') continue;
    nodeOf.set(
      node,
      makeNode(node.op, [], blockOf.get(node.block)!, node.at, {
        value: node.value,
        bit: node.bit,
        callee: node.callee,
      }),
    );
  }
  const value = (node: Node): Node => nodeOf.get(node) ?? node;
  const returns: { block: Block; value: Node | undefined }[] = [];
  for (const [from, to] of blockOf) {
    to.preds = from.preds.map(pred => blockOf.get(pred)!);
    for (const list of ['phis', 'nodes'] as const) {
      for (const node of from[list]) {
        if (node.op === 'param') continue;
        const copy = value(node);
        copy.args = node.args.map(value);
        to[list].push(copy);
      }
    }
    const { term } = from;
    if (term.kind === 'jump') to.term = { kind: 'jump', to: blockOf.get(term.to)! };
    else if (term.kind === 'branch') {
      to.term = {
        ...term,
        cond: value(term.cond),
        then: blockOf.get(term.then)!,
        else: blockOf.get(term.else)!,
      };
    } else if (term.kind === 'return') returns.push({ block: to, value: term.value && value(term.value) });
    else to.term = term;
  }
  return { blocks: [...blockOf.values()], returns };
}
