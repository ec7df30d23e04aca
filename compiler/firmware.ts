/** From a TypeScript firmware to an image: asc, then the compiler. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { AT90S1200, type Chip } from '../vm-host/chip.ts';
import { compile } from './compile.ts';
import type { Image } from './image.ts';

export interface BuildOptions {
  /** Path of the entry file. */
  entry: string;
  /** Integer constants that the source declares and the build defines, for example XTAL and BAUD. */
  defines?: Readonly<Record<string, number>>;
  /** Default AT90S1200. The source can ask for it: `isDefined(MCU_ATMEGA8)`. */
  chip?: Chip;
  /** Peephole rules to apply, by name; all by default. */
  rules?: readonly string[];
}

/** asc refused the source: its own messages, with file and line. */
export class BuildError extends Error {
  override readonly name = 'BuildError';
}

export interface BuiltFirmware {
  image: Image;
  /** The WebAssembly module, for logic mode. */
  wasm: Uint8Array;
  /** The same module as text, for a person. */
  text: string;
}

/** Flags of asc that give the smallest module within the profile. */
const FLAGS = [
  '--noColors',
  '-Oz',
  '--runtime',
  'stub',
  '--noAssert',
  '--debug',
  '--use',
  'abort=',
  '--sourceMap',
];

/**
 * Builds a firmware. The assembler of WebAssembly (AssemblyScript) is loaded only here: it is large.
 * @throws BuildError when asc refuses the source, CompileError when the program does not fit the chip
 */
export async function buildFirmware({
  entry,
  defines = {},
  chip = AT90S1200,
  rules,
}: BuildOptions): Promise<BuiltFirmware> {
  if (!existsSync(entry)) throw new BuildError(`${entry}: no such file`);
  const { main } = await import('assemblyscript/asc');
  const root = dirname(resolve(entry));
  const outputs = new Map<string, string | Uint8Array>();
  const constants = { [`MCU_${chip.name.toUpperCase()}`]: 1, ...defines };
  const uses = Object.entries(constants).flatMap(([name, value]) => ['--use', `${name}=${value}`]);
  const args = [relative(root, resolve(entry)), ...FLAGS, ...uses, '-o', 'out.wasm', '--textFile', 'out.wat'];
  const renameFile = (file: string) => shownName(root, file);
  const sources = new Map<string, string>();
  const { error, stderr } = await main(args, {
    readFile: name => {
      const text = readSource(resolve(root, name));
      if (text !== null) sources.set(renameFile(name), text);
      return text;
    },
    writeFile: (name, contents) => void outputs.set(name, contents),
    listFiles: () => [],
  });
  if (error) throw new BuildError(oneLineEach(stderr.toString(), renameFile) || error.message);
  const wasm = outputs.get('out.wasm') as Uint8Array;
  const sourceMap = outputs.get('out.wasm.map') as string;
  return {
    image: compile(wasm, { sourceMap, chip, renameFile, sources, rules }),
    wasm,
    text: outputs.get('out.wat') as string,
  };
}

/** asc draws the source under its errors; here each becomes a line like ours: place, code, text. */
function oneLineEach(stderr: string, renameFile: (file: string) => string): string {
  const errors = stderr.split(/^(?=ERROR )/m).flatMap(part => {
    const [, code, text] = /^ERROR (\w+): (.*)/.exec(part) ?? [];
    const [, file, line, column] = /└─ in (.+)\((\d+),(\d+)\)/.exec(part) ?? [];
    if (!code) return [];
    return [`${file ? `${renameFile(file)}:${line}:${column} ` : ''}${code} ${text}`];
  });
  return errors.length > 0 ? errors.join('\n') : stderr.trim();
}

function readSource(path: string): string | null {
  return existsSync(path) ? readFileSync(path, 'utf8') : null;
}

/** Messages name files as seen from where the user stands. */
function shownName(root: string, file: string): string {
  return file.startsWith('~lib/') ? file : relative(process.cwd(), resolve(root, file));
}
