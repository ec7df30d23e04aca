import { execFileSync } from 'node:child_process';
import { inflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseSession, Recording, replay, sigrokSession, writeAnnotatedVcd } from '../../simulator/index.ts';
import { traced } from '../simulator/echo.ts';
import { type Built, boardWith, built, shortJob } from './build.ts';
import { minimaOf } from './vcd-minima.ts';

let firmware: Built;
let recording: Recording;
let plain: string;
let end: number;

beforeAll(async () => {
  firmware = await built();
  const board = boardWith(firmware);
  recording = new Recording(board);
  const text = traced(board);
  board.run(shortJob());
  recording.finish();
  plain = text();
  end = board.programmer.cycle;
});

function annotated(): string {
  let text = '';
  writeAnnotatedVcd(recording, { where: firmware.where, write: piece => (text += piece), end });
  return text;
}

/** The changes of each wire, with their times; what changes in the same cycle has no order. */
function wiresOf(vcd: string): Record<string, string[]> {
  const wires: Record<string, string[]> = {};
  let now = '';
  for (const line of vcd.slice(vcd.indexOf('$enddefinitions')).split('\n')) {
    if (line.startsWith('#')) now = line;
    const [, level, id] = /^([01xz])(\S)$/.exec(line) ?? [];
    if (id) (wires[id] ??= []).push(`${now} ${level}`);
  }
  return wires;
}

describe('a recording', () => {
  it('gives back a piece with the levels at its beginning', () => {
    const [{ start, end }] = recording.annotations.filter(({ row }) => row === 'isp instruction');
    const { nets, annotations } = recording.slice(start, end);
    expect(nets.find(({ name }) => name === 'SCK')!.edges.length).toBeGreaterThanOrEqual(62);
    expect(nets.find(({ name }) => name === 'RESET')).toMatchObject({ initial: 0, edges: [] });
    expect(annotations.map(({ text }) => text[0])).toContain('Programming Enable');
  });
});

describe('the annotated VCD', () => {
  it('has the same edges as the plain trace', () => {
    expect(wiresOf(annotated())).toEqual(wiresOf(plain));
    expect(minimaOf(annotated())).toEqual(minimaOf(plain));
  });

  it('has decoded rows and the line at work, without blanks in their values', () => {
    const lines = annotated().split('\n');
    const strings = lines.filter(line => /^s\S* \S$/.test(line));
    expect(strings.some(line => line.startsWith('sProgramming_Enable '))).toBe(true);
    expect(strings.some(line => line.startsWith('sChip_erase '))).toBe(true);
    expect(strings.some(line => /^sisp\.ts:\d+ /.test(line))).toBe(true);
    expect(lines.filter(line => line.startsWith('s')).length).toBe(strings.length);
  });

  it('doubles a backslash, which viewers take for the begin of an escape', () => {
    const board = boardWith(firmware);
    const short = new Recording(board);
    board.run(replay(parseSession('5c 1')));
    short.finish();
    let text = '';
    writeAnnotatedVcd(short, { write: piece => (text += piece), end: board.programmer.cycle });
    expect(text).toContain("s'\\\\'_5C ");
  });

  it('tells times in rising order', () => {
    const times = [...annotated().matchAll(/^#(\d+)$/gm)].map(([, time]) => Number(time));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.at(-1)).toBe(end * 250);
  });
});

describe('the sigrok session', () => {
  it('is the same each time and small', () => {
    const [one, two] = [sigrokSession(recording, end), sigrokSession(recording, end)];
    expect(Buffer.compare(one, two)).toBe(0);
    expect(one.length).toBeLessThan(end / 50);
  });

  it('is an archive that Python reads, with one byte for each clock', () => {
    const script =
      'import sys,io,zipfile;z=zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()));assert z.testzip() is None;' +
      'print(*[i.filename+"="+str(i.file_size) for i in z.infolist()])';
    const input = sigrokSession(recording, end);
    const names = execFileSync('python3', ['-c', script], { input, encoding: 'utf8' }).trim().split(' ');
    const samples = names.filter(name => name.startsWith('logic')).map(name => Number(name.split('=')[1]));
    expect(names.slice(0, 2).map(name => name.split('=')[0])).toEqual(['version', 'metadata']);
    expect(samples.reduce((sum, size) => sum + size, 0)).toBe(end);
  });

  it('begins with the levels of the wires', () => {
    const file = Buffer.from(sigrokSession(recording, end));
    const at = file.indexOf('logic-1-1');
    const packed = file.subarray(at + 9, at + 9 + file.readUInt32LE(at - 12));
    const [first] = inflateRawSync(packed);
    const wires = recording.slice(-1, 0).nets;
    expect([...wires.entries()].map(([i]) => (first >> i) & 1)).toEqual(
      wires.map(({ initial }) => (initial === 1 ? 1 : 0)),
    );
  });
});
