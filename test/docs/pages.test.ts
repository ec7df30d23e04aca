/** README.md and docs/ speak of files, codes and passes; here they are held to what exists. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ruleNames } from '../../compiler/peephole.ts';
import { constraintRows } from '../../simulator/constraints.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const list = (folder: string): string[] => readdirSync(join(root, folder));
const pages = [
  ...list('.').filter(name => name.endsWith('.md')),
  ...list('docs')
    .filter(name => name.endsWith('.md'))
    .map(name => `docs/${name}`),
];

/** Targets of Markdown links and pictures, without those that lead away or stay on the page. */
function links(page: string): string[] {
  return [...read(page).matchAll(/\]\(([^)\s#]+)(#[^)]*)?\)/g)]
    .map(([, target]) => target)
    .filter(target => !/^[a-z]+:/.test(target));
}

describe('a page', () => {
  it.each(pages)('%s leads only to files that exist', page => {
    const broken = links(page).filter(target => !existsSync(join(root, dirname(page), target)));
    expect(broken).toEqual([]);
  });

  it('in docs/ is in the index', () => {
    const indexed = links('docs/README.md').map(target => normalize(`docs/${target}`));
    const missing = pages.filter(page => page.startsWith('docs/') && page !== 'docs/README.md');
    expect(missing.filter(page => !indexed.includes(page))).toEqual([]);
  });
});

describe('docs/compiler.md', () => {
  const text = read('docs/compiler.md');

  it('names every file of the compiler', () => {
    const files = list('compiler').filter(name => name.endsWith('.ts'));
    expect(files.filter(name => !text.includes(`\`${name}\``) && !text.includes(`compiler/${name}`))).toEqual(
      [],
    );
  });

  it('lists every code of a refusal', () => {
    const codes = [...read('compiler/diagnostic.ts').matchAll(/^ {2}(C\d{3}):/gm)].map(([, code]) => code);
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter(code => !text.includes(code))).toEqual([]);
  });

  it('lists every rule of the peephole', () => {
    expect(ruleNames.filter(name => !text.includes(`| ${name} `))).toEqual([]);
  });
});

describe('docs/timing.md', () => {
  it('explains every constraint', () => {
    const text = read('docs/timing.md');
    expect(constraintRows.map(({ id }) => id).filter(id => !text.includes(`\`${id}\``))).toEqual([]);
  });
});
