#!/usr/bin/env node
/**
 * The full translation check, on several cores at once:
 *
 *     npm run translate:full -- [PROGRAMS] [FIRST_SEED] [PROCESSES]
 *
 * Without arguments 108,500 programs from seed 0 on, of which the profile refuses some and more than 100,000 are
 * compared, in as many processes as there are cores. It works from a bundle in build/, so the sources may change meanwhile. Status 1 when a program differs; its seed is printed, and
 * `npm run translate:full -- 1 SEED 1` shows that program, cut down to what matters.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const outfile = `${root}build/translation-run.js`;
const [programs = 108_500, first = 0, processes = availableParallelism()] = process.argv.slice(2).map(Number);

await build({
  absWorkingDir: root,
  entryPoints: ['test/compiler/translation-run.ts'],
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  sourcemap: 'inline',
  outfile,
  logLevel: 'warning',
});

/** Runs one share of the seeds; what it finds goes to the terminal, its status is the answer. */
function share(index) {
  const from = Math.floor((programs * index) / processes);
  const to = Math.floor((programs * (index + 1)) / processes);
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', outfile, `${to - from}`, `${first + from}`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let text = '';
  child.stdout.on('data', chunk => {
    text += chunk;
    process.stdout.write(chunk);
  });
  return new Promise(done => child.on('close', status => done({ status, text })));
}

const shares = await Promise.all(Array.from({ length: processes }, (_, i) => share(i)));
const sum = pattern =>
  shares.reduce((total, { text }) => total + Number(pattern.exec(text)?.[1] ?? Number.NaN), 0);
console.log(
  `together: ${sum(/^(\d+) programs compared/m)} programs compared, ${sum(/, (\d+) different/)} different, ${sum(/; (\d+) refused/)} refused`,
);
process.exitCode = shares.some(({ status }) => status !== 0) ? 1 : 0;
