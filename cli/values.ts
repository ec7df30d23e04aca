/**
 * Values of options: text in, checked value out. Each throws {@link UsageError} with what is allowed, so that a
 * slip on the command line is told before anything runs.
 */
import { UsageError } from './errors.ts';

/** Limits of one kind of number, and the words for it. */
interface Range {
  what: string;
  min: number;
  max: number;
}

function inRange(value: number, { what, min, max }: Range): number {
  if (Number.isFinite(value) && value >= min && value <= max) return value;
  throw new UsageError(`It takes ${what} from ${min} to ${max}.`);
}

/** A parser of whole decimal numbers in a range. */
export function whole(range: Range): (text: string) => number {
  return text => inRange(/^\d+$/.test(text) ? Number(text) : Number.NaN, range);
}

/** A parser of decimal numbers in a range; a unit may follow, as in `4V` or `-2%`. */
export function decimal(range: Range, unit: string): (text: string) => number {
  return text => {
    const digits = text.toUpperCase().endsWith(unit) ? text.slice(0, -unit.length) : text;
    return inRange(/^[-+]?\d+(\.\d+)?$/.test(digits) ? Number(digits) : Number.NaN, range);
  };
}

/** A parser of per cents, `2`, `2%` or `-0.5 %`, that gives a fraction. */
export function percent(range: Range): (text: string) => number {
  const parse = decimal(range, '%');
  return text => parse(text.replace(/\s+%$/, '%')) / 100;
}

const MULTIPLES: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6 };

/** A parser of frequencies in whole hertz; `4000000`, `4M` and `4MHz` are the same. */
export function hertz(range: Range): (text: string) => number {
  return text => {
    const match = /^(\d+(?:\.\d+)?)([KM]?)(?:HZ)?$/.exec(text.toUpperCase());
    const value = match ? Number((Number(match[1]) * MULTIPLES[match[2]]).toFixed(6)) : Number.NaN;
    return inRange(Number.isInteger(value) ? value : Number.NaN, range);
  };
}

/** Takes `NAME=1,OTHER=0x2F`: names as in the source, whole numbers of at most 32 bits. */
export function constants(text: string): Record<string, number> {
  const pairs = text.split(',').map(part => /^([A-Za-z_]\w*)=(0x[\dA-Fa-f]+|-?\d+)$/.exec(part.trim()));
  if (!pairs.every(pair => pair !== null && Math.abs(Number(pair[2])) < 2 ** 32))
    throw new UsageError('It takes names and whole numbers, such as CALIBRATION=0x5B or A=1,B=2.');
  return Object.fromEntries(pairs.map(pair => [pair![1], Number(pair![2])]));
}

/** A parser that takes one of some words, in any case of letters. */
export function oneOf(words: readonly string[]): (text: string) => string {
  return text => {
    const word = words.find(candidate => candidate === text.toLowerCase());
    if (word === undefined) throw new UsageError(`It takes one of: ${words.join(', ')}.`);
    return word;
  };
}

/** A parser of words, separated by commas, each of which is part of one of some names. */
export function partsOf(names: readonly string[]): (text: string) => string[] {
  return text => {
    const parts = text.toLowerCase().split(',');
    if (!parts.every(part => part !== '' && names.some(name => name.includes(part))))
      throw new UsageError(`It takes parts of these names: ${names.join(', ')}.`);
    return parts;
  };
}
