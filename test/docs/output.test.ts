/** The pages show what commands print; `node docs/images/draw.js` puts it there. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { blocksOf } from '../../docs/images/blocks.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Blocks that begin with `$ npx isp …` and the like. */
const blocks = ['README.md', 'docs/timing.md', 'docs/firmware.md'].flatMap(page =>
  blocksOf(readFileSync(`${root}/${page}`, 'utf8')).map(block => ({ page, ...block })),
);

/** The time that this machine took differs from run to run; all else must not. */
const withoutHostTime = (text: string): string => text.replace(/, in .* s, .* MHz/, '').trim();

/** The longest of them sends two million characters. */
const HANGS_AFTER_MS = 900_000;

describe('a page shows what the command prints today (if not: node docs/images/draw.js)', () => {
  it('in several places', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(4);
  });

  it.each(blocks)('$page: $command $args', { timeout: HANGS_AFTER_MS }, ({ script, args, shown }) => {
    const { stdout } = spawnSync(process.execPath, [script, ...args], {
      cwd: root,
      encoding: 'utf8',
      timeout: HANGS_AFTER_MS,
    });
    expect(withoutHostTime(shown)).toBe(withoutHostTime(stdout));
  });
});
