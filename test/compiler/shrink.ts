/** Cuts a failing program smaller, piece by piece, as long as it still fails. */

import { constantTree, encodeModule, type TestModule, type Tree, tree } from './wasm-program.ts';

/** The smallest program found for which `fails` still holds. Tries at most `budget` programs. */
export function shrink(
  module: TestModule,
  fails: (module: TestModule) => boolean,
  budget = 2500,
): TestModule {
  return new Shrinker(structuredClone(module), fails, budget).run();
}

class Shrinker {
  constructor(
    private readonly module: TestModule,
    private readonly fails: (module: TestModule) => boolean,
    private budget: number,
  ) {}

  run(): TestModule {
    for (let changed = true; changed && this.budget > 0; ) {
      changed = this.dropRuns();
      this.emptyUncalled();
      changed = this.replaceTrees() || changed;
    }
    return this.module;
  }

  /** Takes whole runs of statements away, long runs first. */
  private dropRuns(): boolean {
    let changed = false;
    for (let i = 0; ; i++) {
      const list = statementLists(this.module)[i];
      if (!list) return changed;
      for (let length = list.length; length >= 1; length >>= 1) {
        for (let at = 0; at + length <= list.length; ) {
          if (this.attempt(list, at, length, [])) changed = true;
          else at += length;
        }
      }
    }
  }

  /** Puts something smaller in the place of each tree, outermost first. */
  private replaceTrees(): boolean {
    let changed = false;
    for (let i = 0; this.budget > 0; i++) {
      const place = places(this.module)[i];
      if (!place) return changed;
      const { list, index } = place;
      const better = smaller(list[index]).some(trees => this.attempt(list, index, 1, trees));
      // the same place again: it may shrink further
      if (better) i--;
      changed ||= better;
    }
    return changed;
  }

  private attempt(list: Tree[], at: number, length: number, trees: Tree[]): boolean {
    if (this.budget <= 0) return false;
    const old = list.splice(at, length, ...trees);
    if (this.stillFails()) return true;
    list.splice(at, trees.length, ...old);
    return false;
  }

  private stillFails(): boolean {
    try {
      if (!WebAssembly.validate(encodeModule(this.module) as BufferSource)) return false;
      this.budget--;
      return this.fails(this.module);
    } catch {
      return false;
    }
  }

  /** Functions that nothing calls any more would only be read in vain. */
  private emptyUncalled(): void {
    const called = new Set([0]);
    for (const { list, index } of places(this.module))
      if (list[index].op === 'call') called.add(list[index].imm[0]);
    this.module.functions.forEach((fn, i) => {
      if (called.has(i)) return;
      fn.body = fn.result ? [constantTree(0)] : [];
      fn.locals = 0;
    });
  }
}

/** A list of trees in the module, and an index in it. */
interface Place {
  list: Tree[];
  index: number;
}

/** All places of a module, outermost first. */
function places(module: TestModule): Place[] {
  const found: Place[] = [];
  const walk = (list: Tree[]) => {
    list.forEach((node, index) => {
      found.push({ list, index });
      walk(node.args);
      for (const body of node.bodies) walk(body);
    });
  };
  for (const fn of module.functions) walk(fn.body);
  return found;
}

function statementLists(module: TestModule): Tree[][] {
  const bodies = places(module).flatMap(({ list, index }) => list[index].bodies);
  return [...module.functions.map(({ body }) => body), ...bodies];
}

function smaller(node: Tree): Tree[][] {
  if (!node.value) {
    return [...node.bodies, ...node.args.map(arg => [tree('drop', [], [arg], false)])];
  }
  if (node.op === 'i32.const') {
    const [k] = node.imm;
    return [0, 1, 255, k >> 1].filter(less => Math.abs(less) < Math.abs(k)).map(less => [constantTree(less)]);
  }
  const single = node.bodies.filter(body => body.length === 1);
  return [[constantTree(0)], [constantTree(1)], ...node.args.map(arg => [arg]), ...single];
}
