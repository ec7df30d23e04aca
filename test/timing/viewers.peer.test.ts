/** The programs that people look at waveforms with open ours: GTKWave on a display of its own, and its converters. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Annotation, Recording, type Row, writeAnnotatedVcd } from '../../simulator/index.ts';
import { boardWith, built, shortJob } from './build.ts';
import { readVcd, seen, type Vcd } from './vcd-reader.ts';

const ROWS: readonly (readonly [Row, string])[] = [
  ['uart rxd', 'RXD_byte'],
  ['avr910 command', 'AVR910_command'],
  ['uart txd', 'TXD_byte'],
  ['avr910 answer', 'AVR910_answer'],
  ['spi mosi', 'MOSI_byte'],
  ['spi miso', 'MISO_byte'],
  ['isp instruction', 'ISP_instruction'],
];
const NAMES = ['RESET', 'SCK', 'MOSI', 'MISO', 'TXD', 'RXD', ...ROWS.map(([, name]) => name), 'line'];

/** Longer than it should ever take: a viewer that waits for a person must not hang the tests. */
const TIMEOUT = 40_000;

let folder: string;
let file: string;
let recording: Recording;
let ours: Vcd;
let end: number;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'isp-viewers-'));
  file = join(folder, 'job.vcd');
  const firmware = await built();
  const board = boardWith(firmware);
  recording = new Recording(board);
  board.run(shortJob());
  recording.finish();
  let text = '';
  end = board.programmer.cycle;
  writeAnnotatedVcd(recording, { where: firmware.where, write: piece => (text += piece), end });
  writeFileSync(file, text);
  ours = readVcd(text);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const textOf = ({ text: [longest] }: Annotation) => longest.replaceAll(/\s+/g, '_');

describe('the annotated VCD, by the letter of the standard', () => {
  it('declares the wires, the rows and the source line, each with a first value', () => {
    expect([...ours.courses.keys()]).toEqual(NAMES);
    expect(ours.timescale).toBe('1 ns');
    expect(ours.end).toBe(end * 250);
  });

  it.each(ROWS)('has the whole row %s', (row, name) => {
    const texts = seen(ours.courses.get(name)!).flatMap(([, value]) => value || []);
    const decoded = recording.annotations.filter(annotation => annotation.row === row).map(textOf);
    expect(decoded.length).toBeGreaterThan(5);
    expect(new Set(texts)).toEqual(new Set(decoded));
  });

  it.each([
    ['a value of an unknown variable', '1~'],
    ['a time that is not later', '#0'],
    ['a text with a blank', 'sRead flash -'],
    ['a level that is none', '2!'],
  ])('would not pass with %s', (_, line) => {
    const text = readFileSync(file, 'utf8');
    expect(() => readVcd(`${text}${line}\n`)).toThrow(/^line \d+: /);
  });
});

const has = (program: string, ...args: string[]) => spawnSync(program, args).error === undefined;
/** On a developer's machine a missing peer leaves its tests out; in CI it fails them. */
const wanted = (present: boolean) => present || process.env.CI !== undefined;

function convertersTests(): void {
  it('take the VCD and give back the same changes of all wires and rows', () => {
    const fst = join(folder, 'job.fst');
    expect(spawnSync('vcd2fst', [file, fst], { timeout: TIMEOUT }).status).toBe(0);
    const { status, stdout } = spawnSync('fst2vcd', [fst], {
      encoding: 'utf8',
      maxBuffer: 1 << 27,
      timeout: TIMEOUT,
    });
    expect(status).toBe(0);
    // it says that texts are 0 wide, and puts a backslash before quotes and question marks
    const plain = stdout.replaceAll('$var string 0', '$var string 1').replaceAll(/\\(['"?])/g, '$1');
    const theirs = readVcd(plain);
    expect([...theirs.courses.keys()].sort()).toEqual([...NAMES].sort());
    for (const name of NAMES)
      expect(seen(theirs.courses.get(name)!), name).toEqual(seen(ours.courses.get(name)!));
  });
}

/** What GTKWave's own script prints: what it has loaded, and what it shows at a time. */
function gtkwave(...lines: string[]): string[] {
  const script = join(folder, 'script.tcl');
  writeFileSync(script, `${[...lines, 'flush stdout', 'gtkwave::/File/Quit'].join('\n')}\n`);
  const { status, stdout, stderr } = spawnSync('xvfb-run', ['-a', 'gtkwave', file, '-S', script], {
    encoding: 'utf8',
    input: '',
    timeout: TIMEOUT,
  });
  expect(status, stderr).toBe(0);
  return stdout.trim().split('\n');
}

function gtkwaveTests(): void {
  it('lists all wires and rows', () => {
    const script =
      'for {set i 0} {$i < [gtkwave::getNumFacs]} {incr i} {puts "fac [gtkwave::getFacName $i]"}';
    const names = gtkwave(script).flatMap(line => /^fac board\.(\w+)$/.exec(line)?.[1] ?? []);
    expect(names.sort()).toEqual([...NAMES].sort());
  });

  it('shows the instruction and the source line at a time', () => {
    const enable = recording.annotations.find(({ row }) => row === 'isp instruction')!;
    const middle = Math.round(((enable.start + enable.end) / 2) * 250);
    const show = (name: string) => `puts "${name} [gtkwave::getTraceValueAtMarkerFromName board.${name}]"`;
    const shown = gtkwave(
      'gtkwave::addSignalsFromList [list board.ISP_instruction board.line board.RESET]',
      `gtkwave::setMarker ${middle}ns`,
      ...['ISP_instruction', 'line', 'RESET'].map(show),
    );
    expect(shown).toContain('ISP_instruction Programming_Enable');
    expect(shown).toContain('RESET 0');
    expect(shown.find(line => line.startsWith('line '))).toMatch(/^line isp\.ts:\d+$/);
  });
}

function describeWith(title: string, present: boolean, tests: () => void, packages: string): void {
  if (wanted(present)) describe(title, tests);
  else it(`${title}: left out`, () => console.warn(`nothing was compared; apt-get install ${packages}`));
}

describeWith('vcd2fst and fst2vcd', has('vcd2fst', '--help'), convertersTests, 'gtkwave');
describeWith(
  'GTKWave',
  has('gtkwave', '--version') && has('xvfb-run', '--help'),
  gtkwaveTests,
  'gtkwave xvfb xauth',
);
