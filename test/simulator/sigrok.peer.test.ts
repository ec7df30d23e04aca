/** sigrok-cli reads our traces and must see what our decoders see. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Annotation, at90s1200, decode, parseSession, replay } from '../../simulator/index.ts';
import { Bench } from './bench.ts';
import { echoBoard, traced } from './echo.ts';

const installed = spawnSync('sigrok-cli', ['--version']).status === 0;
/** On a developer's machine a missing peer leaves these tests out; in CI it fails them. */
const wanted = installed || process.env.CI !== undefined;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'isp-sigrok-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What one of sigrok's decoders says, line by line without its prefix. */
function sigrok(vcd: string, decoder: string, annotation: string): string[] {
  const file = join(folder, 'trace.vcd');
  writeFileSync(file, vcd);
  const options = ['-I', 'vcd', '-i', file, '-P', decoder, '-A', annotation];
  const { status, stdout, stderr } = spawnSync('sigrok-cli', options, { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  return stdout
    .trim()
    .split('\n')
    .map(line => line.replace(/^\S+ /, ''));
}

const texts = (annotations: Annotation[], wanted: Annotation['row']) =>
  annotations.filter(({ row }) => row === wanted).map(({ text }) => text[text.length - 1]);

function peerTests(): void {
  it('reads the same SPI bytes as we do', () => {
    const bench = new Bench();
    const annotations: Annotation[] = [];
    const options = { device: at90s1200, baud: 19_200, xtal: 4_000_000 };
    const decoders = decode(bench.board.nets, { ...options, onAnnotation: a => annotations.push(a) });
    const text = traced(bench.board);
    bench.enter();
    bench.signature();
    bench.instruct('Write Program Memory', { address: 0x155, data: 0xa5 });
    bench.ms(4);
    bench.instruct('Read Program Memory', { address: 0x155 });
    decoders.finish(bench.hand.cycle);
    const vcd = text();
    const spi = 'spi:clk=SCK:mosi=MOSI:miso=MISO';
    expect(sigrok(vcd, spi, 'spi=mosi-data')).toEqual(texts(annotations, 'spi mosi'));
    expect(sigrok(vcd, spi, 'spi=miso-data')).toEqual(texts(annotations, 'spi miso'));
    expect(texts(annotations, 'spi mosi')).toHaveLength(6 * 4);
  });

  it('reads the same characters on both serial wires', () => {
    const { board } = echoBoard();
    const annotations: Annotation[] = [];
    const options = { device: at90s1200, baud: 19_200, xtal: 4_000_000 };
    const decoders = decode(board.nets, { ...options, onAnnotation: a => annotations.push(a) });
    const text = traced(board);
    board.run(replay(parseSession('00 1\n41 1\n55aaff7e 1\n01 1\n')));
    decoders.finish(board.programmer.cycle);
    const vcd = text();
    const hex = (row: 'uart rxd' | 'uart txd') =>
      annotations.filter(a => a.row === row).map(({ text: [long] }) => long.slice(-2));
    expect(hex('uart txd').length).toBeGreaterThan(3);
    const uart = (wire: string) => `uart:rx=${wire}:baudrate=19200:format=hex`;
    expect(sigrok(vcd, uart('RXD'), 'uart=rx-data')).toEqual(hex('uart rxd'));
    expect(sigrok(vcd, uart('TXD'), 'uart=rx-data')).toEqual(hex('uart txd'));
  });

  it('names the instructions that it knows: Programming Enable and the signature', () => {
    const bench = new Bench();
    const text = traced(bench.board);
    bench.enter();
    bench.signature();
    const stack = 'spi:clk=SCK:mosi=MOSI:miso=MISO,avr_isp';
    const lines = sigrok(text(), stack, 'avr_isp');
    expect(lines).toContain('Programming enable');
    expect(lines).toContain('Vendor code: 0x1e (Atmel)');
    expect(lines).toContain('Part family / memory size: 0x90');
    expect(lines).toContain('Part number: 0x01');
  });
}

if (wanted) describe('sigrok-cli', peerTests);
else
  it('is left out: sigrok-cli is not installed', () => {
    console.warn('sigrok-cli is not installed; test/simulator/sigrok.peer.test.ts compared nothing');
  });
