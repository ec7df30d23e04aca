/** The rules of the house: who may import whom, no default exports, files that a reader can hold in the head. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** For each folder the folders whose files it may import, beside its own. '=' stands for the index only. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'vm-host': [],
  compiler: ['vm-host/isa.ts', 'vm-host/chip.ts'],
  simulator: ['vm-host/'],
  matchers: ['compiler/index.ts', 'vm-host/index.ts', 'simulator/index.ts', 'report/index.ts'],
  cli: ['compiler/index.ts', 'vm-host/index.ts', 'simulator/index.ts', 'report/'],
  report: ['compiler/index.ts', 'vm-host/index.ts', 'simulator/index.ts'],
  bench: ['compiler/index.ts', 'vm-host/index.ts', 'simulator/index.ts'],
};

/** Files that may be longer than 400 lines, each with its reason. */
const LONG: Record<string, string> = {};

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.ts') && !name.includes('kernels'))
    .map(name => join(folder, name));
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  // a type is gone before anything runs: it makes no cycle and needs no order
  const values = text.replace(/^(import|export) type [^;]*;/gm, '');
  const names = [...values.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(match => match[1]);
  return names.map(name => relative(root, resolve(root, dirname(file), name)));
}

const folders = Object.keys(MAY_IMPORT).filter(folder =>
  readdirSync(root, { withFileTypes: true }).some(entry => entry.isDirectory() && entry.name === folder),
);
const files = folders.flatMap(sources);

describe('the house', () => {
  it('has source files in its folders', () => {
    expect(files.length).toBeGreaterThan(60);
  });

  it.each(folders)('%s imports only what it may', folder => {
    const allowed = [`${folder}/`, ...MAY_IMPORT[folder]];
    const wrong = sources(folder).flatMap(file =>
      importsOf(file)
        .filter(target => !allowed.some(prefix => target.startsWith(prefix)))
        .map(target => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('has no default exports', () => {
    const wrong = files.filter(file => /^export default/m.test(readFileSync(join(root, file), 'utf8')));
    expect(wrong).toEqual([]);
  });

  it('keeps files below 400 lines, but for the listed ones and for tables', () => {
    const long = files.filter(file => {
      const lines = readFileSync(join(root, file), 'utf8').split('\n').length;
      return lines > 401 && !LONG[file] && !/devices|isa|chips?\b|wasm\.ts/.test(file);
    });
    expect(long).toEqual([]);
  });

  it('has no cycle among the modules', () => {
    const graph = new Map(files.map(file => [file, importsOf(file)]));
    const done = new Set<string>();
    const path: string[] = [];
    const cycles: string[] = [];
    const visit = (file: string): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      if (done.has(file) || path.includes(file)) return;
      path.push(file);
      for (const target of graph.get(file) ?? []) visit(target);
      path.pop();
      done.add(file);
    };
    for (const file of files) visit(file);
    expect(cycles).toEqual([]);
  });

  it('names no registry, no machine and no leftovers', () => {
    const text = readFileSync(join(root, 'package-lock.json'), 'utf8');
    expect(text).not.toContain('"resolved"');
  });
});
