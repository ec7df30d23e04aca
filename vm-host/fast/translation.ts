/**
 * An image as functions. When the program has come to a place often enough, the tree that begins there is
 * translated, and with it those that its ways lead to and that are warm too; machines with the same image share
 * the functions, which keep nothing but what they are given.
 */

import type { Chip } from '../chip.ts';
import type { Cpu } from '../cpu.ts';
import type { IoSpace } from '../io.ts';
import type { Cycle } from '../time.ts';
import { Ahead } from './ahead.ts';
import { emit } from './emit.ts';
import { loopHeads } from './flow.ts';
import { helpers } from './helpers.ts';
import { POINTER } from './path.ts';
import { isQuiet } from './questions.ts';
import { destinations, type Tree } from './tree.ts';
import { type Extent, type Outlook, TreeBuilder } from './tree-builder.ts';
import { isWait } from './waits.ts';

/** What a function runs: see engine.ts. */
export interface Engine {
  readonly cpu: Cpu;
  readonly io: IoSpace;
  /** WDR at a clock. */
  restart(now: Cycle): void;
  /** Rings what is due; how many clocks are left then, 0 when the program cannot go on at `pc` at once. */
  room(pc: number): number;
}

/** Runs a processor from its program counter for at most the clocks that are left; see emit.ts. */
export type Run = (engine: Engine, left: number) => void;

/** An address that the interpreter comes to less often is not worth a function. Tests of translated code lower it. */
export const warmth = { meetings: 100 };
/** One that it has come to so often is taken along when a way leads there. */
const WARM = 1;
/** A tree of so many instructions may be in several functions: a wait that many routines share. */
const SMALL = 12;
/** Trees in one function. */
const MOST_TREES = 6;
/** Where no tree begins no time is enough. */
const NEVER = 0x7fff_ffff;

export class Translation {
  /** By address; undefined where the interpreter does the instruction. */
  readonly runs: (Run | undefined)[];
  /** The same, but for one instruction: for when an event is too near for more. */
  readonly steps: (Run | undefined)[];
  /** When, after its start, the last instruction of a tree begins: so much time it takes to be begun. */
  readonly last: Uint16Array;
  /** 1 for each word after which neither an event nor an interrupt can be nearer than before. */
  readonly quiet: Uint8Array;
  private readonly heads: Uint8Array;
  private readonly meetings: Uint16Array;
  private readonly stepsMet: Uint16Array;
  private readonly longRuns: Uint32Array;
  private readonly ahead: Ahead;

  constructor(
    private readonly chip: Chip,
    private readonly words: Uint16Array,
  ) {
    this.runs = new Array(words.length).fill(undefined);
    this.steps = new Array(words.length).fill(undefined);
    this.last = new Uint16Array(words.length);
    this.meetings = new Uint16Array(words.length);
    this.stepsMet = new Uint16Array(words.length);
    this.longRuns = new Uint32Array(words.length);
    this.quiet = Uint8Array.from(words, word => (isQuiet(word) ? 1 : 0));
    this.heads = loopHeads(chip, words);
    this.ahead = new Ahead(chip, words);
  }

  /** Hears that the program has come to an address without a function. */
  met(pc: number, cpu: Cpu): void {
    if (++this.meetings[pc] !== warmth.meetings) return;
    const trees = this.treesFrom(pc, cpu);
    const run = this.compile(trees, cpu.io);
    for (const [head, { root }] of trees) {
      if (this.runs[head]) continue;
      this.last[head] = root.last;
      this.runs[head] = run;
    }
  }

  /** Hears that there was time for one instruction only. */
  metShort(pc: number, { io, r }: Cpu): void {
    if (++this.stepsMet[pc] !== warmth.meetings) return;
    const tree = this.build(pc, io, { pointer: r[POINTER] }, { budget: 1 });
    this.steps[pc] = this.compile(new Map([[pc, tree]]), io);
  }

  /**
   * Hears that a program has run for long while nothing happened. It may wait by now, in a way it did not go when
   * this was translated; the more often it is so, the less often it is looked at.
   */
  ranLong(cpu: Cpu): void {
    const { pc } = cpu;
    const times = ++this.longRuns[pc];
    if (times & (times - 1)) return;
    const { tree, waits } = this.look(pc, cpu);
    if (!waits) return;
    this.last[pc] = tree.root.last;
    this.runs[pc] = this.compile(new Map([[pc, tree]]), cpu.io);
  }

  /** JavaScript for the trees from an address on, to be looked at. */
  text(pc: number, cpu: Cpu): string {
    return emit(this.treesFrom(pc, cpu), cpu.io);
  }

  /** The tree at an address and those that it leads to, as far as they are warm, and in no function yet or short. */
  private treesFrom(pc: number, cpu: Cpu): Map<number, Tree> {
    const trees = new Map<number, Tree>();
    const ahead = [pc];
    const seen = new Set<number>();
    for (let head = ahead.shift(); head !== undefined && trees.size < MOST_TREES; head = ahead.shift()) {
      if (seen.has(head)) continue;
      seen.add(head);
      const tree = this.look(head, cpu).tree;
      if (head !== pc && this.runs[head] && tree.size > SMALL) continue;
      trees.set(head, tree);
      ahead.push(...destinations(tree).filter(next => this.meetings[next] >= WARM));
    }
    return trees;
  }

  /**
   * All ways from an address; or where they do not show that the program waits now, and it does, the way it goes.
   * And whether it waits.
   */
  private look(pc: number, cpu: Cpu): { tree: Tree; waits: boolean } {
    const { io } = cpu;
    const rounds = this.ahead.rounds(cpu, pc);
    const pointer = cpu.r[POINTER];
    const all = this.build(pc, io, { pointer, guess: rounds[0]?.way });
    if (all.guess && isWait(all.guess, io, rounds[0])) return { tree: all, waits: true };
    for (const round of all.guess ? rounds.slice(1) : rounds) {
      const extent = { budget: round.way.length, guessOnly: true };
      const tree = this.build(pc, io, { pointer, guess: round.way }, extent);
      if (tree.guess && isWait(tree.guess, io, round)) return { tree, waits: true };
    }
    return { tree: all, waits: false };
  }

  private build(pc: number, io: IoSpace, outlook: Outlook, extent?: Extent): Tree {
    const { chip, words, heads } = this;
    return new TreeBuilder(chip, words, heads, io, pc, outlook, extent).build();
  }

  private compile(trees: ReadonlyMap<number, Tree>, io: IoSpace): Run {
    const lasts = new Int32Array(this.words.length).fill(NEVER);
    for (const [head, { root }] of trees) lasts[head] = root.last;
    const [first] = trees.keys();
    const text = `return function from${first}(f, left) {\n${emit(trees, io)}\n};`;
    return new Function('h', 'lasts', text)(helpers, lasts) as Run;
  }
}

const translations = new Map<string, Translation>();
/** Images whose functions are kept. */
const KEPT = 64;

/** The translation of an image, shared by all who have the same one. */
export function translationOf(chip: Chip, words: Uint16Array): Translation {
  const key = `${chip.name} ${String.fromCharCode(...words)}`;
  const known = translations.get(key);
  if (known) return known;
  const oldest = translations.keys().next();
  if (translations.size >= KEPT && !oldest.done) translations.delete(oldest.value);
  const made = new Translation(chip, words.slice());
  translations.set(key, made);
  return made;
}
