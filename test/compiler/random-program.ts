/**
 * Random programs within the compiler's profile, from a seed: what AssemblyScript
 * might write, and some of what it would not. Every program ends, says so with an
 * OUT to {@link MARKER}, and either stays there or lets `main` return.
 */

import { Random } from '../vm-host/helpers.ts';
import { BodyMaker } from './random-body.ts';
import type { Callable, Kind, Variable } from './random-value.ts';
import { constantTree, type TestFunction, type TestModule, type Tree, tree } from './wasm-program.ts';

/** ACSR: no random program writes it, except to say that its turn is over. */
export const MARKER = 0x08;

/** How often each kind is chosen: bytes most, for the chip has 32 registers. */
const NARROW: readonly Kind[] = ['u8', 'u8', 'u8', 'u8', 'u8', 'u8', 'i8', 'u16'];
const MIXED: readonly Kind[] = ['u8', 'u8', 'u8', 'i8', 'i8', 'u16', 'u16', 'i16', 'i32'];
const WIDE: readonly Kind[] = ['u8', 'i32', 'i32', 'u16', 'i16'];
const PROFILES = [NARROW, NARROW, NARROW, MIXED, MIXED, WIDE];

/** The program that belongs to a seed. */
export function randomProgram(seed: number): TestModule {
  const random = new Random(Math.imul(seed + 1, 0x9e3779b1));
  // neighbouring seeds are alike at first
  for (let i = 0; i < 4; i++) random.next();
  return new ProgramMaker(random).make();
}

/** The handler that {@link randomProgramWithHandler} adds. */
export const HANDLER = 'TIMER0_OVF';

/**
 * The program of a seed with an interrupt handler that has globals of its own, reads, writes, and calls
 * functions that main calls too, as long as they touch no global.
 */
export function randomProgramWithHandler(seed: number): TestModule {
  const random = new Random(Math.imul(seed + 1, 0x9e3779b1));
  for (let i = 0; i < 4; i++) random.next();
  return new ProgramMaker(random).makeWithHandler();
}

/** What main is mostly about. */
type Plan = 'statements' | 'expressions' | 'ranges' | 'crowd';

class ProgramMaker {
  private readonly kinds: readonly Kind[];
  private readonly plan: Plan;
  private readonly globals: Variable[] = [];
  private readonly callables: Callable[] = [];
  private readonly functions: TestFunction[] = [];

  constructor(private readonly random: Random) {
    this.kinds = random.pick(PROFILES);
    this.plan = random.pick(['statements', 'statements', 'statements', 'expressions', 'ranges', 'crowd']);
  }

  make(): TestModule {
    const { random } = this;
    const initials: number[] = [];
    for (let i = random.below(this.kinds === WIDE ? 2 : 5); i > 0; i--) {
      this.globals.push({ op: 'global', index: initials.length, kind: random.pick(this.kinds) });
      initials.push(random.below(2) ? 0 : random.below(256));
    }
    const busy = this.plan === 'statements' || this.plan === 'crowd';
    const count = busy ? random.below(5) : random.below(2);
    // callees first: what a call costs must be known
    for (let index = count; index >= 1; index--) this.function(index);
    this.function(0);
    this.functions.reverse();
    return { functions: this.functions, globals: initials };
  }

  makeWithHandler(): TestModule {
    const { random } = this;
    const module = this.make();
    const globals: Variable[] = Array.from({ length: 1 + random.below(2) }, (_, i) => ({
      op: 'global',
      index: module.globals.length + i,
      kind: random.pick(['u8', 'u8', 'u16'] as const),
    }));
    const callables = this.callables.filter(({ index }) => index > 0 && !touchesGlobals(module, index));
    const maker = new BodyMaker(random, ['u8', 'u8', 'i8', 'u16'], globals, callables, [], undefined, 25);
    const body = maker.body();
    const handler = {
      name: HANDLER,
      params: 0,
      result: false,
      locals: maker.locals,
      body,
      exported: HANDLER,
    };
    return {
      functions: [...module.functions, handler],
      globals: [...module.globals, ...globals.map(() => random.below(256))],
    };
  }

  private function(index: number): void {
    const { random, kinds, globals } = this;
    const main = index === 0;
    const most = kinds === WIDE ? 2 : 4;
    const params = main ? [] : Array.from({ length: random.below(most) }, () => random.pick(kinds));
    const result = main || random.below(2) ? undefined : random.pick(kinds);
    const size = main ? 40 + random.below(100) : 10 + random.below(50);
    const callables = this.callables.filter(({ depth }) => depth < 3);
    const maker = new BodyMaker(random, kinds, globals, callables, params, result, size);
    const body = main ? [...this.mainBody(maker), ...this.ending()] : maker.body();
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

  private mainBody(maker: BodyMaker): Tree[] {
    if (this.plan === 'expressions') return maker.expressionsBody();
    if (this.plan === 'crowd') return maker.crowdedBody();
    return this.plan === 'ranges' ? maker.rangesBody() : maker.body();
  }

  /** The marker for ever, or once before main returns. */
  private ending(): Tree[] {
    const mark = tree('mcu.out', [MARKER], [constantTree(this.random.below(256))], false);
    if (this.random.below(2)) return [mark];
    const loop = { ...tree('loop', [0], [], false), bodies: [[mark, tree('br', [0], [], false)]] };
    return [loop];
  }
}

/** Whether a function, or one that it calls, reads or writes a global. */
function touchesGlobals(module: TestModule, index: number): boolean {
  const touches = (node: Tree): boolean =>
    node.op.startsWith('global.') ||
    (node.op === 'call' && touchesGlobals(module, node.imm[0])) ||
    [...node.args, ...node.bodies.flat()].some(touches);
  return module.functions[index].body.some(touches);
}
