import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const text = readFileSync(new URL('../../docs/exactness.md', import.meta.url), 'utf8');

/** The tests that the page names: file, in this folder unless it says another, and the whole title. */
const named = [...text.matchAll(/`((?:[\w-]+\/)?[\w.-]+\.test\.ts)` "([^"]+)"/g)].map(([, file, title]) => ({
  file,
  title,
}));

function sourceOf(file: string): string {
  const place = file.includes('/') ? `../${file}` : file;
  return readFileSync(new URL(place, import.meta.url), 'utf8').replaceAll("\\'", "'");
}

describe('docs/exactness.md', () => {
  it('names a test for every convention, and each of them exists by its whole title', () => {
    const missing = named.filter(({ file, title }) => {
      const source = sourceOf(file);
      return !["'", '"', '`'].some(quote => source.includes(`${quote}${title}${quote}`));
    });
    expect(missing).toEqual([]);
    expect(named.length).toBeGreaterThan(100);
  });

  it('leaves no convention without a test', () => {
    const conventions = text.slice(0, text.indexOf('## Second opinions')).split('\n');
    const rows = conventions.filter(line => /^\| (?!---|Convention|Fault|Promise)/.test(line));
    expect(rows.filter(row => !row.includes('.test.ts` "'))).toEqual([]);
  });
});
