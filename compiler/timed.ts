/**
 * Regions that the source marks as timed: how many clocks they take in the words
 * that were laid out, on the shortest and on the longest way through.
 *
 * needs:  words with addresses
 * leaves: nothing changed
 *
 * Clocks are those of the instruction table (AT90S1200 datasheet, instruction set summary).
 */

import { type Decoded, decode } from '../vm-host/isa.ts';

/** A mark in the code: where it stands, and what an end asks for. */
export interface Mark {
  address: number;
  kind: 'begin' | 'end';
  /** Clocks that the region must take; 0 where the source only wants to know. */
  wanted: number;
  at: number;
}

/** What the walk needs of a word; the words of a delay count as one. */
export interface TimedWord {
  word: number;
  delay?: { clocks: number; words: number };
}

export interface TimedRegion {
  at: number;
  /** Clocks on the shortest and the longest way; undefined when a loop decides. */
  clocks: { min: number; max: number } | undefined;
  wanted: number;
}

type Clocks = { min: number; max: number } | undefined;

/**
 * Measures every region. A region that never reaches an end has no clocks, and neither
 * has an end that asks for clocks and that no beginning leads to.
 */
export function measureRegions(words: TimedWord[], marks: Mark[]): TimedRegion[] {
  const reached = new Set<number>();
  const regions = marks
    .filter(({ kind }) => kind === 'begin')
    .map(begin => {
      // the end of the region before may stand at the same word
      const earlier = marks.slice(0, marks.indexOf(begin)).filter(({ address }) => address === begin.address);
      const walk = new Walk(words, marks, earlier);
      const clocks = walk.from(begin.address);
      for (const address of walk.endsReached) reached.add(address);
      const ended = walk.endsReached.size > 0;
      return { at: begin.at, clocks: ended ? clocks : undefined, wanted: walk.wanted };
    });
  const stray = marks.filter(
    ({ kind, wanted, address }) => kind === 'end' && wanted > 0 && !reached.has(address),
  );
  return [...regions, ...stray.map(({ at, wanted }) => ({ at, clocks: undefined, wanted }))];
}

class Walk {
  /** Addresses of the ends that some way leads to. */
  readonly endsReached = new Set<number>();
  wanted = 0;
  private readonly ends: Map<number, Mark>;
  private readonly known = new Map<number, Clocks>();
  private readonly open = new Set<number>();

  constructor(
    private readonly words: TimedWord[],
    marks: Mark[],
    ignored: Mark[],
  ) {
    const ends = marks.filter(mark => mark.kind === 'end' && !ignored.includes(mark));
    this.ends = new Map(ends.map(mark => [mark.address, mark]));
  }

  /** Clocks from an address to the nearest end, or to the return of a called function. */
  from(address: number, called = false): Clocks {
    const end = called ? undefined : this.ends.get(address);
    if (end) {
      this.endsReached.add(address);
      this.wanted = Math.max(this.wanted, end.wanted);
      return { min: 0, max: 0 };
    }
    const key = called ? -1 - address : address;
    if (this.known.has(key)) return this.known.get(key);
    // a way that comes back to itself is a loop
    if (this.open.has(key)) return undefined;
    this.open.add(key);
    const clocks = this.step(address, called);
    this.open.delete(key);
    this.known.set(key, clocks);
    return clocks;
  }

  private step(address: number, called: boolean): Clocks {
    const { word, delay } = this.words[address] ?? { word: 0xffff };
    if (delay) return plus(this.from(address + delay.words, called), delay.clocks);
    const decoded = decode(word);
    if (!decoded) return undefined;
    return this.instruction(decoded, address, called);
  }

  private instruction({ row, operands }: Decoded, address: number, called: boolean): Clocks {
    const next = address + 1;
    const target = next + operands[operands.length - 1];
    switch (row.name) {
      case 'rjmp':
        return plus(this.from(target, called), row.clocks);
      case 'rcall':
        return sum(plus(this.from(target, true), row.clocks), this.from(next, called));
      case 'ret':
      case 'reti':
        return called ? { min: row.clocks, max: row.clocks } : undefined;
      case 'brbs':
      case 'brbc':
        return either(plus(this.from(next, called), row.clocks), plus(this.from(target, called), row.taken));
      default:
        if (row.taken === row.clocks) return plus(this.from(next, called), row.clocks);
        if (this.isPair(address)) return this.pair(address, called);
        return either(
          plus(this.from(next, called), row.clocks),
          plus(this.from(next + 1, called), row.taken),
        );
    }
  }

  /** SBRS r, b; x; SBRC r, b; y (or the other way round): exactly one of x and y runs. */
  private isPair(address: number): boolean {
    const [first, , second] = [0, 1, 2].map(i => decode(this.words[address + i]?.word ?? 0xffff));
    if (!first || !second || !/^sbr[sc]$/.test(first.row.name) || !/^sbr[sc]$/.test(second.row.name))
      return false;
    return (
      first.row.name !== second.row.name && first.operands.every((value, i) => value === second.operands[i])
    );
  }

  private pair(address: number, called: boolean): Clocks {
    const [first, x, second] = [0, 1, 2].map(i => decode(this.words[address + i].word)!.row);
    const runsY = plus(this.from(address + 3, called), first.taken + second.clocks);
    const runsX = plus(this.from(address + 4, called), first.clocks + x.clocks + second.taken);
    return x.clocks === x.taken ? either(runsX, runsY) : undefined;
  }
}

const plus = (clocks: Clocks, more: number): Clocks =>
  clocks && { min: clocks.min + more, max: clocks.max + more };
const sum = (a: Clocks, b: Clocks): Clocks => a && b && { min: a.min + b.min, max: a.max + b.max };
const either = (a: Clocks, b: Clocks): Clocks =>
  a && b && { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
