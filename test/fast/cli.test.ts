/** The engines, the profile and the coverage from the command line. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { say } from '../cli/fake-terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'isp-engines-'));
afterAll(() => rmSync(folder, { recursive: true }));

const replay = (...options: string[]) =>
  say(['replay', 'bench/data/job.session', '--firmware', 'bench/data/programmer.hex', '--json', ...options]);

describe('isp replay', () => {
  it('gives the same replies, memories and waveform with either engine', async () => {
    const outcome = async (engine: string) => {
      const files = ['replies', 'memory', 'trace'].map(name => [
        `--${name}`,
        join(folder, `${engine}.${name}`),
      ]);
      const { status, out } = await replay('--engine', engine, ...files.flat());
      const { hostSeconds, ...json } = JSON.parse(out);
      expect([status, hostSeconds > 0]).toEqual([0, true]);
      return { json, files: files.map(([, path]) => readFileSync(path, 'latin1')) };
    };
    expect(await outcome('fast')).toEqual(await outcome('reference'));
  });

  it('under observation does the same job', async () => {
    const coverage = join(folder, 'lcov.info');
    const observed = await replay('--coverage', coverage);
    const { hostSeconds: _, ...free } = JSON.parse((await replay()).out);
    expect(JSON.parse(observed.out)).toMatchObject(free);
    expect(readFileSync(coverage, 'utf8')).toMatch(/^TN:isp\nSF:firmware\/\w+\.ts\n/);
  });

  it('needs a map for profile and coverage', async () => {
    const alone = join(folder, 'alone.hex');
    copyFileSync('bench/data/programmer.hex', alone);
    const { status, err } = await say(['replay', 'bench/data/job.session', '--firmware', alone, '--profile']);
    expect(status).toBe(2);
    expect(err).toContain('.map.json');
  });
});
