/** README.md shows a run; `node docs/images/draw.js` puts it there. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isp } from '../cli/process.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The time that this machine took differs from run to run; all else must not. */
const withoutHostTime = (text: string): string => text.replace(/, in .* s, .* MHz/, '').trim();

describe('README.md', () => {
  it('shows what isp run prints today (if not: node docs/images/draw.js)', () => {
    const shown = /\$ npx isp run\n([^`]*)/.exec(readme)?.[1] ?? '';
    expect(withoutHostTime(shown)).toBe(withoutHostTime(isp(['run']).stdout));
  });
});
