/**
 * Random programs within the compiler's profile, from a seed: what AssemblyScript
 * might write, and some of what it would not. Every program ends, says so with an
 * OUT to {@link MARKER}, and either stays there or lets `main` return.
 */

import { Random } from '../vm-host/helpers.ts';
import { constantTree, type TestFunction, type TestModule, type Tree, tree } from './wasm-program.ts';

/** ACSR: no random program writes it, except to say that its turn is over. */
export const MARKER = 0x08;

/** What a variable means to the source: how many bits count, and how they are read. */
type Kind = 'u8' | 'i8' | 'u16' | 'i16' | 'i32';

const BITS: Readonly<Record<Kind, number>> = { u8: 8, i8: 8, u16: 16, i16: 16, i32: 32 };
const isSigned = (kind: Kind): boolean => kind.startsWith('i');

/** How often each kind is chosen: bytes most, for the chip has 32 registers. */
const NARROW: readonly Kind[] = ['u8', 'u8', 'u8', 'u8', 'u8', 'u8', 'i8', 'u16'];
const MIXED: readonly Kind[] = ['u8', 'u8', 'u8', 'i8', 'i8', 'u16', 'u16', 'i16', 'i32'];
const WIDE: readonly Kind[] = ['u8', 'i32', 'i32', 'u16', 'i16'];
const PROFILES = [NARROW, NARROW, NARROW, MIXED, MIXED, WIDE];

/** Registers of the AT90S1200 that reading and writing do no harm to; SREG is there to be nasty. */
const READABLE = [0x16, 0x10, 0x16, 0x10, 0x32, 0x38, 0x1d, 0x3f];
const WRITABLE = [0x18, 0x12, 0x18, 0x12, 0x17, 0x32, 0x33, 0x1d, 0x3f];
const LOW = [0x18, 0x12, 0x17, 0x1c, 0x16, 0x10];

const EDGES = [0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 64, 127, 128, 129, 170, 240, 254, 255];
const WIDE_EDGES = [256, 257, 511, 512, 0x7fff, 0x8000, 0xff00, 0xffff, 0x10000, 0x800000, 0x7fffffff];

interface Variable {
  op: 'local' | 'global';
  index: number;
  kind: Kind;
}

interface Callable {
  index: number;
  params: Kind[];
  result: Kind | undefined;
  /** Instructions that one call may run, roughly. */
  cost: number;
  /** Calls nested beneath it. */
  depth: number;
}

/** Instructions that one turn of the program may run, roughly. */
const TIME = 6000;

/** The program that belongs to a seed. */
export function randomProgram(seed: number): TestModule {
  return new ProgramMaker(new Random(Math.imul(seed + 1, 0x9e3779b1))).make();
}

class ProgramMaker {
  private readonly kinds: readonly Kind[];
  private readonly globals: Variable[] = [];
  private readonly callables: Callable[] = [];
  private readonly functions: TestFunction[] = [];

  constructor(private readonly random: Random) {
    for (let i = 0; i < 4; i++) random.next();
    this.kinds = random.pick(PROFILES);
  }

  make(): TestModule {
    const { random } = this;
    const initials: number[] = [];
    for (let i = random.below(this.kinds === WIDE ? 2 : 5); i > 0; i--) {
      this.globals.push({ op: 'global', index: initials.length, kind: random.pick(this.kinds) });
      initials.push(random.below(2) ? 0 : random.pick(EDGES));
    }
    const count = random.below(5);
    // callees first: what a call costs must be known
    for (let index = count; index >= 1; index--) this.function(index);
    this.function(0);
    this.functions.reverse();
    return { functions: this.functions, globals: initials };
  }

  private function(index: number): void {
    const { random } = this;
    const main = index === 0;
    const most = this.kinds === WIDE ? 2 : 4;
    const params = main ? [] : Array.from({ length: random.below(most) }, () => random.pick(this.kinds));
    const result = main || random.below(2) ? undefined : random.pick(this.kinds);
    const size = main ? 40 + random.below(120) : 10 + random.below(50);
    const callables = this.callables.filter(({ depth }) => depth < 3);
    const maker = new BodyMaker(random, this.kinds, this.globals, callables, params, result, size);
    const body = maker.body();
    if (main) body.push(...this.ending());
    const { locals, cost, depth } = maker;
    this.callables.push({ index, params, result, cost, depth });
    this.functions.push({
      name: main ? 'main' : `f${index}`,
      params: params.length,
      result: result !== undefined,
      locals,
      body,
      exported: main ? 'main' : undefined,
    });
  }

