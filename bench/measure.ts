/** Measures the kernels on both sides. */

import { fileURLToPath } from 'node:url';
import { type BuiltFirmware, buildFirmware, compile, passNames } from '../compiler/index.ts';
import { AT90S1200 } from '../vm-host/index.ts';
import { compileWithGcc } from './gcc.ts';
import { type Run, recordOnAvr8js, recordOurs } from './record.ts';
import { EMPTY, KERNELS, type Kernel } from './suite.ts';

/** What one compiler made of one kernel, the empty program's share subtracted. */
export interface Figures {
  words: number;
  /** Mean over all runs. */
  clocks: number;
}

export interface Row {
  name: string;
  ours: Figures;
  gcc: Figures;
  /** Why this kernel does not count. */
  beyond: string | undefined;
  /** Words saved by each optimisation in ours. */
  savings: Readonly<Record<string, number>>;
  /** First access that differs, in words; undefined when all are the same. */
  difference: string | undefined;
  /** What both compilers made, for a reader. */
  listings: { ours: string; gcc: string };
}

interface Built {
  words: number;
  runs: Run[];
  listing: string;
  savings: Readonly<Record<string, number>>;
}

/** Where the sources are, seen from the repository. */
const folder = 'bench/kernels';

export function sourceOf(root: string, kernel: Kernel, extension: 'ts' | 'c'): string {
  return `${root}/${folder}/${kernel.name}.${extension}`;
}

export async function buildOurs(root: string, kernel: Kernel): Promise<BuiltFirmware> {
  return buildFirmware({ entry: sourceOf(root, kernel, 'ts') });
}

async function ours(root: string, kernel: Kernel): Promise<Built> {
  const built = await buildOurs(root, kernel);
  const { image } = built;
  const { words } = image;
  const runs = recordOurs(kernel, words);
  return { words: words.length, runs, listing: image.toListing(), savings: savedWords(built) };
}

/** Words that each optimisation saved: a pass by leaving it out, a peephole rule by its own count. */
export function savedWords({ image, wasm }: BuiltFirmware): Record<string, number> {
  const all = compile(wasm, { chip: ROOMY }).words.length;
  const passes = passNames.map(pass => {
    const { words } = compile(wasm, { chip: ROOMY, without: [pass] });
    return [pass, words.length - all] as const;
  });
  return { ...Object.fromEntries(passes), ...image.savedByRule };
}

/** Without an optimisation a program may be too long for the part: it is only counted here. */
const ROOMY = { ...AT90S1200, flashWords: 2048, stackLevels: 16 };

function theirs(root: string, kernel: Kernel): Built {
  const { words, counted, listing } = compileWithGcc(sourceOf(root, kernel, 'c'));
  return { words: counted, runs: recordOnAvr8js(kernel, words), listing, savings: {} };
}

/** Both compilers on all kernels, or on those named. */
export async function measure(root: string, names: readonly string[] = []): Promise<Row[]> {
  const empty = { ours: await ours(root, EMPTY), gcc: theirs(root, EMPTY) };
  const rows: Row[] = [];
  for (const kernel of KERNELS) {
    if (names.length > 0 && !names.includes(kernel.name)) continue;
    const built = { ours: await ours(root, kernel), gcc: theirs(root, kernel) };
    rows.push({
      name: kernel.name,
      ours: figures(built.ours, empty.ours),
      gcc: figures(built.gcc, empty.gcc),
      beyond: kernel.beyond,
      savings: built.ours.savings,
      difference: firstDifference(built.ours.runs, built.gcc.runs),
      listings: { ours: built.ours.listing, gcc: built.gcc.listing },
    });
  }
  return rows;
}

function figures(built: Built, empty: Built): Figures {
  return { words: built.words - empty.words, clocks: meanClocks(built.runs) - meanClocks(empty.runs) };
}

function meanClocks(runs: readonly Run[]): number {
  return runs.reduce((sum, { clocks }) => sum + clocks, 0) / runs.length;
}

/** The first access in which two programs differ. */
export function firstDifference(a: readonly Run[], b: readonly Run[]): string | undefined {
  for (let run = 0; run < Math.max(a.length, b.length); run++) {
    const [x, y] = [a[run]?.accesses ?? [], b[run]?.accesses ?? []];
    const at = Array.from({ length: Math.max(x.length, y.length) }).findIndex((_, i) => x[i] !== y[i]);
    if (at >= 0)
      return `run ${run + 1}, access ${at + 1}: ours ${x[at] ?? 'none'}, avr-gcc's ${y[at] ?? 'none'}`;
  }
  return undefined;
}

/** The repository, from a source file in bench/ or from a bundle in build/. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');
