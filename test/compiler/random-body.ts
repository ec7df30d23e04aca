/** Random statements: assignments, effects on the chip, branches, loops that end. */

import type { Random } from '../vm-host/helpers.ts';
import { BITS, type Callable, isSigned, type Kind, TIME, ValueMaker, type Variable } from './random-value.ts';
import { constantTree, type Tree, tree } from './wasm-program.ts';

/** Registers that a program may write; SREG is there to be nasty. */
const WRITABLE = [0x18, 0x12, 0x18, 0x12, 0x17, 0x32, 0x33, 0x1d, 0x3f];
const LOW = [0x18, 0x12, 0x17, 0x1c, 0x16, 0x10];

export class BodyMaker extends ValueMaker {
  private readonly labels: number[] = [];

  constructor(
    random: Random,
    kinds: readonly Kind[],
    globals: Variable[],
    callables: Callable[],
    params: Kind[],
    private readonly result: Kind | undefined,
    size: number,
  ) {
    super(random, kinds, globals, callables, params, size);
  }

  body(): Tree[] {
    const body: Tree[] = [];
    while (this.size > 0) body.push(...this.statement(3));
    if (this.chance(50)) body.push(...this.showVariables());
    if (this.result) body.push(this.expression(this.result, 2));
    return body;
  }

  /** Many values that are read first and shown last: the registers run out, or nearly. */
  crowdedBody(): Tree[] {
    const crowd = Array.from({ length: 10 + this.random.below(14) }, () =>
      this.newLocal(this.random.pick(this.kinds)),
    );
    const body = crowd.map(variable => this.set(variable, this.input(variable.kind)));
    while (this.size > 0) body.push(...this.statement(2));
    return [...body, ...crowd.flatMap(variable => this.showBytes(variable, BITS[variable.kind] / 8))];
  }

  /** A loop that reads values of every kind and shows all bytes of what it makes of them. */
  expressionsBody(): Tree[] {
    const inputs = [1, 2].map(() => this.newLocal(this.random.pick(this.kinds)));
    return this.repeat(() => [
      ...inputs.map(variable => this.set(variable, this.input(variable.kind))),
      ...[1, 2].flatMap(() => this.showAll(this.random.pick(this.kinds))),
    ]);
  }

  /** A loop that asks one value again and again, from nested branches. */
  rangesBody(): Tree[] {
    const x = this.newLocal(this.random.pick(this.kinds));
    const y = this.newLocal(x.kind);
    return this.repeat(() => [
      this.set(x, this.chance(50) ? this.input(x.kind) : this.clean(x.kind, 2)),
      this.set(y, this.input(y.kind)),
      ...this.rangeTests(x, y, 4),
    ]);
  }

  private repeat(make: () => Tree[]): Tree[] {
    const counter = this.newLocal('u8');
    this.reserved.add(counter);
    this.times = 12;
    const label = this.nextLabel++;
    const less = this.binary('sub', this.get(counter), constantTree(1));
    const again = tree('br_if', [label], [tree('local.tee', [counter.index], [less])], false);
    const loop = { ...tree('loop', [label], [], false), bodies: [[...make(), again]] };
    return [this.set(counter, constantTree(12)), loop];
  }

  private rangeTests(x: Variable, y: Variable, depth: number): Tree[] {
    if (depth === 0) return this.showAll(x.kind);
    const border = this.random.below(3) ? this.constant(x.kind) : this.get(y);
    const near = this.chance(40) ? this.plus(this.get(x), this.random.below(9) - 4) : this.get(x);
    const cond = this.compare(x.kind, this.chance(60) ? near : this.masked(x.kind, near), border);
    const change = () => (this.chance(25) ? [this.set(x, this.clean(x.kind, 2))] : []);
    const arm = () => [...change(), this.output(), ...this.rangeTests(x, y, depth - 1)];
    const otherwise = this.chance(60) ? arm() : [this.output()];
    const test = { ...tree('if', [this.nextLabel++], [cond], false), bodies: [arm(), otherwise] };
    return [test, ...(this.chance(30) ? this.showAll(x.kind) : [])];
  }

  /** Every byte of a value, each to a port. */
  private showAll(kind: Kind): Tree[] {
    const value = this.chance(50) ? this.clean(kind, 3) : this.expression(kind, 3);
    const shown = this.newLocal(kind);
    // what lies above the kind's own bits is just as well defined
    const above = BITS[kind] < 32 && this.chance(20) ? 1 : 0;
    return [this.set(shown, value), ...this.showBytes(shown, BITS[kind] / 8 + above)];
  }