  /** The marker for ever, or once before main returns. */
  private ending(): Tree[] {
    const mark = tree('mcu.out', [MARKER], [constantTree(this.random.below(256))], false);
    if (this.random.below(2)) return [mark];
    const loop = { ...tree('loop', [0], [], false), bodies: [[mark, tree('br', [0], [], false)]] };
    return [loop];
  }
}

type Maker = (kind: Kind, depth: number) => Tree;

/** Makes the body of one function. */
class BodyMaker {
  locals = 0;
  cost = 0;
  depth = 0;
  private readonly variables: Variable[];
  /** Loop counters, which nobody else may write while the loop runs. */
  private readonly reserved = new Set<Variable>();
  private readonly labels: number[] = [];
  private nextLabel = 1;
  /** How often the code that is made now runs, at most. */
  private times = 1;

  constructor(
    private readonly random: Random,
    private readonly kinds: readonly Kind[],
    globals: Variable[],
    private readonly callables: Callable[],
    private readonly params: Kind[],
    private readonly result: Kind | undefined,
    /** Roughly how many nodes may still be made. */
    private size: number,
  ) {
    this.variables = [...globals, ...params.map((kind, index) => ({ op: 'local' as const, index, kind }))];
    for (let i = 1 + random.below(3); i > 0; i--) this.newLocal(random.pick(kinds));
  }

  body(): Tree[] {
    const body: Tree[] = [];
    while (this.size > 0) body.push(...this.statement(3));
    if (this.result) body.push(this.expression(this.result, 2));
    return body;
  }

  private newLocal(kind: Kind): Variable {
    const variable: Variable = { op: 'local', index: this.params.length + this.locals++, kind };
    this.variables.push(variable);
    return variable;
  }

  private chance(percent: number): boolean {
    return this.random.below(100) < percent;
  }

  private spend(kind: Kind): void {
    this.size -= BITS[kind] / 8;
    this.cost += this.times;
  }

  // --- statements -----------------------------------------------------------

  private statement(depth: number): Tree[] {
    this.size--;
    this.cost += this.times;
    const choices = depth > 0 ? this.nested : this.simple;
    return this.random.pick(this.chance(60) ? this.simple : choices)(depth);
  }

  private statements(depth: number): Tree[] {
    const body: Tree[] = [];
    for (let i = 1 + this.random.below(3); i > 0; i--) body.push(...this.statement(depth));
    return body;
  }

  private readonly simple: readonly ((depth: number) => Tree[])[] = [
    () => [this.assignment()],
    () => [this.assignment()],
    () => [this.assignment()],
    () => [this.output()],
    () => [this.output()],
    () => [this.output()],
    () => [this.pinChange()],
    () => this.callStatement(),
    () => this.callStatement(),
    () => [tree('drop', [], [this.expression(this.random.pick(this.kinds), 2)], false)],
    () => [this.effect()],
  ];

  private readonly nested: readonly ((depth: number) => Tree[])[] = [
    depth => [this.ifStatement(depth)],
    depth => [this.ifStatement(depth)],
    depth => [this.block(depth)],
    depth => this.countDown(depth),
    depth => this.countUp(depth),
    depth => this.shiftLoop(depth),
    depth => [this.switchStatement(depth)],
    () => this.leave(),
  ];

  private assignment(): Tree {
    const target = this.random.pick(this.writable());
    const value = this.chance(70) ? this.clean(target.kind, 3) : this.expression(target.kind, 3);
    return tree(`${target.op}.set`, [target.index], [value], false);
  }

  private writable(): Variable[] {
    const free = this.variables.filter(variable => !this.reserved.has(variable));
    return free.length > 0 ? free : [this.newLocal('u8')];
  }

  private output(): Tree {
    const value = this.expression(this.chance(80) ? 'u8' : this.random.pick(this.kinds), 3);
    return tree('mcu.out', [this.random.pick(WRITABLE)], [value], false);
  }

  private pinChange(): Tree {
    const op = this.random.pick(['mcu.sbi', 'mcu.cbi']);
    return tree(op, [this.random.pick(LOW), this.random.below(8)], [], false);
  }

  private effect(): Tree {
    const op = this.random.pick(['wdr', 'sei', 'cli', 'sleep', 'nop', 'delay']);
    return tree(`mcu.${op}`, op === 'delay' ? [this.random.below(60)] : [], [], false);
  }

