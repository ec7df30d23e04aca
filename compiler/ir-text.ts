/**
 * The intermediate form as text, out and in: what a person reads between two passes, and what
 * tests of a pass begin and end with.
 *
 *     global 0 = 7
 *     function main() exported main
 *     b1:  ; from the caller
 *       %1 = in 22
 *       %2 = eq[0] %1, 255
 *       branch %2 ? b2 : b3
 *     b2:  ; from b1
 *       out 24, %1
 *       return
 *     b3:  ; from b1 b3
 *       jump b3
 *
 * Numbers count from 1 in each function. Constants stand where they are used. A comparison that
 * looks at some bytes only names them in brackets. A phi has its values in the order of `from`.
 */

import {
  type Block,
  constant,
  type Fn,
  isComparison,
  isOrdered,
  makeBlock,
  makeNode,
  type Node,
  nodesOf,
  type Op,
  type Program,
  type Terminator,
} from './ir.ts';

/** What an operation has in front of its arguments: which fields, in this order. */
const FIELDS: Partial<Record<Op, readonly ('value' | 'bit')[]>> = {
  param: ['value'],
  getglobal: ['value'],
  setglobal: ['value'],
  in: ['value'],
  out: ['value'],
  sbi: ['value', 'bit'],
  cbi: ['value', 'bit'],
  bit: ['value', 'bit'],
  delay: ['value'],
  mark: ['value', 'bit'],
};

const hasBytes = (node: Pick<Node, 'op'>): boolean => isComparison(node as Node) && node.op !== 'bit';
const EFFECTS: ReadonlySet<Op> = new Set(['setglobal', 'out', 'sbi', 'cbi', 'delay', 'mark']);
const BYTES = [0, 1, 2, 3];

// --- out --------------------------------------------------------------------------

/** A whole program as text. */
export function print(program: Program): string {
  const globals = program.globals.map(({ initial }, i) => `global ${i} = ${initial}`);
  return `${[...globals, ...program.fns.map(printFunction)].join('\n')}\n`;
}

/** One function as text. */
export function printFunction(fn: Fn): string {
  const names = new Map<Node | Block, string>();
  for (const node of nodesOf(fn)) if (!isSilent(node)) names.set(node, `%${names.size + 1}`);
  fn.blocks.forEach((block, i) => {
    names.set(block, `b${i + 1}`);
  });
  const name = (of: Node | Block): string =>
    'op' in of && of.op === 'const' ? `${of.value}` : (names.get(of) ?? '?');
  const lines = [`function ${fn.name}(${fn.params.length})${fn.hasResult ? ' -> value' : ''}${exportOf(fn)}`];
  for (const block of fn.blocks) {
    lines.push(`${name(block)}:  ; from ${block.preds.map(name).join(' ') || 'the caller'}`);
    for (const node of [...block.phis, ...block.nodes]) lines.push(`  ${printNode(node, name)}`);
    lines.push(`  ${printTerm(block.term, name)}`);
  }
  return lines.join('\n');
}

const exportOf = ({ exported }: Fn): string => (exported === undefined ? '' : ` exported ${exported}`);

function printNode(node: Node, name: (of: Node) => string): string {
  const parts = (FIELDS[node.op] ?? []).map(field => `${node[field]}`);
  if (node.callee) parts.push(node.callee.name);
  const code = [`${node.op}${bytesOf(node)}`, [...parts, ...node.args.map(name)].join(', ')].join(' ').trim();
  return isSilent(node) ? code : `${name(node)} = ${code}`;
}

/** Whether a node leaves no value. */
function isSilent(node: Node): boolean {
  if (node.op === 'call') return !node.callee?.hasResult;
  return EFFECTS.has(node.op) || (isOrdered(node) && !FIELDS[node.op]);
}

function bytesOf(node: Node): string {
  if (!hasBytes(node) || node.value === 0) return '';
  return `[${BYTES.filter(i => (node.value & (1 << i)) === 0).join('')}]`;
}

function printTerm(term: Terminator, name: (of: Node | Block) => string): string {
  if (term.kind === 'jump') return `jump ${name(term.to)}`;
  if (term.kind === 'branch') return `branch ${name(term.cond)} ? ${name(term.then)} : ${name(term.else)}`;
  if (term.kind === 'return') return term.value ? `return ${name(term.value)}` : 'return';
  return 'unreachable';
}

// --- in ---------------------------------------------------------------------------

/**
 * Reads what {@link print} writes.
 * @throws SyntaxError with the line that cannot be read
 */