  private showBytes(variable: Variable, bytes: number): Tree[] {
    return Array.from({ length: bytes }, (_, i) => {
      const byte = this.binary('shr_u', this.get(variable), constantTree(8 * i));
      return tree('mcu.out', [this.random.pick(WRITABLE)], [i === 0 ? this.get(variable) : byte], false);
    });
  }

  private showVariables(): Tree[] {
    const some = this.variables.filter(() => this.chance(60));
    return some.flatMap(variable => this.showBytes(variable, BITS[variable.kind] / 8));
  }

  // --- statements -------------------------------------------------------------

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
    () => this.showAll(this.random.pick(this.kinds)),
    () => [this.pinChange()],
    () => this.callStatement(),
    () => this.callStatement(),
    () => [tree('drop', [], [this.expression(this.random.pick(this.kinds), 2)], false)],
    () => [this.effect()],
    () => this.timedRegion(),
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

  /** A region whose clocks are counted, whatever they come to. */
  private timedRegion(): Tree[] {
    const mark = (op: string, imm: number[]) => tree(`mcu.${op}`, imm, [], false);
    return [mark('timed_begin', []), this.pinChange(), this.output(), mark('timed_end', [0])];
  }

  private callStatement(): Tree[] {
    const callee = this.affordable(false);
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
    const less = this.plus(this.get(counter), -step);
    const tee = tree('local.tee', [counter.index], [this.chance(50) ? less : this.masked(kind, less)]);
    body.push(tree('br_if', [label], [this.masked(kind, tee)], false));
    const loop = { ...tree('loop', [label], [], false), bodies: [body] };
    return [this.set(counter, constantTree(turns * step)), loop];
  }

  private plus(value: Tree, by: number): Tree {
    return this.chance(50)
      ? this.binary('add', value, constantTree(by))
      : this.binary('sub', value, constantTree(-by));
  }

  private countUp(depth: number): Tree[] {
    const kind = this.random.pick(this.kinds);
    const counter = this.newLocal(kind);
    const turns = this.turns(BITS[kind] === 8 ? 40 : 300);
    const first = isSigned(kind) ? -this.random.below(60) : this.random.below(60);
    const step = this.random.pick([1, 1, 1, 2, 3]);
    const body = this.loopBody(counter, turns, depth);
    const label = this.nextLabel++;
    const next = this.plus(this.get(counter), step);
    body.push(this.set(counter, this.chance(60) ? this.masked(kind, next) : next));
    body.push(tree('br', [label], [], false));
    const here = this.masked(kind, this.get(counter));
    // eq and ne would miss a limit that the steps pass over
    const op = step === 1 && this.chance(30) ? 'ne' : `lt_${isSigned(kind) ? 's' : 'u'}`;
    const below = this.binary(op, here, constantTree(first + turns));
    const test = { ...tree('if', [this.nextLabel++], [below], false), bodies: [body, []] };
    const loop = { ...tree('loop', [label], [], false), bodies: [[test]] };
    return [this.set(counter, constantTree(first)), loop];
  }

  /** while (x) x >>= 1, or x &= x - 1: as many turns as x has bits. */
  private shiftLoop(depth: number): Tree[] {
    const kind = this.chance(80) ? 'u8' : 'u16';
    const counter = this.newLocal(kind);
    const start = this.masked(kind, this.expression(kind, 2));
    const body = this.loopBody(counter, BITS[kind], depth);
    const label = this.nextLabel++;
    const next = this.chance(50)
      ? this.binary('shr_u', this.get(counter), constantTree(1))
      : this.binary('and', this.get(counter), this.binary('sub', this.get(counter), constantTree(1)));
    body.push(tree('br_if', [label], [tree('local.tee', [counter.index], [next])], false));
    return [this.set(counter, start), { ...tree('loop', [label], [], false), bodies: [body] }];
  }

  /** br_table out of nested blocks, as a switch becomes. */
  private switchStatement(depth: number): Tree {
    const cases = 2 + this.random.below(4);
    const labels = Array.from({ length: cases + 1 }, () => this.nextLabel++);
    const index = this.chance(70) ? this.clean('u8', 2) : this.expression('u8', 2);
    const few = this.chance(70) ? this.binary('and', index, constantTree(7)) : index;
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
}
