/** callgrind_annotate, of Valgrind, reads our profile and finds the clocks of our functions and lines. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { say } from '../cli/fake-terminal.ts';
import { Workspace } from '../cli/process.ts';
import { functionsOf, summaryOf } from './callgrind-reader.ts';

// it tells its version with a status other than 0
const hasCallgrind = spawnSync('callgrind_annotate', ['--version']).error === undefined;
const workspace = new Workspace();
afterAll(() => workspace.remove());

const plain = (number: string) => Number(number.replaceAll(',', ''));

describe.runIf(hasCallgrind || process.env.CI)('callgrind_annotate', () => {
  const file = workspace.file('callgrind.out');
  let text = '';
  beforeAll(async () => {
    const image = workspace.file('image.bin', Uint8Array.of(1, 2, 3, 4));
    const argv = ['run', image, '--firmware', 'bench/data/programmer.hex', '--profile-out', file];
    expect((await say(argv)).status).toBe(0);
    text = readFileSync(file, 'utf8');
  });

  function annotate(...options: string[]): string {
    const argv = ['--threshold=100', ...options, file];
    const { status, stdout, stderr } = spawnSync('callgrind_annotate', argv, { encoding: 'utf8' });
    expect({ status, stderr: stderr ?? 'is missing' }).toEqual({ status: 0, stderr: '' });
    return stdout;
  }

  /** Clocks by function, the files of one function taken together. */
  function byFunction(said: string): Record<string, number> {
    const rows = [...said.matchAll(/^ *([\d,]+) \([ \d.]+%\) {2}\S+?:(\S+)$/gm)];
    const sums: Record<string, number> = {};
    for (const [, clocks, name] of rows) sums[name] = (sums[name] ?? 0) + plain(clocks);
    return sums;
  }

  it('finds all clocks of the run', () => {
    const [, total] = /([\d,]+) \(100\.0%\) {2}PROGRAM TOTALS/.exec(annotate('--auto=no'))!;
    expect(plain(total)).toBe(summaryOf(text));
  });

  it('finds the clocks of each function', () => {
    const own = Object.fromEntries(functionsOf(text).map(record => [record.name, record.own]));
    expect(byFunction(annotate('--auto=no'))).toEqual(own);
  });

  it('finds who calls whom', () => {
    const found = [...annotate('--auto=no', '--tree=calling').matchAll(/isp\/transfer \(([\d,]+)x\)/g)];
    const ours = functionsOf(text).flatMap(({ calls }) => calls.filter(({ to }) => to === 'isp/transfer'));
    const sum = (times: number[]) => times.reduce((all, one) => all + one, 0);
    expect(sum(found.map(([, times]) => plain(times)))).toBe(sum(ours.map(({ times }) => times)));
    expect(ours.length).toBeGreaterThan(0);
  });

  it('puts the clocks beside the lines of the firmware', () => {
    const source = readFileSync('firmware/clock.ts', 'utf8').split('\n');
    const said = annotate('--auto=yes');
    expect(said).toContain('-- Auto-annotated source: firmware/clock.ts');
    const shown = [...said.matchAll(/^ *[\d,]+ \([ \d.]+%\) {2}( *\S.*)$/gm)].map(([, line]) => line.trim());
    expect(source.filter(line => line.trim() && shown.includes(line.trim())).length).toBeGreaterThan(3);
  });
});
