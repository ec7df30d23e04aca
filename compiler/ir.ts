/**
 * The intermediate form: control-flow graphs of nodes in static single assignment.
 * Every node is one 32-bit value, as in WebAssembly; how many of its bytes are
 * really needed is found out by facts.ts and only then turned into registers.
 */

/** Operations on 32-bit values without any other effect. */
export type PureOp =
  | 'const'
  | 'add'
  | 'sub'
  | 'mul'
  | 'div_u'
  | 'rem_u'
  | 'div_s'
  | 'rem_s'
  | 'clz'
  | 'ctz'
  | 'popcnt'
  | 'and'
  | 'or'
  | 'xor'
  | 'shl'
  | 'shr_u'
  | 'shr_s'
  | 'eq'
  | 'ne'
  | 'lt_u'
  | 'le_u'
  | 'lt_s'
  | 'le_s'
  | 'extend8_s'
  | 'extend16_s'
  | 'param'
  | 'phi';

/** Operations whose order matters: they touch the chip, a global or another function. */
export type OrderedOp =
  | 'getglobal'
  | 'setglobal'
  | 'call'
  | 'in'
  | 'out'
  | 'sbi'
  | 'cbi'
  | 'bit'
  | 'delay'
  | 'mark'
  | 'nop'
  | 'sleep'
  | 'wdr'
  | 'sei'
  | 'cli';

export type Op = PureOp | OrderedOp;

const COMPARISONS: ReadonlySet<Op> = new Set(['eq', 'ne', 'lt_u', 'le_u', 'lt_s', 'le_s', 'bit']);
const ORDERED: ReadonlySet<Op> = new Set([
  'getglobal',
  'setglobal',
  'call',
  'in',
  'out',
  'sbi',
  'cbi',
  'bit',
  'delay',
  'mark',
  'nop',
  'sleep',
  'wdr',
  'sei',
  'cli',
]);

/** Whether the node yields 0 or 1 and can steer a branch without ever becoming a number. */
export const isComparison = (node: Node): boolean => COMPARISONS.has(node.op);
/** For each set of bytes that are left out, the bits of the others. */
const COMPARED = Array.from({ length: 16 }, (_, out) =>
  [0, 1, 2, 3].reduce((mask, i) => (out & (1 << i) ? mask : (mask | (0xff << (8 * i))) >>> 0), 0),
);
/** The bits that a comparison looks at. */
export const comparedMask = (node: Node): number => COMPARED[node.value & 15];

/** Whether the node must stay where it is. */
export const isOrdered = (node: Node): boolean => ORDERED.has(node.op);

/** One value, or one effect. */
export interface Node {
  id: number;
  op: Op;
  args: Node[];
  /** const: the value (signed 32 bits); param, getglobal, setglobal: the index; in, out, sbi, cbi, bit: the I/O address; delay: the clocks; mark: the clocks that a timed region must take, at its end; comparisons: which bytes are left out, bit 3 for the highest. */
  value: number;
  /** sbi, cbi, bit: the bit number; mark: 0 begin, 1 end. */
  bit: number;
  /** call: whom. */
  callee: Fn | undefined;
  block: Block;
  /** Byte offset in the module, for the source line. */
  at: number;
}

export type Terminator =
  | { kind: 'jump'; to: Block }
  | { kind: 'branch'; cond: Node; then: Block; else: Block; at: number }
  | { kind: 'return'; value: Node | undefined; at: number }
  | { kind: 'unreachable'; at: number };

export interface Block {
  id: number;
  phis: Node[];
  nodes: Node[];
  term: Terminator;
  preds: Block[];
}

export interface Fn {
  name: string;
  params: Node[];
  hasResult: boolean;
  /** Entry first; after {@link tidy} in reverse postorder. */
  blocks: Block[];
  /** The name under which it is exported, when it is. */
  exported: string | undefined;
  at: number;
}

export interface Global {
  name: string;
  initial: number;
}

export interface Program {
  fns: Fn[];
  /** Statements outside functions: they run before main. */
  start?: Fn;
  globals: Global[];
  /** Globals that an interrupt handler reads or writes: they may change between any two instructions. */
  shared: ReadonlySet<number>;
}

let ids = 0;

/** Makes a node; the caller puts it into its block. */
export function makeNode(op: Op, args: Node[], block: Block, at: number, extra: Partial<Node> = {}): Node {
  return { id: ++ids, op, args, value: 0, bit: 0, callee: undefined, block, at, ...extra };
}

