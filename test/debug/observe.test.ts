/** `isp run --profile` and `--coverage`: the numbers add up, and the names are those of the firmware. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageMap } from '../../compiler/index.ts';
import { assemble, type ProfileRow } from '../../vm-host/index.ts';
import { type Said, say } from '../cli/fake-terminal.ts';
import { Workspace } from '../cli/process.ts';
import { records } from './lcov-reader.ts';

const workspace = new Workspace();
afterAll(() => workspace.remove());

const map = JSON.parse(readFileSync('bench/data/programmer.map.json', 'utf8')) as ImageMap;
const coverage = workspace.file('lcov.info');
const image = workspace.file(
  'image.bin',
  Uint8Array.from({ length: 16 }, (_, i) => i),
);
const run = (...options: string[]) =>
  say(['run', image, '--firmware', 'bench/data/programmer.hex', ...options]);

interface Row {
  percent: number;
  clocks: number;
  name: string;
}

/** The rows under a heading. */
function rowsUnder(heading: string, out: string): Row[] {
  const lines = out.split('\n');
  const rows: Row[] = [];
  for (const line of lines.slice(lines.indexOf(heading) + 1)) {
    const match = /^ *([\d.]+) % +(\d+) {2}(.+)$/.exec(line);
    if (!match) break;
    rows.push({ percent: Number(match[1]), clocks: Number(match[2]), name: match[3] });
  }
  return rows;
}

const total = (rows: readonly { clocks: number }[]) => rows.reduce((sum, { clocks }) => sum + clocks, 0);
/** A row that stands for the rest of a list is no name of the firmware. */
const named = (rows: readonly Row[]) => rows.filter(({ name }) => !name.startsWith('('));

describe('isp run --profile', () => {
  let said: Said;
  let cycles: number;
  beforeAll(async () => {
    said = await run('--profile');
    cycles = Number(/= ([\d ]+) cycles/.exec(said.out)![1].replaceAll(' ', ''));
  });

  it.each(['clocks by function', 'clocks by line'])('shows %s that add up to those of the run', heading => {
    const rows = rowsUnder(heading, said.out);
    expect(rows.length).toBeGreaterThan(3);
    expect(total(rows)).toBe(cycles);
    for (const { percent, clocks } of rows) expect(percent).toBeCloseTo((100 * clocks) / cycles, 0);
  });

  it.each(['clocks by function', 'clocks by line'])('shows %s, the most expensive first', heading => {
    const clocks = named(rowsUnder(heading, said.out)).map(row => row.clocks);
    expect(clocks).toEqual(clocks.toSorted((a, b) => b - a));
  });

  it('names functions and lines of the firmware', () => {
    const functions = map.functions.map(({ name }) => name);
    for (const { name } of named(rowsUnder('clocks by function', said.out)))
      expect(functions).toContain(name);
    const lines = new Set(map.lines.map(([file, line]) => `${map.files[file]}:${line}`));
    for (const { name } of named(rowsUnder('clocks by line', said.out))) expect(lines).toContain(name);
  });

  it('puts all rows into the JSON object', async () => {
    const json = JSON.parse((await run('--profile', '--json')).out);
    const { functions, lines, sleepClocks } = json.profile as Record<string, ProfileRow[]> & {
      sleepClocks: number;
    };
    expect(total(functions) + sleepClocks).toBe(json.cycles);
    expect(total(lines) + sleepClocks).toBe(json.cycles);
    expect(lines.length).toBeGreaterThan(12);
  });

  it('changes nothing else in what is said', async () => {
    const { profile: _, hostSeconds: _1, ...observed } = JSON.parse((await run('--profile', '--json')).out);
    const { hostSeconds: _2, ...free } = JSON.parse((await run('--json')).out);
    expect(observed).toEqual(free);
  });

  it('counts the clocks of a chip that sleeps apart', async () => {
    const { words } = assemble('ldi r16, 0x20\n out MCUCR, r16\n sleep\n end: rjmp end');
    const hex = workspace.hex('sleeper.hex', words);
    const lines = Array.from(words, (_, i) => [0, i + 1, 0]);
    const functions = [{ name: 'sleeper/main', address: 0 }];
    workspace.file('sleeper.map.json', JSON.stringify({ words: 4, files: ['sleeper.ts'], functions, lines }));
    const { out } = await say(['run', image, '--firmware', hex, '--profile']);
    const rows = rowsUnder('clocks by function', out);
    expect(rows.map(({ name }) => name)).toEqual(['sleeper/main', '(asleep or held in reset)']);
    expect(rows[0].clocks).toBe(3);
  });
});

describe('isp run --coverage', () => {
  beforeAll(async () => expect((await run('--coverage', coverage)).status).toBe(0));
  const read = () => records(readFileSync(coverage, 'utf8'));

  it('has a record for each file that made code, and sums that are right', () => {
    expect(
      read()
        .map(({ file }) => file)
        .toSorted(),
    ).toEqual(map.files.toSorted());
    for (const { lines, functions, sums } of read()) {
      expect(sums).toEqual({
        LF: lines.length,
        LH: lines.filter(([, runs]) => runs > 0).length,
        FNF: functions.length,
        FNH: functions.filter(({ runs }) => runs > 0).length,
      });
    }
  });

  it('has each line that made code once, in order, and no other', () => {
    for (const { file, lines } of read()) {
      const numbers = lines.map(([line]) => line);
      const made = map.lines.flatMap(([index, line]) => (map.files[index] === file ? [line] : []));
      expect(numbers).toEqual([...new Set(made)].toSorted((a, b) => a - b));
    }
  });

  it('has each function once, in its own file, on one of its lines', () => {
    const found = read().flatMap(({ file, functions }) => functions.map(({ name }) => [name, file]));
    const names = new Set(map.lines.flatMap(([, , fn]) => map.functions[fn]?.name ?? []));
    expect(found.map(([name]) => name).toSorted()).toEqual([...names].toSorted());
    expect(Object.fromEntries(found)).toMatchObject({
      'main/main': 'firmware/main.ts',
      'serial/receive': 'firmware/serial.ts',
      'isp/transfer': 'firmware/isp.ts',
    });
    for (const { lines, functions } of read())
      for (const { line } of functions) expect(lines.map(([number]) => number)).toContain(line);
  });

  it('counts a function as often as it is entered', () => {
    const calls = Object.fromEntries(
      read().flatMap(({ functions }) => functions.map(({ name, runs }) => [name, runs])),
    );
    expect(calls['main/main']).toBe(1);
    // four bytes an instruction
    expect(calls['isp/transfer'] % 4).toBe(0);
    expect(calls['isp/transfer']).toBeGreaterThan(4 * 32);
  });

  it('knows lines that ran and lines that did not', () => {
    const runs = read().flatMap(({ lines }) => lines.map(([, times]) => times > 0));
    expect(new Set(runs)).toEqual(new Set([true, false]));
  });
});
