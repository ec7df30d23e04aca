/** The product of the compiler: words, where they came from, and the files made of them. */

import type { Chip } from '../vm-host/chip.ts';
import { decode, disassemble } from '../vm-host/isa.ts';
import type { Place } from './diagnostic.ts';
import { formatHex } from './hex.ts';

/** A function of the image. */
export interface ImageFunction {
  name: string;
  /** Word address of its first instruction. */
  address: number;
  /** Words that came from it, wherever they lie. */
  words: number;
  /** Return addresses it needs beneath itself. */
  stackLevels: number;
}

/** Where one word came from. */
export interface Origin {
  fn: string;
  place: Place | undefined;
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
  constructor(
    readonly chip: Chip,
    readonly words: Uint16Array,
    readonly origins: Origin[],
    readonly functions: ImageFunction[],
    /** Return addresses that the deepest chain of calls needs. */
    readonly stackLevels: number,
    /** Words that each peephole rule saved. */
    readonly savings: Readonly<Record<string, number>>,
  ) {}

  /** Low byte first, as flash is programmed. */
  get bytes(): Uint8Array {
    return Uint8Array.from([...this.words].flatMap(word => [word & 0xff, word >> 8]));
  }

  toHex(): string {
    return formatHex(this.bytes);
  }

  /** Address, word, disassembly, clocks, TypeScript line. */
  toListing(): string {
    const lines = [
      `; ${this.chip.name}: ${this.words.length} of ${this.chip.flashWords} words, ${this.stackLevels} of ${this.chip.stackLevels} stack levels`,
    ];
    const starts = new Map(this.functions.map(fn => [fn.address, fn]));
    let shown = '';
    this.words.forEach((word, address) => {
      const fn = starts.get(address);
      if (fn) lines.push('', `; ${fn.name}: ${fn.words} words, ${fn.stackLevels} stack levels beneath`);
      const { place } = this.origins[address];
      const where = place ? `${place.file}:${place.line}` : '';
      lines.push(this.line(word, address, where === shown ? '' : where));
      shown = where;
    });
    return `${lines.join('\n')}\n`;
  }

  private line(word: number, address: number, where: string): string {
    const { row } = decode(word) ?? {};
    const clocks = row ? (row.taken === row.clocks ? `${row.clocks}` : `${row.clocks}/${row.taken}`) : '?';
    const text = `${hex(address, 3)}  ${hex(word, 4)}  ${disassemble(word, address, this.chip.flashWords).padEnd(20)} ${clocks.padEnd(4)}`;
    return `${text}${where ? ` ; ${where}` : ''}`.trimEnd();
  }

  toMap(): ImageMap {
    const files = [...new Set(this.origins.flatMap(({ place }) => (place ? [place.file] : [])))];
    const functions = this.functions.map(({ name }) => name);
    return {
      chip: this.chip.name,
      words: this.words.length,
      stackLevels: this.stackLevels,
      functions: this.functions,
      files,
      lines: this.origins.map(({ fn, place }) => [
        place ? files.indexOf(place.file) : -1,
        place?.line ?? -1,
        functions.indexOf(fn),
      ]),
    };
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