  private callStatement(): Tree[] {
    const callee = this.affordable(this.random.pick(['any', 'any', undefined]));
    if (!callee) return [this.output()];
    const call = this.call(callee);
    return [callee.result ? tree('drop', [], [call], false) : call];
  }

  private ifStatement(depth: number): Tree {
    const cond = this.condition(3);
    const label = this.nextLabel++;
    this.labels.push(label);
    const then = this.statements(depth - 1);
    const otherwise = this.chance(50) ? this.statements(depth - 1) : [];
    this.labels.pop();
    return { ...tree('if', [label], [cond], false), bodies: [then, otherwise] };
  }

  private block(depth: number): Tree {
    const label = this.nextLabel++;
    this.labels.push(label);
    const body = [...this.statements(depth - 1), ...this.leave(), ...this.statements(depth - 1)];
    this.labels.pop();
    return { ...tree('block', [label], [], false), bodies: [body] };
  }

  /** br, br_if or return: out of something that surrounds this place. */
  private leave(): Tree[] {
    if (this.chance(15) || this.labels.length === 0) return this.returnStatement();
    const label = this.random.pick(this.labels);
    if (this.chance(20)) return [tree('br', [label], [], false)];
    return [tree('br_if', [label], [this.condition(2)], false)];
  }

  /** Only where a function was called; main goes on to its marker. */
  private returnStatement(): Tree[] {
    if (this.params.length === 0 && !this.result) return [this.output()];
    const value = this.result ? [this.expression(this.result, 2)] : [];
    const back = tree('return', [], value, false);
    return [{ ...tree('if', [this.nextLabel++], [this.condition(2)], false), bodies: [[back], []] }];
  }

  // --- loops ------------------------------------------------------------------

  /** How often a loop may turn without the whole taking too long. */
  private turns(most: number): number {
    const room = Math.floor((TIME - this.cost) / (20 * this.times));
    return 1 + this.random.below(Math.max(1, Math.min(most, room)));
  }

  private loopBody(counter: Variable, turns: number, depth: number): Tree[] {
    this.reserved.add(counter);
    const outer = this.times;
    this.times *= turns;
    const label = this.nextLabel++;
    this.labels.push(label);
    const body = this.statements(depth - 1);
    this.labels.pop();
    this.times = outer;
    this.reserved.delete(counter);
    // a br to this block is what the source calls continue
    return [{ ...tree('block', [label], [], false), bodies: [body] }];
  }

  private countDown(depth: number): Tree[] {
    const kind = this.random.pick(this.kinds);
    const counter = this.newLocal(kind);
    const turns = this.turns(BITS[kind] === 8 ? 40 : 300);
    const step = this.random.pick([1, 1, 1, 2, 3]);
    const body = this.loopBody(counter, turns, depth);
    const label = this.nextLabel++;
    const less = this.plus(tree('local.get', [counter.index]), -step);
    const tee = tree('local.tee', [counter.index], [this.chance(50) ? less : this.masked(kind, less)]);
    body.push(tree('br_if', [label], [this.masked(kind, tee)], false));
    const loop = { ...tree('loop', [label], [], false), bodies: [body] };
    return [tree('local.set', [counter.index], [constantTree(turns * step)], false), loop];
  }

  private plus(value: Tree, by: number): Tree {
    return this.chance(50)
      ? tree('i32.add', [], [value, constantTree(by)])
      : tree('i32.sub', [], [value, constantTree(-by)]);
  }

  private countUp(depth: number): Tree[] {
    const kind = this.random.pick(this.kinds);
    const counter = this.newLocal(kind);
    const turns = this.turns(BITS[kind] === 8 ? 40 : 300);
    const first = isSigned(kind) ? -this.random.below(60) : this.random.below(60);
    const body = this.loopBody(counter, turns, depth);
    const label = this.nextLabel++;
    const next = this.plus(tree('local.get', [counter.index]), 1);
    body.push(tree('local.set', [counter.index], [this.chance(60) ? this.masked(kind, next) : next], false));
    body.push(tree('br', [label], [], false));
    const here = this.masked(kind, tree('local.get', [counter.index]));
    const below = tree(`i32.lt_${isSigned(kind) ? 's' : 'u'}`, [], [here, constantTree(first + turns)]);
    const test = { ...tree('if', [this.nextLabel++], [below], false), bodies: [body, []] };
    const loop = { ...tree('loop', [label], [], false), bodies: [[test]] };
    return [tree('local.set', [counter.index], [constantTree(first)], false), loop];
  }

