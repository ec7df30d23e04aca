import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const text = readFileSync(new URL('../../docs/exactness.md', import.meta.url), 'utf8');

/** The tests that the page names: file and title. */
const named = [...text.matchAll(/`([\w.-]+\.test\.ts)` "([^"]+)"/g)].map(([, file, title]) => ({
  file,
  title,
}));

describe('docs/exactness.md', () => {
  it('names a test for every convention, and each of them exists', () => {
    const missing = named.filter(({ file, title }) => {
      const source = readFileSync(new URL(file, import.meta.url), 'utf8').replaceAll("\\'", "'");
      return !source.includes(title);
    });
    expect(missing).toEqual([]);
    expect(named.length).toBeGreaterThan(55);
  });

  it('leaves no convention without a test', () => {
    const conventions = text.slice(0, text.indexOf('## Second opinions')).split('\n');
    const rows = conventions.filter(line => /^\| (?!---|Convention|Fault|Promise)/.test(line));
    expect(rows.filter(row => !row.includes('.test.ts` "'))).toEqual([]);
  });
});
