/**
 * Line coverage in the trace file format of lcov, which editors and CI services read
 * (geninfo(1): SF, FN, FNDA, FNF, FNH, DA, LF, LH, end_of_record).
 */
import type { Profile } from './profile.ts';
import type { FunctionPlace, SourceMap } from './source-map.ts';

/** Coverage of all lines that made code. A line that made none is not in it. */
export function lcov(map: SourceMap, profile: Profile, testName = 'isp'): string {
  const files = [...new Set(map.all.flatMap(place => (place ? [place.file] : [])))];
  const functions = map.functions.sort((one, other) => one.line - other.line);
  return files
    .map(name => {
      const own = functions.filter(({ file }) => file === name);
      return record(testName, name, linesOf(name, map, profile), own, profile);
    })
    .join('');
}

/** Times run, by line: of the line's words the one that ran most. */
function linesOf(name: string, map: SourceMap, { runs }: Profile): [line: number, runs: number][] {
  const lines = new Map<number, number>();
  map.all.forEach((place, pc) => {
    if (place?.file === name) lines.set(place.line, Math.max(lines.get(place.line) ?? 0, runs[pc]));
  });
  return [...lines].sort(([a], [b]) => a - b);
}

function record(
  testName: string,
  name: string,
  lines: readonly [line: number, runs: number][],
  functions: readonly FunctionPlace[],
  { runs }: Profile,
): string {
  return [
    `TN:${testName}`,
    `SF:${name}`,
    ...functions.map(({ fn, line }) => `FN:${line},${fn}`),
    ...functions.map(({ fn, address }) => `FNDA:${runs[address]},${fn}`),
    `FNF:${functions.length}`,
    `FNH:${functions.filter(({ address }) => runs[address] > 0).length}`,
    ...lines.map(([line, times]) => `DA:${line},${times}`),
    `LF:${lines.length}`,
    `LH:${lines.filter(([, times]) => times > 0).length}`,
    'end_of_record\n',
  ].join('\n');
}
