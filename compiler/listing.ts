/** What an assembler programmer reads: the listing, and where the words of a function went. */

import { decode, disassemble } from '../vm-host/isa.ts';
import type { Image, ImageFunction } from './image.ts';

/**
 * Address, word, disassembly, clocks, clocks since the last label, and the TypeScript
 * line that made the word with its text. A branch counts its clocks when not taken; the
 * second number is for taken.
 */
export function formatListing(image: Image): string {
  const { chip, words, stackLevels } = image;
  const lines = [
    `; ${chip.name}: ${words.length} of ${chip.flashWords} words, ${stackLevels} of ${chip.stackLevels} stack levels`,
    '; addr word  instruction            clocks  sum  source',
  ];
  const starts = new Map(image.functions.map(fn => [fn.address, fn]));
  let shown = '';
  let sum = 0;
  words.forEach((word, address) => {
    const fn = starts.get(address);
    if (fn) lines.push('', heading(fn));
    else if (image.origins[address].label) lines.push(`L${hex(address, 3)}:`);
    if (image.origins[address].label) sum = 0;
    sum += decode(word)?.row.clocks ?? 0;
    const where = image.where(address) ?? '';
    const source =
      where && where !== shown ? `${where}  ${image.sourceLine(image.origins[address].place!)}` : '';
    if (where) shown = where;
    lines.push(line(image, word, address, sum, source));
  });
  return `${lines.join('\n')}\n`;
}

function heading({ name, words, level, stackLevels }: ImageFunction): string {
  return `; --- ${name}: ${words} words; runs at stack level ${level}, calls ${stackLevels} deeper`;
}

function line(image: Image, word: number, address: number, sum: number, source: string): string {
  const columns = [
    `  ${hex(address, 3)}`,
    hex(word, 4),
    instruction(image, word, address).padEnd(22),
    clocksOf(word).padStart(5),
    String(sum).padStart(5),
  ];
  return `${columns.join('  ')}${source ? `  ; ${source}` : ''}`.trimEnd();
}

/** The disassembly; a call or jump to a function names it. */
function instruction(image: Image, word: number, address: number): string {
  const text = disassemble(word, address, image.chip.flashWords);
  const target = /^(rcall|rjmp) 0x([0-9A-F]+)$/.exec(text);
  const fn = target && image.functions.find(each => each.address === Number.parseInt(target[2], 16));
  return fn ? `${text} ${fn.name.split('/').pop()}` : text;
}

function clocksOf(word: number): string {
  const row = decode(word)?.row;
  if (!row) return '?';
  return row.taken === row.clocks ? `${row.clocks}` : `${row.clocks}/${row.taken}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

/** One source line of a function: what it cost and what was done about it. */
export interface ExplainedLine {
  where: string;
  source: string;
  words: number;
  /** Clocks of its instructions, each counted once, branches not taken. */
  clocks: number;
  /** Rules that fired here, with the words they saved. */
  rules: string[];
}

/**
 * Where the words of a function went, by source line, most expensive first. Further
 * entries of the function (f+1, f+2) and code of functions inlined into it count too.
 * @throws RangeError when the image has no such function; the message lists them
 */
export function explain(image: Image, name: string): ExplainedLine[] {
  const own = image.functions.filter(fn => named(fn.name, name)).map(fn => fn.name);
  if (own.length === 0) {
    const known = image.functions.map(fn => fn.name).join(', ');
    throw new RangeError(
      `no function ${name} in the image; there are ${known}. Others were inlined into their callers`,
    );
  }
  const lines = new Map<string, ExplainedLine>();
  image.words.forEach((word, address) => {
    const { fn, place } = image.origins[address];
    if (!own.includes(fn)) return;
    const where = image.where(address) ?? 'no line';
    const entry = lines.get(where) ?? {
      where,
      source: place ? image.sourceLine(place) : '',
      words: 0,
      clocks: 0,
      rules: [],
    };
    entry.words++;
    entry.clocks += decode(word)?.row.clocks ?? 0;
    lines.set(where, entry);
  });
  for (const { fn, place, rule, words } of image.savings) {
    const entry = place && lines.get(`${place.file}:${place.line}`);
    if (own.includes(fn) && entry) entry.rules.push(`${rule} (${words})`);
  }
  return [...lines.values()].sort((a, b) => b.words - a.words || (a.where < b.where ? -1 : 1));
}

/** `isp/transfer`, `transfer` and its further entries `isp/transfer+1` all are transfer. */
function named(full: string, name: string): boolean {
  const base = full.replace(/\+\d+$/, '');
  return base === name || base.split('/').pop() === name;
}
