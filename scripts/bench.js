#!/usr/bin/env node
/**
 * Bundles the sections of bench/ and runs them one after the other:
 *
 *     node scripts/bench.js [SECTION …]
 *
 * A section is a file of bench/: speed, waits, on-the-chip. Without a name all of them run, except the size table,
 * which has a script of its own.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What a section brings beside its main file: programs that it starts. */
const SECTIONS = {
  speed: ['speed/apart'],
  waits: [],
  'on-the-chip': [],
};

async function bundle(name) {
  const outfile = `${root}build/bench/${name.split('/').pop()}.js`;
  await build({
    absWorkingDir: root,
    entryPoints: [`bench/${name}.ts`],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    // AssemblyScript brings WebAssembly of its own
    external: ['assemblyscript', 'assemblyscript/*', 'binaryen', 'avr8js'],
    sourcemap: 'inline',
    outfile,
    logLevel: 'warning',
  });
  return outfile;
}

const wanted = process.argv.slice(2);
const names = wanted.length > 0 ? wanted : Object.keys(SECTIONS);
let failed = 0;
for (const name of names) {
  if (!existsSync(`${root}bench/${name}.ts`)) {
    if (wanted.length > 0) console.error(`there is no bench/${name}.ts`);
    if (wanted.length > 0) failed++;
    continue;
  }
  for (const extra of SECTIONS[name] ?? []) await bundle(extra);
  const { status } = spawnSync(process.execPath, ['--enable-source-maps', await bundle(name)], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) failed++;
}
process.exit(failed === 0 ? 0 : 1);
