/** sigrok-cli opens our session files, and its decoders read in a whole job what ours do. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Host,
  parseSession,
  program,
  Recording,
  type Row,
  replay,
  sigrokSession,
} from '../../simulator/index.ts';
import { boardWith, built, bytes } from './build.ts';

const installed = spawnSync('sigrok-cli', ['--version']).status === 0;
/** On a developer's machine a missing peer leaves these tests out; in CI it fails them. */
const wanted = installed || process.env.CI !== undefined;

/** The signature in the order that sigrok's decoder expects, through the universal command. */
const SIGNATURE = '5413 1\n50 1\n2e30000000 2\n2e30000100 2\n2e30000200 2\n4c 1';

let folder: string;
let file: string;
let recording: Recording;

/** A whole job: the signature in order, then erase, write, verify, EEPROM. */
function* job(): Host<void> {
  yield* replay(parseSession(SIGNATURE));
  yield* program(bytes(32), { eeprom: bytes(8) });
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'isp-sigrok-'));
  file = join(folder, 'job.sr');
  const board = boardWith(await built());
  recording = new Recording(board);
  board.run(job());
  recording.finish();
  writeFileSync(file, sigrokSession(recording, board.programmer.cycle));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What one of sigrok's decoders says, line by line without its prefix. */
function sigrok(decoder: string, annotation: string): string[] {
  const { status, stdout, stderr } = spawnSync('sigrok-cli', ['-i', file, '-P', decoder, '-A', annotation], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  expect(status, stderr).toBe(0);
  return stdout
    .trim()
    .split('\n')
    .map(line => line.replace(/^\S+ /, ''));
}

const ours = (row: Row) =>
  recording.annotations.filter(annotation => annotation.row === row).map(({ text }) => text);

const hexOf = (row: Row) => ours(row).map(([longest]) => longest.replace(/[()]/g, '').slice(-2));

function peerTests(): void {
  it('sees the channels and one sample for each clock', () => {
    const { stdout } = spawnSync('sigrok-cli', ['-i', file, '--show'], { encoding: 'utf8' });
    expect(stdout).toContain('Samplerate: 4000000');
    for (const name of ['RESET', 'SCK', 'MOSI', 'MISO', 'TXD', 'RXD'])
      expect(stdout).toContain(`- ${name}: logic`);
  });

  it('reads the same bytes on SPI, both ways', () => {
    const spi = 'spi:clk=SCK:mosi=MOSI:miso=MISO';
    expect(ours('spi mosi').length).toBeGreaterThan(300);
    expect(sigrok(spi, 'spi=mosi-data')).toEqual(hexOf('spi mosi'));
    expect(sigrok(spi, 'spi=miso-data')).toEqual(hexOf('spi miso'));
  });

  it('reads the same characters on both serial wires', () => {
    const uart = (wire: string) => `uart:rx=${wire}:baudrate=19200:format=hex`;
    expect(ours('uart rxd').length).toBeGreaterThan(200);
    expect(sigrok(uart('RXD'), 'uart=rx-data')).toEqual(hexOf('uart rxd'));
    expect(sigrok(uart('TXD'), 'uart=rx-data')).toEqual(hexOf('uart txd'));
  });

  it('names the same commands where its avr_isp decoder can', () => {
    const lines = sigrok('spi:clk=SCK:mosi=MOSI:miso=MISO,avr_isp', 'avr_isp');
    const count = (what: string) => ours('isp instruction').filter(([text]) => text.startsWith(what)).length;
    expect(lines.filter(line => line === 'Programming enable')).toHaveLength(count('Programming Enable'));
    expect(lines.filter(line => line === 'Chip erase')).toHaveLength(count('Chip Erase'));
    expect(lines).toContain('Vendor code: 0x1e (Atmel)');
    expect(lines).toContain('Part family / memory size: 0x90');
    expect(lines).toContain('Part number: 0x01');
    expect(lines).toContain('Device: Atmel AT90S1200');
  });

  it('sees the same bytes where its avr_isp decoder does not know the command', () => {
    const lines = sigrok('spi:clk=SCK:mosi=MOSI:miso=MISO,avr_isp', 'avr_isp');
    const unknown = lines.flatMap(
      line => /^Unknown command: ([0-9a-f ]+) \(/.exec(line)?.[1].toUpperCase() ?? [],
    );
    const memory = ours('isp instruction').filter(([text]) => /flash|EEPROM/.test(text));
    expect(unknown).toEqual(memory.map(texts => texts[texts.length - 1]));
    expect(unknown.length).toBeGreaterThan(70);
  });
}

if (wanted) describe('sigrok-cli', peerTests);
else
  it('is left out: sigrok-cli is not installed', () => {
    console.warn('sigrok-cli is not installed; test/timing/sigrok.peer.test.ts compared nothing');
  });
