/** What `isp build` tells about the words beside their number: where they went, and how long timed regions take. */

import { explain, type Image } from '../compiler/index.ts';
import { UsageError } from './errors.ts';

/**
 * A table of a function's source lines, most words first.
 * @throws UsageError when the image has no such function
 */
export function explainFunction(image: Image, name: string): string[] {
  const lines = explained(image, name);
  const total = lines.reduce((sum, { words }) => sum + words, 0);
  const width = Math.max(...lines.map(({ where }) => where.length));
  return [
    `${name}: ${total} words`,
    `words clocks  ${'line'.padEnd(width)}  source`,
    ...lines.flatMap(({ words, clocks, where, source, rules }) => [
      `${String(words).padStart(5)} ${String(clocks).padStart(6)}  ${where.padEnd(width)}  ${source}`.trimEnd(),
      ...rules.map(rule => `${' '.repeat(14)}saved by: ${rule}`),
    ]),
  ];
}

function explained(image: Image, name: string) {
  try {
    return explain(image, name);
  } catch (error) {
    throw error instanceof RangeError ? new UsageError(`--explain ${name}: ${error.message}`) : error;
  }
}

/** One line for each timed region: the clocks on its shortest and longest way. */
export function timedRegions(image: Image): string[] {
  return image.timed.map(({ place, clocks, wanted }) => {
    const where = place ? `${place.file}:${place.line}` : 'no line';
    const span = clocks
      ? clocks.min === clocks.max
        ? `${clocks.min} clocks`
        : `${clocks.min} to ${clocks.max} clocks`
      : 'a loop decides how many clocks';
    return `timed region ${where}: ${span}${wanted ? ', as asked for' : ''}`;
  });
}
