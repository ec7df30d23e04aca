/** Random values: trees that leave an i32, of the kinds that a TypeScript source has. */

import type { Random } from '../vm-host/helpers.ts';
import { constantTree, type Tree, tree } from './wasm-program.ts';

/** What a value means to the source: how many bits count, and how they are read. */
export type Kind = 'u8' | 'i8' | 'u16' | 'i16' | 'i32';

export const BITS: Readonly<Record<Kind, number>> = { u8: 8, i8: 8, u16: 16, i16: 16, i32: 32 };
export const isSigned = (kind: Kind): boolean => kind.startsWith('i');

/** Registers of the AT90S1200 that a program may read; SREG is there to be nasty. */
const READABLE = [0x16, 0x10, 0x16, 0x10, 0x32, 0x38, 0x1d, 0x3f];

const EDGES = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 64, 127, 128, 129, 170, 240, 254, 255];
const WIDE_EDGES = [256, 257, 511, 512, 0x7fff, 0x8000, 0xff00, 0xffff, 0x10000, 0x800000, 0x7fffffff];

export interface Variable {
  op: 'local' | 'global';
  index: number;
  kind: Kind;
}

/** A function that may be called. */
export interface Callable {
  index: number;
  params: Kind[];
  result: Kind | undefined;
  /** Instructions that one call may run, roughly. */
  cost: number;
  /** Calls nested beneath it. */
  depth: number;
}

/** Instructions that one turn of the program may run, roughly. */
export const TIME = 6000;

type Maker = (kind: Kind, depth: number) => Tree;

export class ValueMaker {
  /** Locals behind the parameters. */
  locals = 0;
  cost = 0;
  /** Calls nested beneath this function. */
  depth = 0;
  protected readonly variables: Variable[];
  /** Loop counters, which nobody else may write while the loop runs. */
  protected readonly reserved = new Set<Variable>();
  protected nextLabel = 1;
  /** How often the code that is made now runs, at most. */
  protected times = 1;

  constructor(
    protected readonly random: Random,
    protected readonly kinds: readonly Kind[],
    globals: Variable[],
    protected readonly callables: Callable[],
    protected readonly params: Kind[],
    /** Roughly how many nodes may still be made. */
    protected size: number,
  ) {
    this.variables = [...globals, ...params.map((kind, index) => ({ op: 'local' as const, index, kind }))];
    for (let i = 1 + random.below(3); i > 0; i--) this.newLocal(random.pick(kinds));
  }

  newLocal(kind: Kind): Variable {
    const variable: Variable = { op: 'local', index: this.params.length + this.locals++, kind };
    this.variables.push(variable);
    return variable;
  }

  protected chance(percent: number): boolean {
    return this.random.below(100) < percent;
  }

  protected get(variable: Variable): Tree {
    return tree(`${variable.op}.get`, [variable.index]);
  }

  protected set(variable: Variable, value: Tree): Tree {
    return tree(`${variable.op}.set`, [variable.index], [value], false);
  }

  protected writable(): Variable[] {
    const free = this.variables.filter(variable => !this.reserved.has(variable));
    return free.length > 0 ? free : [this.newLocal('u8')];
  }

  /** A value of which the low bits mean something and the rest may be anything. */
  expression(kind: Kind, depth: number): Tree {
    this.size -= BITS[kind] / 8;
    this.cost += this.times;
    if (depth <= 0 || this.chance(20)) return this.leaf(kind);
    return this.random.pick(this.makers)(kind, depth - 1);
  }

  /** A value as its type demands, by a mask or a sign extension where there was none. */
  clean(kind: Kind, depth: number): Tree {
    return this.chance(95) ? this.masked(kind, this.expression(kind, depth)) : this.expression(kind, depth);
  }

  masked(kind: Kind, value: Tree): Tree {
    if (kind === 'u8') return tree('i32.and', [], [value, constantTree(255)]);
    if (kind === 'u16') return tree('i32.and', [], [value, constantTree(65_535)]);
    if (kind === 'i32') return value;
    if (this.chance(70)) return tree(kind === 'i8' ? 'i32.extend8_s' : 'i32.extend16_s', [], [value]);
    const by = () => constantTree(32 - BITS[kind]);
    return tree('i32.shr_s', [], [tree('i32.shl', [], [value, by()]), by()]);
  }

