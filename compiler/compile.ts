/**
 * The list of passes, from WebAssembly to words. Each lives in the file of its name.
 */

import { AT90S1200, type Chip } from '../vm-host/chip.ts';
import { allocate } from './allocate.ts';
import { leastWords } from './assemble.ts';
import { splitChains } from './chains.ts';
import { chooseEarly } from './choose-early.ts';
import { commute } from './commute.ts';
import { type Depth, deepPaths, interrupted } from './depth.ts';
import { CompileError } from './diagnostic.ts';
import { expand } from './expand.ts';
import { analyse } from './facts.ts';
import { type FProgram, finish, stackLevels, stackUse } from './finish.ts';
import { straighten } from './flow.ts';
import { Image, type ImageFunction } from './image.ts';
import {
  callFirst,
  callsOf,
  dropUncalled,
  findRecursion,
  inlineAll,
  inlineInto,
  inlineSmall,
} from './inline.ts';
import { type Fn, nodesOf, type Program, resetIds } from './ir.ts';
import { type Layout, layout, usableWords, type Word } from './layout.ts';
import { countDown } from './loops.ts';
import { lower } from './lower.ts';
import type { MFn, MProgram } from './mir.ts';
import { peephole, type Saving } from './peephole.ts';
import { select } from './select.ts';
import { sink } from './share.ts';
import { simplify } from './simplify.ts';
import { type PlaceOf, placesFrom } from './source-lines.ts';
import { setStackPointer } from './stack-pointer.ts';
import { measureRegions, type TimedRegion } from './timed.ts';
import { readModule, type WasmModule } from './wasm.ts';

export interface CompileOptions {
  chip?: Chip;
  /** The JSON text of the source map that asc wrote beside the module. */
  sourceMap?: string;
  /** Turns the map's file names into those that messages and listings show. */
  renameFile?: (file: string) => string;
  /** Text of the source files, by the names after `renameFile`: the listing shows lines of it. */
  sources?: ReadonlyMap<string, string>;
  /** Optimisations to leave out, to see what they are worth. */
  without?: readonly PassName[];
  /** Peephole rules to apply, by name; all by default. */
  rules?: readonly string[];
  /** The exported function that reset leads to. */
  entry?: string;
}

/** Optimisations that a compilation can leave out: the image is larger or slower, and right. */
export const passNames = [
  'inlining',
  'counting down',
  'sinking into branches',
  'halving long chains',
  'choosing early',
  'dying operand first',
  'merging copies',
  'order of blocks',
] as const;

export type PassName = (typeof passNames)[number];

/** One compilation: what the passes have in common. */
interface Job {
  program: Program;
  /** The function that reset leads to, then the interrupt handlers. */
  entries: Fn[];
  vectors: Map<Fn, number>;
  chip: Chip;
  placeOf: PlaceOf;
  options: CompileOptions;
}

/** A program that fits the stack, laid out. */
interface Attempt {
  job: Job;
  finished: FProgram;
  savings: Saving[];
  levels: number;
  laid: Layout;
  /** Functions that were put into all their callers because that costs no word. */
  inlined: readonly string[];
}

/** How often the finished words may show that a function is better inlined. */
const ATTEMPTS = 3;
/** More bytes of WebAssembly for a word of flash than any program has: four is usual. */
const BYTES_PER_WORD = 32;
/** Nodes that inlining may copy for the sake of one return address. */
const MOST_COPIED = 400;
/** A program that is longer by such a factor is refused without a search for its shortest form. */
const HOPELESS = 1.5;

/**
 * Compiles a WebAssembly module.
 * @throws CompileError when the program is outside the profile or does not fit the chip
 */
