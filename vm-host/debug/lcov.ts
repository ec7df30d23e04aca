/**
 * Line coverage in the trace file format of lcov, which editors and CI services read
 * (geninfo(1): SF, FN, FNDA, FNF, FNH, DA, LF, LH, end_of_record).
 */
import type { Profile } from './profile.ts';
import type { Place, SourceMap } from './source-map.ts';

interface FileCoverage {
  /** Times run, by line: of the line's words the one that ran most. */
  readonly lines: Map<number, number>;
  /** Times run: of the function's first word. */
  readonly functions: Map<string, { line: number; runs: number }>;
}

/** Coverage of all lines that made code. A line that made none is not in it. */
export function lcov(map: SourceMap, profile: Profile, testName = 'isp'): string {
  const files = new Map<string, FileCoverage>();
  map.all.forEach((place, pc) => {
    if (!place) return;
    const file = files.get(place.file) ?? { lines: new Map(), functions: new Map() };
    files.set(place.file, file);
    note(file, place, profile.runs[pc]);
  });
  return [...files].map(([name, file]) => record(testName, name, file)).join('');
}

function note({ lines, functions }: FileCoverage, { line, fn }: Place, runs: number): void {
  lines.set(line, Math.max(lines.get(line) ?? 0, runs));
  const known = functions.get(fn);
  if (!known) functions.set(fn, { line, runs });
  else known.line = Math.min(known.line, line);
}

function record(testName: string, name: string, { lines, functions }: FileCoverage): string {
  const sorted = [...lines].sort(([a], [b]) => a - b);
  const called = [...functions].sort(([, a], [, b]) => a.line - b.line);
  return [
    `TN:${testName}`,
    `SF:${name}`,
    ...called.map(([fn, { line }]) => `FN:${line},${fn}`),
    ...called.map(([fn, { runs }]) => `FNDA:${runs},${fn}`),
    `FNF:${called.length}`,
    `FNH:${called.filter(([, { runs }]) => runs > 0).length}`,
    ...sorted.map(([line, runs]) => `DA:${line},${runs}`),
    `LF:${sorted.length}`,
    `LH:${sorted.filter(([, runs]) => runs > 0).length}`,
    'end_of_record\n',
  ].join('\n');
}