export function makeBlock(): Block {
  return { id: ++ids, phis: [], nodes: [], term: { kind: 'unreachable', at: 0 }, preds: [] };
}

/** The highest node number so far. */
export const lastId = (): number => ids;

/** Node numbers start again, so that the same source gives the same listing in one process. */
export function resetIds(): void {
  ids = 0;
}

export function constant(value: number, block: Block, at: number): Node {
  return makeNode('const', [], block, at, { value: value | 0 });
}

export function successors(block: Block): Block[] {
  const { term } = block;
  if (term.kind === 'jump') return [term.to];
  if (term.kind === 'branch') return [term.then, term.else];
  return [];
}

/** Every node of a function, phis first in each block. */
export function nodesOf(fn: Fn): Node[] {
  const all: Node[] = [];
  for (const { phis, nodes } of fn.blocks) {
    for (const node of phis) all.push(node);
    for (const node of nodes) all.push(node);
  }
  return all;
}

/** The values that a terminator reads. */
export function termArgs(term: Terminator): Node[] {
  if (term.kind === 'branch') return [term.cond];
  return term.kind === 'return' && term.value ? [term.value] : [];
}

/** Puts `to` in the place of every use of a node that `replacement` has an entry for. */
export function replaceUses(fn: Fn, replacement: Map<Node, Node>): void {
  if (replacement.size === 0) return;
  const resolve = (node: Node): Node => {
    let to = node;
    for (let next = replacement.get(to); next; next = replacement.get(to)) to = next;
    return to;
  };
  for (const node of nodesOf(fn)) node.args = node.args.map(resolve);
  for (const { term } of fn.blocks) {
    if (term.kind === 'branch') term.cond = resolve(term.cond);
    if (term.kind === 'return' && term.value) term.value = resolve(term.value);
  }
}

/** How often each node is read, by nodes and by terminators. */
export function countUses(fn: Fn): Map<Node, number> {
  const uses = new Map<Node, number>();
  const count = (node: Node) => uses.set(node, (uses.get(node) ?? 0) + 1);
  for (const node of nodesOf(fn)) node.args.forEach(count);
  for (const { term } of fn.blocks) termArgs(term).forEach(count);
  return uses;
}

/**
 * Drops blocks that cannot be reached, brings the rest into reverse postorder
 * and makes predecessors and phi arguments agree with the graph.
 */
export function tidy(fn: Fn): void {
  const order: Block[] = [];
  const seen = new Set<Block>();
  // a stack of our own: a long program nests deeper than that of the machine under us
  const open = [{ block: fn.blocks[0], onward: successors(fn.blocks[0]) }];
  seen.add(fn.blocks[0]);
  for (let top = open.at(-1); top; top = open.at(-1)) {
    const next = top.onward.pop();
    if (!next) {
      order.push(top.block);
      open.pop();
    } else if (!seen.has(next)) {
      seen.add(next);
      open.push({ block: next, onward: successors(next) });
    }
  }
  fn.blocks = order.reverse();
  for (const block of fn.blocks) {
    const keep = block.preds.map(pred => seen.has(pred) && successors(pred).includes(block));
    for (const phi of block.phis) phi.args = phi.args.filter((_, i) => keep[i]);
    block.preds = block.preds.filter((_, i) => keep[i]);
  }
}

/** The immediate dominator of every block but the entry; blocks must be tidy. */
export function dominators(fn: Fn): Map<Block, Block> {
  const number = new Map(fn.blocks.map((block, i) => [block, i]));
  const idom = new Map<Block, Block>([[fn.blocks[0], fn.blocks[0]]]);
  const meet = (a: Block, b: Block): Block => {
    while (a !== b) {
      while (number.get(a)! > number.get(b)!) a = idom.get(a)!;
      while (number.get(b)! > number.get(a)!) b = idom.get(b)!;
    }
    return a;
  };
  for (let changed = true; changed; ) {
    changed = false;
    for (const block of fn.blocks.slice(1)) {
      const known = block.preds.filter(pred => idom.has(pred));
      const next = known.reduce(meet);
      if (idom.get(block) !== next) {
        idom.set(block, next);
        changed = true;
      }
    }
  }
  idom.delete(fn.blocks[0]);
  return idom;
}