export function compile(bytes: Uint8Array, options: CompileOptions = {}): Image {
  const wasm = readModule(bytes);
  refuseHuge(wasm, options.chip ?? AT90S1200);
  let best = attempt(wasm, options, []);
  for (let n = 0; n < ATTEMPTS && !options.without?.includes('inlining'); n++) {
    if (!mayFit(best.finished, best.job.chip)) break;
    const names = noLongerThanCalls(best);
    if (names.length === 0) break;
    const next = attempt(wasm, options, [...best.inlined, ...names]);
    if (next.laid.words.length > best.laid.words.length) break;
    best = next;
  }
  return buildImage(best);
}

function attempt(wasm: WasmModule, options: CompileOptions, inlined: readonly string[]): Attempt {
  const { chip = AT90S1200, entry = 'main' } = options;
  const placeOf = placesFrom(options.sourceMap, options.renameFile);
  resetIds();
  const program = lower(wasm, chip, placeOf);
  const main = entryOf(program, entry, placeOf);
  if (program.start) callFirst(main, program.start);
  const vectors = handlers(program, main, chip, placeOf);
  const job: Job = { program, entries: [main, ...vectors.keys()], vectors, chip, placeOf, options };
  program.shared = globalsTouchedBy([...vectors.keys()]);
  dropUncalled(program, job.entries);
  refuseRecursion(program, chip, placeOf);
  for (const callee of program.fns.filter(fn => inlined.includes(fn.name))) {
    for (const caller of program.fns) inlineInto(caller, callee);
  }
  for (const handler of vectors.keys()) inlineAll(handler);
  dropUncalled(program, job.entries);
  // too deep a chain of calls is cured by inlining, one link at a time
  for (;;) {
    const machine = selectAll(job);
    const deep = deepPaths(machine, chip.stackLevels);
    if (deep.length > 0 && shorten(program, deep)) continue;
    const { finished, savings } = place(job, machine);
    const { levels, path } = deepest(finished);
    if (levels <= chip.stackLevels)
      return {
        job,
        finished,
        savings,
        levels,
        laid: layout(finished, !options.without?.includes('order of blocks') && mayFit(finished, chip)),
        inlined,
      };
    if (!shorten(program, [path])) throw tooDeep({ levels, path }, chip, placeOf);
  }
}

/** What is far too large is refused before anyone waits for the passes. */
function refuseHuge(wasm: WasmModule, chip: Chip): void {
  const size = wasm.functions.reduce((sum, { start, end }) => sum + end - start, 0);
  const limit = usableWords(chip) * BYTES_PER_WORD;
  if (size > limit) throw new CompileError('C307', undefined, [size, chip.name, limit, size - limit]);
}

const mayFit = (finished: FProgram, chip: Chip): boolean =>
  leastWords(finished) <= HOPELESS * usableWords(chip);

/** The function that reset leads to. */
function entryOf(program: Program, name: string, placeOf: PlaceOf): Fn {
  const main = program.fns.find(fn => fn.exported === name);
  if (main?.params.length === 0) return main;
  throw new CompileError('C103', main && placeOf(main.at), [name]);
}

/** Globals that some functions, and what they call, read or write. */
function globalsTouchedBy(fns: Fn[]): Set<number> {
  const reached = new Set(fns);
  const globals = new Set<number>();
  for (const fn of reached) {
    for (const node of nodesOf(fn)) {
      if (node.callee) reached.add(node.callee);
      if (node.op === 'getglobal' || node.op === 'setglobal') globals.add(node.value);
    }
  }
  return globals;
}

/** Functions whose bodies, once per call, take no more words than the calls, the body and its return. */
function noLongerThanCalls({ job, finished, laid }: Attempt): string[] {
  const calls = new Map<MFn, number>();
  for (const block of finished.blocks) {
    for (const { callee } of block.instrs) if (callee) calls.set(callee, (calls.get(callee) ?? 0) + 1);
  }
  return [...calls].flatMap(([fn, sites]) => {
    const body = laid.words.filter(word => word.fn === fn).length - 1;
    const known = job.program.fns.some(({ name }) => name === fn.name);
    return known && sites > 1 && body * sites <= body + 1 + sites ? [fn.name] : [];
  });
}

const isOn = ({ options }: Job, pass: PassName) => !options.without?.includes(pass);