  /** A value of this kind of which nothing is known: bytes that were read. */
  input(kind: Kind): Tree {
    const bytes = Array.from({ length: BITS[kind] / 8 }, (_, i) => {
      const byte = tree('mcu.in', [this.random.pick(READABLE)]);
      return i === 0 ? byte : this.binary('shl', byte, constantTree(8 * i));
    });
    const value = bytes.reduce((low, high) => this.binary('or', low, high));
    return isSigned(kind) ? this.masked(kind, value) : value;
  }

  private leaf(kind: Kind): Tree {
    if (this.chance(20)) return this.constant(kind);
    if (this.chance(35)) return tree('mcu.in', [this.random.pick(READABLE)]);
    const alike = this.variables.filter(variable => variable.kind === kind);
    return this.get(this.random.pick(alike.length > 0 && this.chance(85) ? alike : this.variables));
  }

  constant(kind: Kind): Tree {
    const edges = BITS[kind] > 8 ? [...EDGES, ...WIDE_EDGES] : EDGES;
    const value = this.chance(60) ? this.random.pick(edges) : this.random.next() & (2 ** BITS[kind] - 1);
    return constantTree(this.chance(15) ? -value : value);
  }

  protected binary(op: string, a: Tree, b: Tree): Tree {
    return tree(`i32.${op}`, [], [a, b]);
  }

  private readonly arithmetic: Maker = (kind, depth) =>
    this.binary(
      this.random.pick(['add', 'sub', 'and', 'or', 'xor']),
      this.expression(kind, depth),
      this.expression(kind, depth),
    );

  private readonly withConstant: Maker = (kind, depth) =>
    this.binary(
      this.random.pick(['add', 'sub', 'and', 'or', 'xor', 'and']),
      this.expression(kind, depth),
      this.constant(kind),
    );

  private readonly shift: Maker = (kind, depth) => {
    const by = this.chance(70) ? this.random.below(BITS[kind]) : this.random.below(40) - 2;
    const op = this.random.pick(['shl', 'shr_u', 'shr_s']);
    const left = op === 'shl' ? this.expression(kind, depth) : this.clean(kind, depth);
    return this.binary(op, left, constantTree(by));
  };

  private readonly choice: Maker = (kind, depth) => {
    const [a, b] = [this.expression(kind, depth), this.expression(kind, depth)];
    return tree('select', [], [a, b, this.condition(depth)]);
  };

  private readonly tee: Maker = (kind, depth) => {
    const locals = this.writable().filter(({ op }) => op === 'local');
    if (locals.length === 0) return this.leaf(kind);
    return tree('local.tee', [this.random.pick(locals).index], [this.expression(kind, depth)]);
  };

  private readonly ifValue: Maker = (kind, depth) => {
    const cond = this.condition(depth);
    const body = () => [...(this.chance(40) ? [this.assignment()] : []), this.expression(kind, depth)];
    return { ...tree('if', [this.nextLabel++], [cond]), bodies: [body(), body()] };
  };

  /** A block whose value may come from a br_if in its middle. */
  private readonly blockValue: Maker = (kind, depth) => {
    const label = this.nextLabel++;
    const early = tree('br_if', [label], [this.expression(kind, depth), this.condition(depth)]);
    const body = [tree('drop', [], [early], false), this.expression(kind, depth)];
    return { ...tree('block', [label]), bodies: [body] };
  };

  private readonly callValue: Maker = kind => {
    const callee = this.affordable(true);
    return callee ? this.call(callee) : this.leaf(kind);
  };

  private readonly makers: readonly Maker[] = [
    this.arithmetic,
    this.arithmetic,
    this.arithmetic,
    this.withConstant,
    this.withConstant,
    this.withConstant,
    this.shift,
    this.shift,
    (kind, depth) => this.rareOperation(kind, depth),
    this.choice,
    this.choice,
    (_, depth) => this.comparison(depth),
    this.callValue,
    this.callValue,
    this.tee,
    this.ifValue,
    this.blockValue,
    (kind, depth) => this.masked(this.random.pick(this.kinds), this.expression(kind, depth)),
    () => this.pin(),
  ];

  protected assignment(): Tree {
    const target = this.random.pick(this.writable());
    const value = this.chance(70) ? this.clean(target.kind, 3) : this.expression(target.kind, 3);
    return this.set(target, value);
  }

