/** avr-gdb attaches to a job and does what a person would do with it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImageMap, parseHex } from '../../compiler/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'isp-gdb-'));
const program = join(folder, 'dist/isp.js');
const hasGdb = spawnSync('avr-gdb', ['--version']).status === 0;
let child: ChildProcess | undefined;

beforeAll(async () => {
  writeFileSync(join(folder, 'package.json'), '{"type":"module","version":"0"}');
  await build({
    entryPoints: ['cli/main.ts'],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['assemblyscript', 'assemblyscript/*', 'binaryen'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
});

afterAll(() => {
  child?.kill();
  rmSync(folder, { recursive: true });
});

/** Starts a job that waits for gdb; gives its port and, later, what it printed. */
async function job(): Promise<{ port: number; done: Promise<string> }> {
  const argv = [
    'replay',
    'bench/data/job.session',
    '--firmware',
    'bench/data/programmer.hex',
    '--gdb',
    '0',
    '--json',
  ];
  child = spawn(process.execPath, [program, ...argv]);
  let out = '';
  const done = new Promise<string>(resolve => child!.on('exit', () => resolve(out)));
  const port = await new Promise<number>((resolve, reject) => {
    child!.on('exit', () => reject(new Error(out)));
    child!.stdout!.on('data', data => {
      out += data;
      const match = /listening for gdb on 127\.0\.0\.1:(\d+)/.exec(out);
      if (match) resolve(Number(match[1]));
    });
  });
  return { port, done };
}

function gdb(port: number, ...commands: string[]): string {
  const script = ['set architecture avr:2', `target remote 127.0.0.1:${port}`, ...commands];
  const { stdout, stderr } = spawnSync(
    'avr-gdb',
    ['-nx', '-batch', ...script.flatMap(command => ['-ex', command])],
    { encoding: 'utf8', timeout: 50_000 },
  );
  return stdout + stderr;
}

describe.runIf(hasGdb || process.env.CI)('avr-gdb', () => {
  it('attaches, stops at a breakpoint, steps, reads registers and program, and lets the job end', async () => {
    const { port, done } = await job();
    // gdb prints $pc in words and breaks at bytes
    const { functions } = JSON.parse(readFileSync('bench/data/programmer.map.json', 'utf8')) as ImageMap;
    const { address, words } = functions.find(({ name }) => name === 'serial/receive')!;
    const hex = (value: number) => `0x${value.toString(16)}`;
    const said = gdb(
      port,
      `break *${hex(2 * address)}`,
      'continue',
      'print/x $pc',
      'stepi',
      'stepi',
      'print/x $pc',
      'print/x $r20',
      'x/2xb 0',
      'print/x *(unsigned char*)0x800038',
      'delete',
      'detach',
    );
    expect(said).toContain(`Breakpoint 1, 0x${(2 * address).toString(16).padStart(8, '0')}`);
    expect(said).toContain(`$1 = ${hex(address)}`);
    // idle: round the loop that polls the line
    const after = Number(/\$2 = (0x[0-9a-f]+)/.exec(said)![1]);
    expect(Math.abs(after - address)).toBeLessThan(words);
    expect(said).toContain('$3 = 0x0');
    const [low, high] = [...parseHex(readFileSync('bench/data/programmer.hex', 'utf8')).bytes]
      .slice(0, 2)
      .map(hex);
    expect(said).toMatch(new RegExp(`0x0:\\s+${low}\\s+${high}`));
    expect(said).toContain('$4 = 0x20');
    expect(JSON.parse((await done).trim().split('\n').pop()!)).toMatchObject({ ok: true, short: 0 });
  });
});
