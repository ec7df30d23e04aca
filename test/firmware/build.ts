/** Builds the firmware for logic mode, in memory: with any options, and with any functions exported. */

import { readFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const ENTRY = 'firmware/logic-test-entry.ts';
const OPTIONS = ['-Oz', '--runtime', 'stub', '--noAssert', '--use', 'abort=', '--outFile', 'out.wasm'];

export interface BuildOptions {
  /** Integer constants: { XTAL: 8_000_000 }. */
  use?: Record<string, number>;
  /** Source of an entry file beside the firmware's own, instead of main.ts. */
  entry?: string;
}

/** @throws Error with the compiler's messages when it refuses the source */
export async function buildWasm({ use = {}, entry }: BuildOptions = {}): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const constants = Object.entries(use).flatMap(([name, value]) => ['--use', `${name}=${value}`]);
  const { error, stderr } = await asc.main(
    [entry ? ENTRY : 'firmware/main.ts', '--config', 'none', ...OPTIONS, ...constants],
    {
      readFile: name => read(name, entry),
      writeFile: (name, contents) => {
        if (name === 'out.wasm') binary = contents as Uint8Array;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(stderr.toString() || String(error));
  return binary;
}

function read(name: string, entry: string | undefined): string | null {
  if (name === ENTRY) return entry ?? null;
  try {
    return readFileSync(name, 'utf8');
  } catch {
    return null;
  }
}