  private pin(): Tree {
    return tree('mcu.bit', [this.random.pick(READABLE), this.random.below(8)]);
  }

  /** What costs many words: counts in a variable, rotations, products, quotients, counted bits. */
  private rareOperation(kind: Kind, depth: number): Tree {
    this.size -= 2 * BITS[kind];
    if (BITS[kind] === 32 && this.chance(60)) return this.leaf(kind);
    const rare = [this.variableShift, this.variableShift, this.rotation, this.product, this.quotient];
    return this.random.pick(rare)(kind, depth);
  }

  private readonly variableShift: Maker = (kind, depth) => {
    const op = this.random.pick(['shl', 'shr_u', 'shr_s']);
    const left = this.chance(50) ? this.clean(kind, depth) : this.expression(kind, depth);
    const count = this.expression('u8', depth);
    const few = this.chance(70) ? this.binary('and', count, constantTree(BITS[kind] - 1)) : count;
    return this.binary(op, left, few);
  };

  private readonly rotation: Maker = (kind, depth) => {
    const op = this.random.pick(['rotl', 'rotr']);
    return this.binary(op, this.expression(kind, depth), constantTree(this.random.below(33)));
  };

  private readonly product: Maker = (kind, depth) => {
    const right = this.chance(50) ? this.constant('u8') : this.expression(kind, depth);
    const op = this.random.pick(['clz', 'ctz', 'popcnt']);
    return this.chance(80)
      ? this.binary('mul', this.expression(kind, depth), right)
      : tree(`i32.${op}`, [], [this.clean(kind, depth)]);
  };

  /** The divisor is small and not 0: WebAssembly would trap. */
  private readonly quotient: Maker = (kind, depth) => {
    const op = `${this.random.pick(['div', 'rem'])}_${isSigned(kind) ? 's' : 'u'}`;
    const few = constantTree(this.random.pick([7, 63, 255]));
    const divisor = this.chance(50)
      ? this.binary('or', this.binary('and', this.expression('u8', depth), few), constantTree(1))
      : constantTree(1 + this.random.below(254));
    return this.binary(op, this.clean(kind, depth), divisor);
  };

  comparison(depth: number): Tree {
    const kind = this.random.pick(this.kinds);
    if (this.chance(20)) return tree('i32.eqz', [], [this.clean(kind, depth)]);
    const right = this.chance(50) ? this.constant(kind) : this.clean(kind, depth);
    return this.compare(kind, this.clean(kind, depth), right);
  }

  /** Some comparison; of the signedness of its kind, mostly. */
  protected compare(kind: Kind, a: Tree, b: Tree): Tree {
    const op = this.random.pick(['eq', 'ne', 'lt', 'gt', 'le', 'ge']);
    const sign = this.chance(90) === isSigned(kind) ? 's' : 'u';
    return this.binary(op === 'eq' || op === 'ne' ? op : `${op}_${sign}`, a, b);
  }

  /** What if, br_if and select ask. */
  condition(depth: number): Tree {
    const by = this.random.below(10);
    if (by < 4) return this.comparison(depth - 1);
    if (by === 4) return this.pin();
    if (by === 5) {
      const mask = constantTree(1 << this.random.below(8));
      const masked = this.binary('and', this.expression('u8', depth - 1), mask);
      return this.chance(30) ? tree('i32.eqz', [], [masked]) : masked;
    }
    if (by === 6) {
      const op = this.random.pick(['and', 'or']);
      return this.binary(op, this.comparison(depth - 1), this.comparison(depth - 1));
    }
    if (by === 7) return tree('i32.eqz', [], [this.comparison(depth - 1)]);
    return this.clean(this.random.pick(this.kinds), depth - 1);
  }

  /** A function that can be called here without the whole taking too long. */
  protected affordable(needsResult: boolean): Callable | undefined {
    const open = this.callables.filter(
      callee => (!needsResult || callee.result) && this.cost + callee.cost * this.times < TIME,
    );
    return open.length > 0 ? this.random.pick(open) : undefined;
  }

  protected call(callee: Callable): Tree {
    this.cost += callee.cost * this.times;
    this.depth = Math.max(this.depth, callee.depth + 1);
    const args = callee.params.map(kind =>
      this.chance(60) ? this.clean(kind, 1) : this.expression(kind, 1),
    );
    return tree('call', [callee.index], args, callee.result !== undefined);
  }
}
