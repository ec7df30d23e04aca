/** avr-gdb attaches to a job and does what a person would do with it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImageMap, parseHex } from '../../compiler/index.ts';
import { assemble } from '../../vm-host/index.ts';
import { hexText } from '../cli/hex.ts';
import { guarded, jsonOf } from '../cli/process.ts';
import { waitingJob } from './gdb-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'isp-gdb-'));
const program = join(folder, 'dist/isp.js');
const hasGdb = spawnSync('avr-gdb', ['--version']).status === 0;

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

afterAll(() => rmSync(folder, { recursive: true }));

const { functions } = JSON.parse(readFileSync('bench/data/programmer.map.json', 'utf8')) as ImageMap;
const job = (firmware = 'bench/data/programmer.hex') => waitingJob(['--firmware', firmware], program);

function gdb(port: number, ...commands: string[]): string {
  const script = ['set architecture avr:2', `target remote 127.0.0.1:${port}`, ...commands];
  const { stdout, stderr } = spawnSync(
    'avr-gdb',
    ['-nx', '-batch', ...script.flatMap(command => ['-ex', command])],
    { encoding: 'utf8', timeout: 50_000 },
  );
  return stdout + stderr;
}

/** gdb as an editor drives it: one command at a time, and what it says until a pattern comes. */
class Editor {
  private readonly gdb = guarded(spawn('avr-gdb', ['-nx', '-q', '-i=mi']));
  private heard = '';

  constructor() {
    this.gdb.stdout.on('data', data => (this.heard += data));
  }

  /** Resolves with all that was said since the command before. */
  async say(command: string, pattern: RegExp): Promise<string> {
    this.heard = '';
    this.gdb.stdin.write(`${command}\n`);
    while (!pattern.test(this.heard)) await once(this.gdb.stdout, 'data');
    return this.heard;
  }
}

describe.runIf(hasGdb || process.env.CI)('avr-gdb', () => {
  it('attaches, stops at a breakpoint, steps, reads registers and program, and lets the job end', async () => {
    const { port, ended } = await job();
    // gdb prints $pc in words and breaks at bytes
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
    expect(jsonOf((await ended).out)).toMatchObject({ ok: true, short: 0 });
  });

  it('stops where a register is written to, with the old value and the new one', async () => {
    const { port, ended } = await job();
    const watch = '*(unsigned char*)0x800014';
    const said = gdb(
      port,
      `watch ${watch}`,
      'continue',
      `print/x ${watch}`,
      'print/x $r20',
      'delete',
      'detach',
    );
    expect(said).toContain(`Hardware watchpoint 1: ${watch}`);
    expect(said).toMatch(/Old value = 0 .*\nNew value = [1-9]/);
    const [, memory, register] = /\$1 = (0x[0-9a-f]+)\n\$2 = (0x[0-9a-f]+)/.exec(said)!;
    expect(memory).toBe(register);
    expect(await ended).toMatchObject({ status: 0, err: '' });
  });

  it('is told when the job is over', async () => {
    const { port, ended } = await job();
    expect(gdb(port, 'continue')).toContain('[Inferior 1 (Remote target) exited normally]');
    expect(await ended).toMatchObject({ status: 0, err: '' });
  });

  it('writes registers, the program counter and EEPROM', async () => {
    const { port, ended } = await job();
    const said = gdb(
      port,
      'set var $r14 = 0x5a',
      'set var *(unsigned char*)0x810003 = 0xa5',
      'print/x *(unsigned char*)0x80000e',
      'print/x *(unsigned char*)0x810003',
      'detach',
    );
    expect(said).toContain('$1 = 0x5a\n$2 = 0xa5');
    expect((await ended).status).toBe(0);
  });

  it('stops the running program at Ctrl-C', async () => {
    const { port, ended } = await job();
    const editor = new Editor();
    await editor.say('-gdb-set mi-async on', /\^done/);
    await editor.say('-gdb-set architecture avr:2', /\^done/);
    await editor.say(`-target-select remote 127.0.0.1:${port}`, /\^connected/);
    // nothing writes there; it only keeps the job from being over before it is interrupted
    await editor.say('-break-watch *(unsigned*)0x810000', /\^done/);
    await editor.say('-exec-continue', /\*running/);
    expect(await editor.say('-exec-interrupt', /\*stopped.*\n/)).toContain('signal-name="SIGINT"');
    await editor.say('-break-delete', /\^done/);
    await editor.say('-target-detach', /\^done/);
    await editor.say('-gdb-exit', /\^exit/);
    expect(jsonOf((await ended).out)).toMatchObject({ ok: true, short: 0 });
  });

  it('is told of a fault, and stands at the instruction that did it', async () => {
    const hex = join(folder, 'fault.hex');
    const { words } = assemble('nop\n again: rcall again');
    writeFileSync(hex, hexText([...words].flatMap(word => [word & 0xff, word >> 8])));
    const { port, ended } = await job(hex);
    const said = gdb(port, 'continue', 'print/x $pc', 'stepi', 'kill');
    expect(said).toContain('no level left for this call (pc 0x001');
    expect(said).toContain('$1 = 0x1\n');
    expect(said.match(/signal SIGSEGV/g)).toHaveLength(2);
    const { status, err } = await ended;
    expect([status, err]).toEqual([1, 'error: gdb ended the program at clock 10\n']);
  });

  it('leaves without detaching, and another one finds the program where it was', async () => {
    const { port, ended } = await job();
    const first = gdb(port, 'stepi', 'stepi', 'print $pc', 'disconnect');
    const second = gdb(port, 'print $pc', 'detach');
    expect(/\$1 = .*/.exec(second)![0]).toBe(/\$1 = .*/.exec(first)![0]);
    expect((await ended).status).toBe(0);
  });
});
