/**
 * Functions that are only there when the program uses them: multiplication,
 * division and bit counting, which the part has no instructions for.
 *
 * They are written once for 32 bits. What is known of the arguments and what is
 * asked of the results narrows each to the bytes of its callers, as in any function;
 * a division is told how many bits its dividend has, for that is how often it turns.
 */

import {
  type Block,
  constant,
  type Fn,
  makeBlock,
  makeNode,
  type Node,
  type Op,
  type Program,
  tidy,
} from './ir.ts';

/** Operations that become calls. */
export type LibraryOp = 'mul' | 'div_u' | 'rem_u' | 'div_s' | 'rem_s' | 'clz' | 'ctz' | 'popcnt';

const LIBRARY: ReadonlySet<Op> = new Set(['mul', 'div_u', 'rem_u', 'div_s', 'rem_s', 'clz', 'ctz', 'popcnt']);

export const isLibraryOp = (node: Node): boolean => LIBRARY.has(node.op);

/**
 * The function for an operation, made at first use.
 * @param bits width of the dividend: 8, 16 or 32; 32 for everything else
 */
export function libraryFunction(program: Program, op: LibraryOp, bits: number): Fn {
  const name = op.startsWith('div') || op.startsWith('rem') ? `~${op}${bits}` : `~${op}`;
  const known = program.fns.find(fn => fn.name === name);
  if (known) return known;
  const fn = new Builder(name, op === 'clz' || op === 'ctz' || op === 'popcnt' ? 1 : 2).build(
    BODIES[op],
    bits,
  );
  program.fns.push(fn);
  return fn;
}

/** Writes a function block by block; `emit` adds to the block that was begun last. */
class Builder {
  readonly fn: Fn;
  private block: Block;

  constructor(name: string, params: number) {
    this.block = makeBlock();
    this.fn = { name, params: [], hasResult: true, blocks: [this.block], exported: undefined, at: 0 };
    for (let i = 0; i < params; i++) this.fn.params.push(this.emit('param', [], i));
    this.block.nodes = [...this.fn.params];
  }

  build(body: (b: Builder, bits: number) => Node, bits: number): Fn {
    const value = body(this, bits);
    this.block.term = { kind: 'return', value, at: 0 };
    tidy(this.fn);
    return this.fn;
  }

  emit(op: Op, args: (Node | number)[], value = 0): Node {
    const nodes = args.map(arg => (typeof arg === 'number' ? constant(arg, this.block, 0) : arg));
    const node = makeNode(op, nodes, this.block, 0, { value });
    this.block.nodes.push(node);
    return node;
  }

  private begin(...preds: Block[]): Block {
    const block = makeBlock();
    block.preds = preds;
    this.fn.blocks.push(block);
    this.block = block;
    return block;
  }

  /** if (cond) value = then(); else value stays. */
  choose(cond: Node, then: () => Node[], otherwise: Node[]): Node[] {
    const before = this.block;
    const yes = this.begin(before);
    const values = then();
    const end = this.block;
    const no = this.begin(before);
    before.term = { kind: 'branch', cond, then: yes, else: no, at: 0 };
    const join = this.begin(end, no);
    end.term = { kind: 'jump', to: join };
    no.term = { kind: 'jump', to: join };
    return values.map((value, i) => this.phi(join, [value, otherwise[i]]));
  }

  private phi(block: Block, args: Node[]): Node {
    const phi = makeNode('phi', args, block, 0);
    block.phis.push(phi);
    return phi;
  }

  /** while (cond(values)) values = body(values) */
  loop(start: (Node | number)[], cond: (values: Node[]) => Node, body: (values: Node[]) => Node[]): Node[] {
    const before = this.block;
    const header = this.begin(before);
    before.term = { kind: 'jump', to: header };
    const values = start.map(value =>
      this.phi(header, [typeof value === 'number' ? constant(value, before, 0) : value]),
    );
    const test = cond(values);
    const inside = this.begin(header);
    const next = body(values);
    const back = this.block;
    back.term = { kind: 'jump', to: header };
    header.preds.push(back);
    values.forEach((phi, i) => {
      phi.args.push(next[i]);
    });
    const after = this.begin(header);
    header.term = { kind: 'branch', cond: test, then: inside, else: after, at: 0 };
    return values;
  }
}

