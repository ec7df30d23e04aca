/**
 * The compiler: WebAssembly in, the part's own instruction words out.
 * `compile` below is the list of passes; each lives in the file of its name.
 */

import { AT90S1200, type Chip } from '../vm-host/chip.ts';
import { allocate } from './allocate.ts';
import { CompileError } from './diagnostic.ts';
import { expand } from './expand.ts';
import { analyse } from './facts.ts';
import { type FProgram, finish, stackUse } from './finish.ts';
import { straighten } from './flow.ts';
import { Image, type ImageFunction } from './image.ts';
import { dropUncalled, findRecursion, inlineInto, inlineSmall } from './inline.ts';
import { type Fn, type Program, resetIds } from './ir.ts';
import { layout } from './layout.ts';
import { lower } from './lower.ts';
import type { MFn } from './mir.ts';
import { peephole, type Savings } from './peephole.ts';
import { select } from './select.ts';
import { simplify, sink } from './simplify.ts';
import { type PlaceOf, placesFrom } from './source-lines.ts';
import { readModule } from './wasm.ts';

export { type Code, CompileError, type Place } from './diagnostic.ts';
export { BuildError, type BuildOptions, buildFirmware } from './firmware.ts';
export { formatHex, type HexContents, HexError, parseHex } from './hex.ts';
export { Image, type ImageFunction, type ImageMap, type Origin } from './image.ts';

export interface CompileOptions {
  chip?: Chip;
  /** The JSON text of the source map that asc wrote beside the module. */
  sourceMap?: string;
  /** Turns the map's file names into those that messages and listings show. */
  renameFile?: (file: string) => string;
  /** The exported function that reset leads to. */
  entry?: string;
}

/**
 * Compiles a WebAssembly module.
 * @throws CompileError when the program is outside the profile or does not fit the chip
 */
export function compile(bytes: Uint8Array, options: CompileOptions = {}): Image {
  const { chip = AT90S1200, entry = 'main' } = options;
  const placeOf = placesFrom(options.sourceMap, options.renameFile);
  resetIds();
  const wasm = readModule(bytes);
  const program = lower(wasm, chip, placeOf);
  const main = program.fns.find(fn => fn.exported === entry);
  if (!main) throw new CompileError('C103', undefined, [entry]);
  const vectors = handlers(program, main, chip, placeOf);
  const entries = [main, ...vectors.keys()];
  dropUncalled(program, entries);
  refuseRecursion(program, chip, placeOf);
  // too deep a chain of calls is cured by inlining, one link at a time
  for (;;) {
    const { finished, savings } = generate(program, entries, vectors, chip, placeOf);
    const excess = deepest(finished, chip);
    if (excess.levels <= chip.stackLevels) return assembleImage(finished, savings, chip, placeOf);
    if (!shorten(program, excess.path)) throw tooDeep(excess, chip, placeOf);
  }
}

/** All passes from SSA to finished blocks. Only the first two change `program`. */
function generate(
  program: Program,
  entries: Fn[],
  vectors: Map<Fn, number>,
  chip: Chip,
  placeOf: PlaceOf,
): { finished: FProgram; savings: Savings } {
  do simplify(program);
  while (inlineSmall(program, entries));
  expand(program);
  do simplify(program);
  while (inlineSmall(program, entries));
  expand(program);
  program.fns.forEach(sink);
  const machine = select(program, analyse(program), entries[0], vectors, placeOf);
  straighten(machine);
  allocate(machine, chip.name);
  straighten(machine);
  const finished = finish(machine);
  const savings = peephole(finished);
  return { finished, savings };
}

/** Exported functions named as a vector serve it; any other export than the entry is refused. */
function handlers(program: Program, main: Fn, chip: Chip, placeOf: PlaceOf): Map<Fn, number> {
  const found = new Map<Fn, number>();
  for (const fn of program.fns) {
    if (fn === main || !fn.exported) continue;
    const vector = chip.vectors.find(({ name }) => name === fn.exported);
    if (vector && vector.address > 0 && fn.params.length === 0 && !fn.hasResult)
      found.set(fn, vector.address);
    else if (vector) {
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
  throw new CompileError('C205', placeOf(cycle[0].at), [path, chip.name, chip.stackLevels]);
}

interface Depth {
  levels: number;
  path: MFn[];
}

/** Main's deepest chain of calls, and on top of it the deepest handler's and its own return address. */
function deepest(finished: FProgram, _chip: Chip): Depth {
  const main = stackUse(finished, finished.main);
  const handlers = finished.vectors.map(({ fn }) => stackUse(finished, fn));
  const worst = handlers.reduce<Depth | undefined>((a, b) => (a && a.levels >= b.levels ? a : b), undefined);
  return worst ? { levels: main.levels + 1 + worst.levels, path: [...main.path, ...worst.path] } : main;
}

/** Inlines the cheapest link of a chain that is too deep. False when there is none. */
function shorten(program: Program, path: MFn[]): boolean {
  const links = path.slice(1).map((callee, i) => ({ caller: path[i].name, callee: callee.name }));
  const size = (fn: Fn) => fn.blocks.reduce((sum, block) => sum + block.nodes.length + 1, 0);
  const candidates = links.flatMap(link => {
    const caller = program.fns.find(fn => fn.name === link.caller);
    const callee = program.fns.find(fn => fn.name === link.callee);
    if (!caller || !callee) return [];
    const sites = caller.blocks.flatMap(block => block.nodes).filter(node => node.callee === callee).length;
    return sites > 0 ? [{ caller, callee, cost: size(callee) * sites }] : [];
  });
  const cheapest = candidates.sort((a, b) => a.cost - b.cost)[0];
  if (!cheapest || cheapest.cost > 400) return false;
  inlineInto(cheapest.caller, cheapest.callee);
  return true;
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

function assembleImage(finished: FProgram, savings: Savings, chip: Chip, placeOf: PlaceOf): Image {
  const { words, entries } = layout(finished);
  const count = new Map<MFn, number>();
  for (const { fn } of words) count.set(fn, (count.get(fn) ?? 0) + 1);
  if (words.length > chip.flashWords) {
    const largest = [...count]
      .sort((a, b) => b[1] - a[1])
      .slice(0, 4)
      .map(([fn, n]) => `${fn.name} (${n} words)`)
      .join(', ');
    const over = words[chip.flashWords];
    throw new CompileError('C303', placeOf(over.at), [
      words.length,
      chip.name,
      chip.flashWords,
      words.length - chip.flashWords,
      largest,
    ]);
  }
  const functions: ImageFunction[] = [...entries].map(([fn, address]) => ({
    name: fn.name,
    address,
    words: count.get(fn) ?? 0,
    stackLevels: stackUse(finished, fn).levels,
  }));
  functions.sort((a, b) => a.address - b.address);
  const origins = words.map(({ at, fn }) => ({ fn: fn.name, place: placeOf(at) }));
  return new Image(
    chip,
    Uint16Array.from(words, ({ word }) => word),
    origins,
    functions,
    deepest(finished, chip).levels,
    savings,
  );
}
