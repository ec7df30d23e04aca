/** lcov and genhtml read our coverage, and count as we do. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { say } from '../cli/fake-terminal.ts';
import { Workspace } from '../cli/process.ts';
import { records } from './lcov-reader.ts';

const hasLcov = spawnSync('lcov', ['--version']).status === 0;
const workspace = new Workspace();
afterAll(() => workspace.remove());

function peer(command: string, ...argv: string[]): string {
  const { status, stdout, stderr } = spawnSync(command, argv, { encoding: 'utf8', timeout: 50_000 });
  expect({ status, stderr: stderr ?? 'is missing' }).toMatchObject({ status: 0 });
  expect(stdout + stderr).not.toMatch(/warning|error/i);
  return stdout + stderr;
}

describe.runIf(hasLcov || process.env.CI)('the coverage of a job', () => {
  const tracefile = workspace.file('lcov.info');
  beforeAll(async () => {
    const image = workspace.file('image.bin', Uint8Array.of(1, 2, 3, 4));
    const { status } = await say([
      ...['run', image, '--firmware', 'bench/data/programmer.hex'],
      ...['--coverage', tracefile],
    ]);
    expect(status).toBe(0);
  });

  const sum = (key: string) =>
    records(readFileSync(tracefile, 'utf8')).reduce((all, { sums }) => all + sums[key], 0);

  it('has as many lines and functions for lcov as for us', () => {
    const summary = peer('lcov', '--summary', tracefile);
    expect(summary).toContain(`(${sum('LH')} of ${sum('LF')} lines)`);
    expect(summary).toContain(`(${sum('FNH')} of ${sum('FNF')} functions)`);
  });

  it('is the same after lcov has read and written it', () => {
    const again = workspace.file('again.info');
    peer('lcov', '--quiet', '--add-tracefile', tracefile, '--output-file', again);
    const byFile = (path: string) =>
      records(readFileSync(path, 'utf8'))
        .map(({ file, lines, sums }) => ({
          file: join(process.cwd(), file.replace(process.cwd(), '')),
          lines,
          sums,
        }))
        .toSorted((one, other) => one.file.localeCompare(other.file));
    expect(byFile(again)).toEqual(byFile(tracefile));
  });

  it('is a page for each file of the firmware, with its source', () => {
    const folder = join(workspace.path, 'html');
    peer('genhtml', '--quiet', '--output-directory', folder, tracefile);
    for (const { file } of records(readFileSync(tracefile, 'utf8'))) {
      expect(readFileSync(join(folder, `${file}.gcov.html`), 'utf8'), file).toContain('lineCov');
    }
  });
});