/** Each body in terms of the parameters. */
const BODIES: Record<LibraryOp, (b: Builder, bits: number) => Node> = {
  mul: b => multiply(b),
  div_u: (b, bits) => divide(b, b.fn.params, bits).quotient,
  rem_u: (b, bits) => divide(b, b.fn.params, bits).remainder,
  div_s: (b, bits) => {
    const [x, y] = b.fn.params;
    const { quotient } = divide(b, [magnitude(b, x), magnitude(b, y)], bits);
    return withSign(b, quotient, b.emit('xor', [x, y]));
  },
  rem_s: (b, bits) => {
    const [x, y] = b.fn.params;
    const { remainder } = divide(b, [magnitude(b, x), magnitude(b, y)], bits);
    return withSign(b, remainder, x);
  },
  clz: b => {
    // shift up until the top bit is set
    const count = b.loop(
      [b.fn.params[0], 32],
      ([x]) => b.emit('ne', [x, 0]),
      ([x, n]) => [b.emit('shr_u', [x, 1]), b.emit('add', [n, -1])],
    );
    return count[1];
  },
  ctz: b => {
    const [x] = b.fn.params;
    const [found] = b.choose(b.emit('eq', [x, 0]), () => [b.emit('or', [b.emit('and', [x, 0]), 32])], [
      trailingZeros(b, x),
    ]);
    return found;
  },
  popcnt: b => {
    const [, count] = b.loop(
      [b.fn.params[0], 0],
      ([x]) => b.emit('ne', [x, 0]),
      ([x, n]) => [b.emit('shr_u', [x, 1]), b.emit('add', [n, b.emit('and', [x, 1])])],
    );
    return count;
  },
};

/** Shift and add: as many turns as the second factor has bits. */
function multiply(b: Builder): Node {
  const [x, y] = b.fn.params;
  const [, , product] = b.loop(
    [x, y, 0],
    ([, rest]) => b.emit('ne', [rest, 0]),
    ([addend, rest, sum]) => {
      const [next] = b.choose(
        b.emit('ne', [b.emit('and', [rest, 1]), 0]),
        () => [b.emit('add', [sum, addend])],
        [sum],
      );
      return [b.emit('shl', [addend, 1]), b.emit('shr_u', [rest, 1]), next];
    },
  );
  return product;
}

/** Restoring division, one bit a turn: the dividend moves out at the top, the quotient moves in below. */
function divide(b: Builder, [x, y]: Node[], bits: number): { quotient: Node; remainder: Node } {
  const mask = bits === 32 ? -1 : 2 ** bits - 1;
  const [quotient, remainder] = b.loop(
    [x, 0, bits],
    ([, , turns]) => b.emit('ne', [turns, 0]),
    ([up, part, turns]) => {
      const top = b.emit('shr_u', [up, bits - 1]);
      const grown = b.emit('or', [b.emit('shl', [part, 1]), bits === 32 ? top : b.emit('and', [top, 1])]);
      const shifted = b.emit('and', [b.emit('shl', [up, 1]), mask]);
      const [digit, rest] = b.choose(
        b.emit('le_u', [y, grown]),
        () => [b.emit('or', [shifted, 1]), b.emit('sub', [grown, y])],
        [shifted, grown],
      );
      return [digit, rest, b.emit('add', [turns, -1])];
    },
  );
  return { quotient, remainder };
}

const magnitude = (b: Builder, x: Node): Node => withSign(b, x, x);

/** The value, negated when `sign` is negative. */
function withSign(b: Builder, value: Node, sign: Node): Node {
  const [result] = b.choose(b.emit('lt_s', [sign, 0]), () => [b.emit('sub', [0, value])], [value]);
  return result;
}

function trailingZeros(b: Builder, x: Node): Node {
  const [, count] = b.loop(
    // bit 31 ends the loop for zero as well; the caller does not look then
    [b.emit('or', [x, -0x80000000]), 0],
    ([rest]) => b.emit('eq', [b.emit('and', [rest, 1]), 0]),
    ([rest, n]) => [b.emit('shr_u', [rest, 1]), b.emit('add', [n, 1])],
  );
  return count;
}