/** All passes from SSA to instructions over virtual registers. */
function selectAll(job: Job): MProgram {
  const { program, entries, vectors, chip, placeOf } = job;
  for (let pass = 0; pass < 2; pass++) {
    do simplify(program);
    while (
      (isOn(job, 'inlining') && inlineSmall(program, entries)) ||
      (isOn(job, 'counting down') && program.fns.map(countDown).includes(true))
    );
    expand(program);
    // a handler may interrupt any function: it shares none
    for (const handler of entries.slice(1)) inlineAll(handler);
  }
  if (isOn(job, 'sinking into branches')) program.fns.forEach(sink);
  const machine = select(program, analyse(program), entries[0], vectors, placeOf);
  setStackPointer(machine, chip);
  straighten(machine);
  return machine;
}

/** All passes from virtual registers to finished blocks. */
function place(job: Job, machine: MProgram): { finished: FProgram; savings: Saving[] } {
  const { chip, options } = job;
  if (isOn(job, 'halving long chains')) splitChains(machine);
  if (isOn(job, 'choosing early')) chooseEarly(machine);
  if (isOn(job, 'dying operand first')) commute(machine);
  allocate(machine, chip.name, isOn(job, 'merging copies'));
  straighten(machine);
  const finished = finish(machine, chip.stackLevels);
  return { finished, savings: peephole(finished, options.rules) };
}

/** Exported functions named as a vector serve it; any other export than the entry is refused. */
function handlers(program: Program, main: Fn, chip: Chip, placeOf: PlaceOf): Map<Fn, number> {
  const found = new Map<Fn, number>();
  for (const fn of program.fns) {
    if (fn === main || !fn.exported) continue;
    const vector = chip.vectors.find(({ name }) => name === fn.exported);
    if (vector && vector.address > 0 && fn.params.length === 0 && !fn.hasResult)
      found.set(fn, vector.address);
    else {
      const names = chip.vectors.slice(1).map(({ name }) => name);
      throw new CompileError('C305', placeOf(fn.at), [fn.exported, chip.name, names.join(', ')]);
    }
  }
  return found;
}

function refuseRecursion(program: Program, chip: Chip, placeOf: PlaceOf): void {
  const cycle = findRecursion(program);
  if (!cycle) return;
  const path = cycle.map(fn => fn.name).join(' → ');
  const call = [...nodesOf(cycle[0])].find(({ callee }) => callee === cycle[1]);
  throw new CompileError('C205', placeOf(call?.at ?? cycle[0].at), [path, chip.name, chip.stackLevels]);
}

const deepest = (finished: FProgram): Depth =>
  interrupted(
    stackUse(finished, finished.main),
    finished.vectors.map(({ fn }) => stackUse(finished, fn)),
  );

/** Inlines the link that costs least for the chains that it shortens. False when there is none. */
function shorten(program: Program, paths: MFn[][]): boolean {
  const links = new Map<string, { caller: Fn; callee: Fn; chains: number }>();
  const named = (fn: MFn) => program.fns.find(({ name }) => name === fn.name);
  for (const path of paths) {
    path.slice(1).forEach((to, i) => {
      const [caller, callee] = [named(path[i]), named(to)];
      if (!caller || !callee) return;
      const key = `${caller.name} ${callee.name}`;
      links.set(key, { caller, callee, chains: (links.get(key)?.chains ?? 0) + 1 });
    });
  }
  const candidates = [...links.values()].flatMap(({ caller, callee, chains }) => {
    const cost = inliningCost(program, caller, callee);
    return cost ? [{ caller, callee, price: cost.more / chains, copied: cost.copied }] : [];
  });
  const cheapest = candidates.sort((a, b) => a.price - b.price)[0];
  if (!cheapest || cheapest.copied > MOST_COPIED) return false;
  inlineInto(cheapest.caller, cheapest.callee);
  return true;
}

