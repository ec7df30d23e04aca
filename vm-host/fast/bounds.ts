/** JavaScript for how many rounds a counter stays on one side of a mark. */
import { LONG } from '../io.ts';
import { fixedWay, jsOf, type Step } from './step.ts';

/** JavaScript: how many more rounds a counter at `x` stays on its side of the marks; see helpers.ts. */
export function roundsTo(x: string, step: Step, size: number, marks: readonly string[]): string {
  const way = fixedWay(step, size);
  if (way === undefined) return `h.rounds(${x}, ${jsOf(step)}, ${size}, ${marks.join(', ')})`;
  if (way === 0) return String(LONG);
  const ways = marks.map(mark => (way > 0 ? `${mark} - 1 - (${x})` : `${x} - (${mark})`));
  return divided(`Math.min(${ways.map(each => `${each} & ${size - 1}`).join(', ')})`, Math.abs(way));
}

/** The same of the sum or difference `x` of two counters, each of which goes its shorter way round. */
export function roundsOfBoth(
  x: string,
  one: Step,
  other: Step,
  sign: 1 | -1,
  size: number,
  mark: number,
): string {
  return `h.roundsOfBoth(${[x, jsOf(one), jsOf(other), sign, size, mark].join(', ')})`;
}

/** The same for a condition that has one answer between multiples of `stretch`. */
export function roundsWithin(x: string, step: Step, size: number, stretch: number): string {
  const way = fixedWay(step, size);
  if (way === undefined) return `h.roundsWithin(${x}, ${jsOf(step)}, ${size}, ${stretch})`;
  if (way === 0) return String(LONG);
  const within = `(${x} & ${stretch - 1})`;
  return divided(way > 0 ? `(${stretch - 1} - ${within})` : within, Math.abs(way));
}

function divided(js: string, by: number): string {
  return by === 1 ? js : `(${js} / ${by} | 0)`;
}
