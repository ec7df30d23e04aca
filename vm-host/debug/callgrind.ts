/**
 * A profile in the format of Callgrind (Valgrind's manual, "Callgrind Format Specification"), which KCachegrind,
 * QCachegrind, callgrind_annotate and speedscope read. One event, the clock; positions are lines.
 */
import type { Call } from './calls.ts';
import type { Profile } from './profile.ts';
import type { Place, SourceMap } from './source-map.ts';

/** What the format writes where nothing is known. */
const UNKNOWN: Place = { file: '???', line: 0, fn: '???' };

/** One function's costs and calls, by the file of the line: what it took in keeps its own. */
interface FunctionCosts {
  readonly lines: Map<string, Map<number, number>>;
  readonly calls: Map<string, { readonly at: Place; readonly to: string; times: number; clocks: number }>;
}

/** @param calls see {@link Calls.until} */
export function callgrind(map: SourceMap, profile: Profile, calls: readonly Call[]): string {
  const homes = new Map<string, Place>(map.functions.map(place => [place.fn, place]));
  const homeOf = (fn: string) => homes.get(fn) ?? UNKNOWN;
  const functions = [...collect(map, profile, calls)].map(([fn, costs]) => described(fn, costs, homeOf));
  const { total, sleepClocks } = profile;
  const sleep =
    sleepClocks > 0 ? [`fl=${UNKNOWN.file}\nfn=(asleep or held in reset)\n0 ${sleepClocks}\n`] : [];
  return [
    '# callgrind format',
    'version: 1\ncreator: isp-workbench\npositions: line\nevents: Clocks',
    `summary: ${total + sleepClocks}\n`,
    ...functions,
    ...sleep,
  ].join('\n');
}

function collect(map: SourceMap, profile: Profile, calls: readonly Call[]): Map<string, FunctionCosts> {
  const functions = new Map<string, FunctionCosts>();
  const costsOf = (fn: string) => {
    const costs = functions.get(fn) ?? { lines: new Map(), calls: new Map() };
    functions.set(fn, costs);
    return costs;
  };
  const placeOf = (pc: number) => map.placeOf(pc) ?? UNKNOWN;
  profile.clocks.forEach((clocks, pc) => {
    if (clocks === 0) return;
    const { file, line, fn } = placeOf(pc);
    const { lines } = costsOf(fn);
    const inFile = lines.get(file) ?? new Map<number, number>();
    lines.set(file, inFile.set(line, (inFile.get(line) ?? 0) + clocks));
  });
  for (const { from, to, times, clocks } of calls) {
    const at = placeOf(from);
    const target = placeOf(to).fn;
    const key = `${at.file} ${at.line} ${target}`;
    const known = costsOf(at.fn).calls.get(key) ?? { at, to: target, times: 0, clocks: 0 };
    costsOf(at.fn).calls.set(key, { ...known, times: known.times + times, clocks: known.clocks + clocks });
  }
  return functions;
}

function described(fn: string, { lines, calls }: FunctionCosts, homeOf: (fn: string) => Place): string {
  const costs = [...lines].flatMap(([file, inFile]) => [
    `fi=${file}`,
    ...[...inFile].sort(([one], [other]) => one - other).map(([line, clocks]) => `${line} ${clocks}`),
  ]);
  const called = [...calls.values()].flatMap(({ at, to, times, clocks }) => [
    `fi=${at.file}`,
    `cfi=${homeOf(to).file}\ncfn=${to}\ncalls=${times} ${homeOf(to).line}`,
    `${at.line} ${clocks}`,
  ]);
  return [`fl=${homeOf(fn).file}\nfn=${fn}`, ...costs, ...called, ''].join('\n');
}
