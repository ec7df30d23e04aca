/** The pages show what commands print; `node docs/images/draw.js` puts it there. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isp } from '../cli/process.ts';

const read = (page: string): string => readFileSync(new URL(`../../${page}`, import.meta.url), 'utf8');

/** Blocks that begin with `$ npx isp …`: page, arguments, and what the page says comes of them. */
const blocks = ['README.md', 'docs/timing.md'].flatMap(page =>
  [...read(page).matchAll(/```text\n\$ npx isp ([^\n]*)\n([^`]*)```/g)].map(
    ([, args, shown]) => [page, args, shown] as const,
  ),
);

/** The time that this machine took differs from run to run; all else must not. */
const withoutHostTime = (text: string): string => text.replace(/, in .* s, .* MHz/, '').trim();

describe('a page shows what the command prints today (if not: node docs/images/draw.js)', () => {
  it('in several places', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(3);
  });

  it.each(blocks)('%s: isp %s', (_page, args, shown) => {
    expect(withoutHostTime(shown)).toBe(withoutHostTime(isp(args.split(' ')).stdout));
  });
});
