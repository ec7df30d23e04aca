/** What a user does: copies the template, installs the package, runs its tests. */

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ISP } from '../cli/process.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'isp-template-'));
  cpSync('examples/template', folder, { recursive: true });
  mkdirSync(join(folder, 'node_modules'));
  // in place of npm install: this package as built, and the vitest that runs this test
  symlinkSync(resolve('.'), join(folder, 'node_modules/isp-workbench'));
  symlinkSync(resolve('node_modules/vitest'), join(folder, 'node_modules/vitest'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function test(...files: string[]): { status: number | null; output: string } {
  const vitest = resolve('node_modules/vitest/vitest.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, 'run', ...files], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', VITEST: undefined },
  });
  return { status, output: stdout + stderr };
}

describe('the template', () => {
  // four compilations side by side: a busy machine takes its time
  it('passes its own tests', { timeout: 180_000 }, () => {
    const { status, output } = test();
    expect(status, output).toBe(0);
    expect(output).toMatch(/Test Files {2}4 passed/);
  });

  it('does what its script for the timing says', () => {
    const { scripts } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    for (const command of scripts.timing.split(' && ')) {
      const [program, ...args] = command.split(' ');
      expect(program).toBe('isp');
      const run = spawnSync(process.execPath, [ISP, ...args], { cwd: folder, encoding: 'utf8' });
      expect(run.status, run.stdout + run.stderr).toBe(0);
    }
    expect(readFileSync(join(folder, 'build/timing.html'), 'utf8')).toContain('All limits are kept');
  });

  it('tells constraint, line and waveform when its firmware is wrong', () => {
    const path = join(folder, 'firmware/main.ts');
    const source = readFileSync(path, 'utf8');
    writeFileSync(path, source.replace('delayCycles(14);', 'delayCycles(8);'));
    const { status, output } = test('timing');
    expect(status).toBe(1);
    expect(output).toMatch(
      /tSHSL \(SCK high\): 3\.25, required > 4 target clocks; first firmware\/main\.ts:\d+/,
    );
    expect(output).toMatch(/SCK {4}[\u2581\u2594]+/);
  });
});