/** Nodes that inlining one function into another copies, and how many more there are then; undefined when it is not called there. */
function inliningCost(
  program: Program,
  caller: Fn,
  callee: Fn,
): { copied: number; more: number } | undefined {
  const size = callee.blocks.reduce((sum, block) => sum + block.nodes.length + 1, 0);
  const calls = callsOf(program).filter(({ call }) => call.callee === callee);
  const here = calls.filter(site => site.caller === caller).length;
  if (here === 0) return undefined;
  const copied = size * here;
  return { copied, more: here === calls.length ? copied - size : copied };
}

function tooDeep({ levels, path }: Depth, chip: Chip, placeOf: PlaceOf): CompileError {
  const names = path.map(fn => fn.name).join(' → ');
  const place = placeOf(path[path.length - 1].at);
  return new CompileError('C301', place, [
    path.length - 1,
    names,
    levels,
    chip.name,
    chip.stackLevels,
    levels - chip.stackLevels,
  ]);
}

function buildImage({ job, finished, savings, levels, laid }: Attempt): Image {
  const { chip, placeOf, options } = job;
  const { words, entries, marks } = laid;
  const count = new Map<MFn, number>();
  for (const { fn } of words) count.set(fn, (count.get(fn) ?? 0) + 1);
  if (words.length > usableWords(chip)) throw tooLong(words, count, chip, placeOf);
  const timed = measureRegions(words, marks);
  for (const region of timed) refuseWrongTime(region, placeOf);
  const level = stackLevels(finished);
  const functions: ImageFunction[] = [...entries].map(([fn, address]) => ({
    name: fn.name,
    address,
    words: count.get(fn) ?? 0,
    level: level.get(fn) ?? 0,
    stackLevels: stackUse(finished, fn).levels,
  }));
  functions.sort((a, b) => a.address - b.address);
  return new Image(
    Uint16Array.from(words, ({ word }) => word),
    {
      chip,
      functions,
      stackLevels: levels,
      origins: words.map(({ at, fn, label }) => ({ fn: fn.name, place: placeOf(at), label })),
      savings: savings.map(({ at, ...saving }) => ({ ...saving, place: placeOf(at) })),
      timed: timed.map(({ at, clocks, wanted }) => ({ place: placeOf(at), clocks, wanted })),
      sources: options.sources ?? new Map(),
    },
  );
}

/** A region that asks for a number of clocks gets exactly that, or the program is refused. */
function refuseWrongTime({ at, clocks, wanted }: TimedRegion, placeOf: PlaceOf): void {
  if (wanted === 0 || (clocks?.min === wanted && clocks.max === wanted)) return;
  const range = clocks && (clocks.min === clocks.max ? `${clocks.min}` : `${clocks.min} to ${clocks.max}`);
  throw new CompileError('C306', placeOf(at), [range ?? 'no fixed number of', wanted]);
}

function tooLong(words: Word[], count: Map<MFn, number>, chip: Chip, placeOf: PlaceOf): CompileError {
  const largest = [...count].sort((a, b) => b[1] - a[1]).slice(0, 4);
  const names = largest.map(([fn, n]) => `${fn.name} (${n} words)`).join(', ');
  const lines = costliest(words, placeOf).map(([line, n]) => `${line} (${n})`);
  const room = usableWords(chip);
  const holder = room < chip.flashWords ? `part of the ${chip.name} that RJMP reaches` : chip.name;
  return new CompileError('C303', placeOf(words[room].at), [
    words.length,
    holder,
    room,
    words.length - room,
    names,
    lines.join(', ') || 'not known without a source map',
  ]);
}

/** The source lines of which most words came. */
function costliest(words: Word[], placeOf: PlaceOf): [string, number][] {
  const count = new Map<string, number>();
  for (const { at } of words) {
    const place = placeOf(at);
    const line = place && `${place.file}:${place.line}`;
    if (line) count.set(line, (count.get(line) ?? 0) + 1);
  }
  return [...count].sort((a, b) => b[1] - a[1]).slice(0, 3);
}
