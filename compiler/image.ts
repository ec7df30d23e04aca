/** The product of the compiler: words, where they came from, and the files made of them. */

import type { Chip } from '../vm-host/chip.ts';
import type { Place } from './diagnostic.ts';
import { formatHex } from './hex.ts';
import { formatListing } from './listing.ts';

/** A function of the image. */
export interface ImageFunction {
  name: string;
  /** Word address of its first instruction. */
  address: number;
  /** Words that came from it, wherever they lie. */
  words: number;
  /** Return addresses that lie on the stack at most while it runs. */
  level: number;
  /** Return addresses it needs on top of those. */
  stackLevels: number;
}

/** Where one word came from. */
export interface Origin {
  fn: string;
  place: Place | undefined;
  /** Whether something may jump to this word. */
  label: boolean;
}

/** One application of a peephole rule. */
export interface ImageSaving {
  rule: string;
  fn: string;
  place: Place | undefined;
  words: number;
}

/** A region that the source marks as timed, from timed_begin() to timed_end(). */
export interface ImageRegion {
  place: Place | undefined;
  /** Clocks on the shortest and the longest way through; undefined when a loop decides. */
  clocks: { min: number; max: number } | undefined;
  /** What the source asks for; 0 when it only wants to know. */
  wanted: number;
}

/** What the compiler knows beside the words. */
export interface ImageDetails {
  chip: Chip;
  origins: Origin[];
  functions: ImageFunction[];
  stackLevels: number;
  savings: ImageSaving[];
  timed: ImageRegion[];
  /** Text of the source files by the names that places use, where it is known. */
  sources: ReadonlyMap<string, string>;
}

/** What `.map.json` holds: from a program counter to file, line and function. */
export interface ImageMap {
  chip: string;
  words: number;
  stackLevels: number;
  functions: ImageFunction[];
  files: string[];
  /** For each word: index into `files`, line, index into `functions`; -1 where unknown. */
  lines: [file: number, line: number, fn: number][];
}

export class Image {
  readonly chip: Chip;
  readonly origins: readonly Origin[];
  readonly functions: readonly ImageFunction[];
  /** Return addresses that the deepest chain of calls needs, interrupts included. */
  readonly stackLevels: number;
  readonly savings: readonly ImageSaving[];
  readonly timed: readonly ImageRegion[];
  private readonly sources: ReadonlyMap<string, string[]>;

  constructor(
    readonly words: Uint16Array,
    details: ImageDetails,
  ) {
    this.chip = details.chip;
    this.origins = details.origins;
    this.functions = details.functions;
    this.stackLevels = details.stackLevels;
    this.savings = details.savings;
    this.timed = details.timed;
    this.sources = new Map([...details.sources].map(([file, text]) => [file, text.split('\n')]));
  }

  /** Low byte first, as flash is programmed. */
  get bytes(): Uint8Array {
    return Uint8Array.from([...this.words].flatMap(word => [word & 0xff, word >> 8]));
  }

  /** Words saved by each peephole rule. */
  get savedByRule(): Record<string, number> {
    const total: Record<string, number> = {};
    for (const { rule, words } of this.savings) total[rule] = (total[rule] ?? 0) + words;
    return total;
  }

  /** The place of a word as `file:line`, or undefined where none is known. */
  where(address: number): string | undefined {
    const place = this.origins[address]?.place;
    return place && `${place.file}:${place.line}`;
  }

  /** The text of a source line, without its indentation; empty where it is not known. */
  sourceLine({ file, line }: Place): string {
    return this.sources.get(file)?.[line - 1]?.trim() ?? '';
  }

  toHex(): string {
    return formatHex(this.bytes);
  }

  /** For a person: see {@link formatListing}. */
  toListing(): string {
    return formatListing(this);
  }

  /** For tools. */
  toMap(): ImageMap {
    const files = [...new Set(this.origins.flatMap(({ place }) => (place ? [place.file] : [])))];
    const functions = this.functions.map(({ name }) => name);
    return {
      chip: this.chip.name,
      words: this.words.length,
      stackLevels: this.stackLevels,
      functions: [...this.functions],
      files,
      lines: this.origins.map(({ fn, place }) => [
        place ? files.indexOf(place.file) : -1,
        place?.line ?? -1,
        functions.indexOf(fn),
      ]),
    };
  }
}