  /** while (x) x >>= 1, or x &= x - 1: as many turns as x has bits. */
  private shiftLoop(depth: number): Tree[] {
    const kind = this.chance(80) ? 'u8' : 'u16';
    const counter = this.newLocal(kind);
    const start = this.clean(kind, 2);
    const body = this.loopBody(counter, BITS[kind], depth);
    const label = this.nextLabel++;
    const get = () => tree('local.get', [counter.index]);
    const next = this.chance(50)
      ? tree('i32.shr_u', [], [get(), constantTree(1)])
      : tree('i32.and', [], [get(), tree('i32.sub', [], [get(), constantTree(1)])]);
    body.push(tree('br_if', [label], [tree('local.tee', [counter.index], [next])], false));
    return [
      tree('local.set', [counter.index], [start], false),
      { ...tree('loop', [label], [], false), bodies: [body] },
    ];
  }

  /** br_table out of nested blocks, as a switch becomes. */
  private switchStatement(depth: number): Tree {
    const cases = 2 + this.random.below(4);
    const labels = Array.from({ length: cases + 1 }, () => this.nextLabel++);
    const index = this.chance(70) ? this.clean('u8', 2) : this.expression('u8', 2);
    const few = this.chance(70) ? tree('i32.and', [], [index, constantTree(7)]) : index;
    let inner: Tree[] = [
      tree(
        'br_table',
        labels.map(() => this.random.pick(labels)),
        [few],
        false,
      ),
    ];
    for (const [i, label] of labels.entries()) {
      const block = { ...tree('block', [label], [], false), bodies: [inner] };
      this.labels.push(...labels.slice(i + 1));
      inner = i === cases ? [block] : [block, ...this.statements(depth - 1)];
      this.labels.length -= cases - i;
    }
    return inner[0];
  }

  // --- values -----------------------------------------------------------------

  /** A value of which the low bits mean something and the rest may be anything. */
  private expression(kind: Kind, depth: number): Tree {
    this.spend(kind);
    if (depth <= 0 || this.chance(25)) return this.leaf(kind);
    return this.random.pick(this.makers)(kind, depth - 1);
  }

  /** A value as its type demands, by a mask or a sign extension where there was none. */
  private clean(kind: Kind, depth: number): Tree {
    return this.chance(95) ? this.masked(kind, this.expression(kind, depth)) : this.expression(kind, depth);
  }

  private masked(kind: Kind, value: Tree): Tree {
    if (kind === 'u8') return tree('i32.and', [], [value, constantTree(255)]);
    if (kind === 'u16') return tree('i32.and', [], [value, constantTree(65_535)]);
    if (kind === 'i32') return value;
    if (this.chance(70)) return tree(kind === 'i8' ? 'i32.extend8_s' : 'i32.extend16_s', [], [value]);
    const by = () => constantTree(32 - BITS[kind]);
    return tree('i32.shr_s', [], [tree('i32.shl', [], [value, by()]), by()]);
  }

  private leaf(kind: Kind): Tree {
    if (this.chance(20)) return this.constant(kind);
    if (this.chance(35)) return tree('mcu.in', [this.random.pick(READABLE)]);
    const alike = this.variables.filter(variable => variable.kind === kind);
    const from = this.random.pick(alike.length > 0 && this.chance(85) ? alike : this.variables);
    return tree(`${from.op}.get`, [from.index]);
  }

  private constant(kind: Kind): Tree {
    const edges = BITS[kind] > 8 ? [...EDGES, ...WIDE_EDGES] : EDGES;
    const value = this.chance(75) ? this.random.pick(edges) : this.random.next() & (2 ** BITS[kind] - 1);
    return constantTree(this.chance(15) ? -value : value);
  }