export function parse(text: string): Program {
  const program: Program = { fns: [], globals: [], shared: new Set() };
  const bodies: FunctionText[] = [];
  text.split('\n').forEach((raw, i) => {
    const line = raw.trim();
    const global = /^global \d+ = (-?\d+)$/.exec(line);
    const head = /^function (\S+)\((\d+)\)( -> value)?(?: exported (\S+))?$/.exec(line);
    if (line === '') return;
    if (global)
      program.globals.push({ name: `global ${program.globals.length}`, initial: Number(global[1]) });
    else if (head) bodies.push(new FunctionText(head));
    else if (bodies.length > 0) bodies[bodies.length - 1].lines.push({ line, number: i + 1 });
    else throw new SyntaxError(`line ${i + 1}: a function was expected`);
  });
  program.fns = bodies.map(({ fn }) => fn);
  for (const body of bodies) body.parse(name => program.fns.find(fn => fn.name === name));
  return program;
}

class FunctionText {
  readonly fn: Fn;
  readonly lines: { line: string; number: number }[] = [];
  private readonly nodes = new Map<string, Node>();
  private readonly blocks = new Map<string, Block>();
  /** Arguments and ends are looked up when every node is known: a phi may name a later one. */
  private readonly later: (() => void)[] = [];
  private number = 0;

  constructor([, name, , result, exported]: RegExpExecArray) {
    this.fn = { name, params: [], hasResult: result !== undefined, blocks: [], exported, at: 0 };
  }

  parse(functionNamed: (name: string) => Fn | undefined): void {
    for (const { line } of this.lines) {
      const label = /^(b\d+):/.exec(line)?.[1];
      if (label) this.blocks.set(label, makeBlock());
    }
    for (const { line, number } of this.lines) {
      this.number = number;
      const label = /^(b\d+): {2}; from (.*)$/.exec(line);
      if (label) this.begin(label[1], label[2]);
      else if (this.fn.blocks.length === 0) throw this.error('a block was expected');
      else if (!this.end(line)) this.node(line, functionNamed);
    }
    for (const look of this.later) look();
  }

  private error(what: string): SyntaxError {
    return new SyntaxError(`line ${this.number}: ${what}`);
  }

  private get block(): Block {
    return this.fn.blocks[this.fn.blocks.length - 1];
  }

  private blockNamed(name: string): Block {
    const block = this.blocks.get(name);
    if (!block) throw this.error(`no block ${name}`);
    return block;
  }

  private begin(name: string, from: string): void {
    const block = this.blockNamed(name);
    this.fn.blocks.push(block);
    if (from !== 'the caller') block.preds = from.split(' ').map(pred => this.blockNamed(pred));
  }

  private value(text: string, block: Block): Node {
    if (/^-?\d+$/.test(text)) return constant(Number(text), block, 0);
    const node = this.nodes.get(text);
    if (!node) throw this.error(`no value ${text}`);
    return node;
  }

  /** The end of a block, when the line is one. */
  private end(line: string): boolean {
    const { block } = this;
    const jump = /^jump (b\d+)$/.exec(line);
    const branch = /^branch (\S+) \? (b\d+) : (b\d+)$/.exec(line);
    const back = /^return(?: (\S+))?$/.exec(line);
    if (jump) block.term = { kind: 'jump', to: this.blockNamed(jump[1]) };
    else if (branch) {
      const ways = { then: this.blockNamed(branch[2]), else: this.blockNamed(branch[3]), at: 0 };
      this.later.push(() => {
        block.term = { kind: 'branch', cond: this.value(branch[1], block), ...ways };
      });
    } else if (back) {
      this.later.push(() => {
        block.term = { kind: 'return', value: back[1] ? this.value(back[1], block) : undefined, at: 0 };
      });
    } else if (line === 'unreachable') block.term = { kind: 'unreachable', at: 0 };
    else return false;
    return true;
  }

  private node(line: string, functionNamed: (name: string) => Fn | undefined): void {
    const parts = /^(?:(%\d+) = )?(\w+)(?:\[([0-3]*)\])?(?: (.*))?$/.exec(line);
    if (!parts) throw this.error(`'${line}' is no instruction`);
    const [, name, op, bytes, rest] = parts;
    const node = makeNode(op as Op, [], this.block, 0);
    if (name) this.nodes.set(name, node);
    const words = rest ? rest.split(', ') : [];
    for (const field of FIELDS[node.op] ?? []) node[field] = Number(words.shift());
    if (op === 'call') node.callee = functionNamed(words.shift() ?? '');
    if (op === 'call' && !node.callee) throw this.error('no such function');
    if (bytes !== undefined && hasBytes(node))
      node.value = BYTES.reduce((left, i) => (bytes.includes(`${i}`) ? left : left | (1 << i)), 0);
    if (op === 'param') this.fn.params[node.value] = node;
    (op === 'phi' ? this.block.phis : this.block.nodes).push(node);
    const { block } = this;
    this.later.push(() => {
      node.args = words.map(word => this.value(word, block));
    });
  }
}
