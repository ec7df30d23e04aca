#!/usr/bin/env node
/**
 * Bundles bench/size.ts and runs it with the arguments given here:
 *
 *     node scripts/bench-size.js [--json] [--update] [KERNEL …]
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = `${root}build/bench-size.js`;

await build({
  absWorkingDir: root,
  entryPoints: ['bench/size.ts'],
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
const { status } = spawnSync(process.execPath, ['--enable-source-maps', outfile, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