  private binary(op: string, a: Tree, b: Tree): Tree {
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

  private readonly makers: readonly Maker[] = [
    this.arithmetic,
    this.arithmetic,
    this.arithmetic,
    this.withConstant,
    this.withConstant,
    this.withConstant,
    (kind, depth) => this.shift(kind, depth),
    (kind, depth) => this.shift(kind, depth),
    (kind, depth) => this.rareOperation(kind, depth),
    (kind, depth) => this.choice(kind, depth),
    (kind, depth) => this.choice(kind, depth),
    (_, depth) => this.comparison(depth),
    kind => this.callValue(kind),
    kind => this.callValue(kind),
    (kind, depth) => this.tee(kind, depth),
    (kind, depth) => this.ifValue(kind, depth),
    (kind, depth) => this.blockValue(kind, depth),
    (kind, depth) => this.masked(this.random.pick(this.kinds), this.expression(kind, depth)),
    () => tree('mcu.bit', [this.random.pick(READABLE), this.random.below(8)]),
  ];

  private shift(kind: Kind, depth: number): Tree {
    const by = constantTree(this.chance(90) ? this.random.below(BITS[kind]) : this.random.below(70) - 2);
    const op = this.random.pick(['shl', 'shr_u', 'shr_s']);
    const left = op === 'shl' ? this.expression(kind, depth) : this.clean(kind, depth);
    return this.binary(op, left, by);
  }

  /** What costs many words: counts in a variable, rotations, products, quotients, counted bits. */
  private rareOperation(kind: Kind, depth: number): Tree {
    this.size -= 2 * BITS[kind];
    if (BITS[kind] === 32 && this.chance(60)) return this.leaf(kind);
    return this.random.pick([
      this.variableShift,
      this.variableShift,
      this.rotation,
      this.product,
      this.quotient,
    ])(kind, depth);
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
    const masked = this.binary(
      'and',
      this.expression('u8', depth),
      constantTree(this.random.pick([7, 63, 255])),
    );
    const divisor = this.chance(50)
      ? this.binary('or', masked, constantTree(1))
      : constantTree(1 + this.random.below(254));
    return this.binary(op, this.clean(kind, depth), divisor);
  };

  private choice(kind: Kind, depth: number): Tree {
    const [a, b] = [this.expression(kind, depth), this.expression(kind, depth)];
    return tree('select', [], [a, b, this.condition(depth)]);
  }

  private comparison(depth: number): Tree {
    const kind = this.random.pick(this.kinds);
    this.spend(kind);
    if (this.chance(20)) return tree('i32.eqz', [], [this.clean(kind, depth)]);
    const op = this.random.pick(['eq', 'ne', 'lt', 'gt', 'le', 'ge']);
    const sign = this.chance(90) === isSigned(kind) ? 's' : 'u';
    const name = op === 'eq' || op === 'ne' ? op : `${op}_${sign}`;
    const right = this.chance(50) ? this.constant(kind) : this.clean(kind, depth);
    return this.binary(name, this.clean(kind, depth), right);
  }

  /** What if, br_if and select ask. */
  private condition(depth: number): Tree {
    const by = this.random.below(10);
    if (by < 4) return this.comparison(depth - 1);
    if (by === 4) return tree('mcu.bit', [this.random.pick(READABLE), this.random.below(8)]);
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

  private tee(kind: Kind, depth: number): Tree {
    const locals = this.writable().filter(({ op }) => op === 'local');
    if (locals.length === 0) return this.leaf(kind);
    return tree('local.tee', [this.random.pick(locals).index], [this.expression(kind, depth)]);
  }

  private ifValue(kind: Kind, depth: number): Tree {
    const cond = this.condition(depth);
    const body = () => [...(this.chance(40) ? [this.assignment()] : []), this.expression(kind, depth)];
    return { ...tree('if', [this.nextLabel++], [cond]), bodies: [body(), body()] };
  }

  /** A block whose value may come from a br_if in its middle. */
  private blockValue(kind: Kind, depth: number): Tree {
    const label = this.nextLabel++;
    const early = tree('br_if', [label], [this.expression(kind, depth), this.condition(depth)]);
    const body = [tree('drop', [], [early], false), this.expression(kind, depth)];
    return { ...tree('block', [label]), bodies: [body] };
  }

  private callValue(kind: Kind): Tree {
    const callee = this.affordable('any');
    return callee?.result ? this.call(callee) : this.leaf(kind);
  }

  private affordable(result: 'any' | undefined): Callable | undefined {
    const open = this.callables.filter(
      callee => (result || !callee.result) && this.cost + callee.cost * this.times < TIME,
    );
    return open.length > 0 ? this.random.pick(open) : undefined;
  }

  private call(callee: Callable): Tree {
    this.cost += callee.cost * this.times;
    this.depth = Math.max(this.depth, callee.depth + 1);
    const args = callee.params.map(kind =>
      this.chance(60) ? this.clean(kind, 1) : this.expression(kind, 1),
    );
    return tree('call', [callee.index], args, callee.result !== undefined);
  }
}
