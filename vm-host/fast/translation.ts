/**
 * An image as functions. A tree is translated when the program has come to its head a few times; machines
 * with the same image share the functions, which keep nothing but what they are given.
 */
import type { Chip } from '../chip.ts';
import type { Cpu } from '../cpu.ts';
import type { IoSpace } from '../io.ts';
import { emit } from './emit.ts';
import { loopHeads } from './flow.ts';
import { helpers } from './helpers.ts';
import { isQuiet, type Tree, TreeBuilder } from './tree.ts';

/** Runs a processor from one address for at most the clocks that are left; see emit.ts. */
export type Run = (cpu: Cpu, io: IoSpace, left: number) => void;

/** An address that the interpreter comes to less often is not worth a function. */
const MEETINGS = 100;

export class Translation {
  /** By address; undefined where the interpreter does the instruction. */
  readonly runs: (Run | undefined)[];
  /** The same, but for one instruction: for when an event is too near for more. */
  readonly steps: (Run | undefined)[];
  /** When, after its start, the last instruction of a function begins: so much time it takes to be called. */
  readonly last: Uint16Array;
  /** 1 for each word after which neither an event nor an interrupt can be nearer than before. */
  readonly quiet: Uint8Array;
  private readonly heads: Uint8Array;
  private readonly meetings: Uint16Array;
  private readonly stepsMet: Uint16Array;

  constructor(
    private readonly chip: Chip,
    private readonly words: Uint16Array,
  ) {
    this.runs = new Array(words.length).fill(undefined);
    this.steps = new Array(words.length).fill(undefined);
    this.last = new Uint16Array(words.length);
    this.meetings = new Uint16Array(words.length);
    this.stepsMet = new Uint16Array(words.length);
    this.quiet = Uint8Array.from(words, word => (isQuiet(word) ? 1 : 0));
    this.heads = loopHeads(chip, words);
  }

  /** Hears that the program has come to an address without a function. */
  met(pc: number, io: IoSpace): void {
    if (++this.meetings[pc] !== MEETINGS) return;
    const tree = this.tree(pc, io);
    this.last[pc] = tree.root.last;
    this.runs[pc] = compile(tree, io);
  }

  /** Hears that there was time for one instruction only. */
  metShort(pc: number, io: IoSpace): void {
    if (++this.stepsMet[pc] === MEETINGS) this.steps[pc] = compile(this.tree(pc, io, 1), io);
  }

  /** JavaScript for the tree at an address, to be looked at. */
  text(pc: number, io: IoSpace): string {
    return emit(this.tree(pc, io), io);
  }

  private tree(pc: number, io: IoSpace, budget?: number): Tree {
    return new TreeBuilder(this.chip, this.words, this.heads, io, pc, budget).build();
  }
}

function compile(tree: Tree, io: IoSpace): Run {
  const text = `return function tree${tree.head}(c, io, left) {\n${emit(tree, io)}\n};`;
  return new Function('h', text)(helpers) as Run;
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
