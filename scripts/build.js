#!/usr/bin/env node
/**
 * Builds dist/: the command line as one file, the four doors of the package, and their declarations.
 *
 *     node scripts/build.js             everything
 *     node scripts/build.js --no-types  only what runs (the type check of `npm test` does the rest)
 *
 * AssemblyScript and Binaryen stay outside the bundle: they are large, they bring WebAssembly of their own, and
 * only the commands that compile a firmware load them. That is what keeps the start of `isp` short.
 */
import { spawn } from 'node:child_process';
import { chmod, mkdir, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

const common = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: ['assemblyscript', 'assemblyscript/*', 'binaryen', 'vitest'],
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
};

/** Bundled packages in CommonJS call require(); an ES module has to make one first. */
const banner = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

function buildCommand() {
  return build({
    ...common,
    // a sweep starts the worker beside the command, in threads of its own
    entryPoints: { isp: 'cli/main.ts', 'sweep-worker': 'cli/sweep-worker.ts' },
    outdir: 'dist',
    // the shebang is the first line of cli/main.ts; esbuild keeps it above the banner
    banner: { js: banner },
    minifySyntax: true,
  });
}

function buildDoors() {
  return build({
    ...common,
    entryPoints: {
      compiler: 'compiler/index.ts',
      'vm-host': 'vm-host/index.ts',
      simulator: 'simulator/index.ts',
      vitest: 'matchers/index.ts',
    },
    outdir: 'dist',
    // the doors share chunks, so that a Machine of one is a Machine of the other
    splitting: true,
    chunkNames: 'shared-[hash]',
  });
}

function buildDeclarations() {
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
      cwd: root,
      stdio: 'inherit',
    });
    child.on('exit', code => (code === 0 ? resolve() : reject(new Error(`tsc ended with status ${code}`))));
  });
}

/** The names of shared chunks change with their content; old ones would be packed with the new. */
async function removeOldChunks() {
  const dist = new URL('../dist/', import.meta.url);
  await mkdir(dist, { recursive: true });
  const old = (await readdir(dist)).filter(name => name.startsWith('shared-'));
  await Promise.all(old.map(name => rm(new URL(name, dist))));
}

await removeOldChunks();
const steps = [buildCommand(), buildDoors()];
if (!process.argv.includes('--no-types')) steps.push(buildDeclarations());
try {
  await Promise.all(steps);
  await chmod(new URL('../dist/isp.js', import.meta.url), 0o755);
} catch (error) {
  console.error(`build failed: ${error.message}`);
  process.exit(1);
}
