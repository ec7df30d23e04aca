/** build, run, replay and devices, in this process: status, JSON keys, files. */
import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultImage } from '../../cli/default-image.ts';
import { assemble } from '../../vm-host/index.ts';
import { say } from './fake-terminal.ts';
import { hexText } from './hex.ts';
import { isp, jsonOf, Workspace } from './process.ts';

const workspace = new Workspace();
afterAll(() => workspace.remove());

const firmware = workspace.file('firmware.hex');
const small = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const smallHex = workspace.file('small.hex', hexText([...small]));

/** Keys that scripts rely on. */
const COMMON_KEYS = [
  'words',
  'stackLevels',
  'cycles',
  'simulatedSeconds',
  'hostSeconds',
  'sckHighMin',
  'sckLowMin',
  'violations',
  'uartFrameErrors',
  'ok',
];

beforeAll(async () => {
  expect((await say(['build', '-o', firmware])).status).toBe(0);
});

describe('isp build', () => {
  it('writes Intel HEX, listing and map', () => {
    expect(readFileSync(firmware, 'utf8')).toMatch(/^:10000000/);
    expect(readFileSync(workspace.file('firmware.lst'), 'utf8')).toMatch(/serial\.ts:\d+/);
    const map = JSON.parse(readFileSync(workspace.file('firmware.map.json'), 'utf8'));
    expect(map.lines.length).toBe(map.words);
  });

  it('counts words and stack levels against those of the chip', async () => {
    const { status, out } = await say(['build', '-o', firmware, '--json']);
    expect(status).toBe(0);
    const { words, stackLevels, ...rest } = JSON.parse(out);
    expect(rest).toMatchObject({ ok: true, wordsAvailable: 512, stackLevelsAvailable: 3 });
    expect(words).toBeLessThanOrEqual(512);
    expect(stackLevels).toBeLessThanOrEqual(3);
  });

  it.each([
    ['4M', 5, 3],
    ['32768', 489, 245],
  ])('makes SCK as fast as a target at %s Hz allows', async (xtal, high, low) => {
    const hex = workspace.file(`${xtal}.hex`);
    expect((await say(['build', '--target-xtal', xtal, '-o', hex])).status).toBe(0);
    const { out } = await say(['run', smallHex, '--firmware', hex, '--target-xtal', xtal, '--json']);
    const { sckHighMin, sckLowMin, violations } = jsonOf(out) as Record<string, number>;
    // two cycles more where no instruction sequence is as short as that
    expect(sckHighMin - high).toBeOneOf([0, 1, 2]);
    expect(sckLowMin - low).toBeOneOf([0, 1, 2]);
    expect(violations).toBe(0);
  });

  it('fails with file and line when the chip cannot do what the program wants', async () => {
    const entry = workspace.file(
      'floats.ts',
      'export function main(): void {\n  while (sqrt(2.5 * f64(in_(0x10))) > 1) {}\n}\n@external("mcu", "in") declare function in_(a: u8): u8;\n',
    );
    const { status, out, err } = await say(['build', entry, '-o', workspace.file('floats.hex')]);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toMatch(/floats\.ts:2:\d+ C202 /);
    expect(existsSync(workspace.file('floats.hex'))).toBe(false);
  });

  it('fails with the words of AssemblyScript when the source is wrong', async () => {
    const entry = workspace.file('wrong.ts', 'export function main(): void { nowhere(); }\n');
    const { status, err } = await say(['build', entry, '-o', workspace.file('wrong.hex')]);
    expect(status).toBe(1);
    expect(err).toContain("Cannot find name 'nowhere'");
    expect(err).not.toMatch(/\n\s+at /);
  });

  it('fails when clock and bit rate do not fit', async () => {
    const { status, err } = await say([
      'build',
      '--baud',
      '115200',
      '--xtal',
      '1M',
      '-o',
      workspace.file('x.hex'),
    ]);
    expect(status).toBe(1);
    expect(err).toContain('BAUD');
  });
});

describe('isp run', () => {
  it('builds, erases, programs and verifies without any argument', () => {
    const { status, stdout, stderr } = isp(['run']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^verified {4}the built-in image: 1024 bytes/);
    for (const word of ['words', 'stack levels', 'simulated s', 'SCK high', 'SCK low', 'violations  none'])
      expect(stdout).toContain(word);
  });

  it('prints one JSON object with the common keys', async () => {
    const { status, out } = await say(['run', smallHex, '--firmware', firmware, '--json']);
    expect(status).toBe(0);
    const json = JSON.parse(out);
    expect(Object.keys(json)).toEqual(expect.arrayContaining(COMMON_KEYS));
    expect(json).toMatchObject({ ok: true, bytesWritten: 8, violations: 0, uartFrameErrors: 0 });
    expect(json.sckHighMin).toBeGreaterThan(json.sckHighLimit);
    expect(json.sckLowMin).toBeGreaterThan(json.sckLowLimit);
  });

  it('leaves the image in the target', async () => {
    const memory = workspace.file('memory.bin');
    await say(['run', smallHex, '--firmware', firmware, '--memory', memory]);
    const expected = new Uint8Array(1024 + 64).fill(0xff);
    expected.set(small);
    expect(workspace.read('memory.bin')).toEqual(expected);
  });

  it('takes raw bytes as well as Intel HEX', async () => {
    const raw = workspace.file('small.bin', small);
    const { status } = await say(['run', raw, '--firmware', firmware]);
    expect(status).toBe(0);
  });

  it('shows its steps on a terminal', async () => {
    const { steps } = await say(['run', smallHex, '--firmware', firmware]);
    expect(steps).toEqual(['sign on', 'erase', 'write flash', 'verify flash', 'leave']);
  });

  it('takes the same number of cycles every time', async () => {
    const argv = ['run', smallHex, '--firmware', firmware, '--json'];
    const cycles = [JSON.parse((await say(argv)).out).cycles, JSON.parse((await say(argv)).out).cycles];
    expect(cycles[0]).toBe(cycles[1]);
  });

  it('works with a target at 1 MHz, and knows its limits', async () => {
    const { status, out } = await say([
      'run',
      smallHex,
      '--firmware',
      firmware,
      '--target-xtal',
      '1M',
      '--json',
    ]);
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ sckHighLimit: 16, sckLowLimit: 4, violations: 0 });
  });

  it.for([
    ['--target', 'none', 'no target answers'],
    ['--fault', 'no-clock', 'no target answers'],
    ['--fault', 'reset-held-high', 'no target answers'],
    ['--fault', 'reset-held-low', 'verify flash'],
    ['--fault', 'miso-stuck-low', 'MISO is stuck low'],
    ['--fault', 'miso-stuck-high', 'no target answers'],
    ['--fault', 'wrong-part', 'another part is in the socket'],
  ])('fails with %s %s', async ([option, value, words]) => {
    const { status, out } = await say(['run', smallHex, '--firmware', firmware, option, value, '--json']);
    expect(status).toBe(1);
    const json = JSON.parse(out);
    expect(json.ok).toBe(false);
    expect(json.problem).toContain(words);
  });

  it('fails, and does not hang, when the firmware says nothing', async () => {
    const mute = workspace.hex('mute.hex', assemble('forever: rjmp forever').words);
    const { status, out } = await say(['run', smallHex, '--firmware', mute, '--json']);
    expect(status).toBe(1);
    expect(JSON.parse(out).problem).toContain("no answer to 'S'");
  });

  it('names program counter, word and clock when the firmware does what the chip cannot', async () => {
    const overflow = workspace.hex('overflow.hex', assemble('again: rcall again').words);
    const { status, out, err } = await say(['run', smallHex, '--firmware', overflow]);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toMatch(/0x000 \(word 0xdfff, clock 9\)/);
  });
});

describe('the built-in image', () => {
  it('is the same 1024 bytes everywhere, with every bit position used', () => {
    const image = defaultImage();
    expect(image.length).toBe(1024);
    expect([...image.subarray(0, 4)]).toMatchInlineSnapshot(`
      [
        74,
        144,
        234,
        180,
      ]
    `);
    expect(image.reduce((or, byte) => or | byte)).toBe(0xff);
    expect(image.reduce((and, byte) => and & byte)).toBe(0);
  });
});

describe('isp replay', () => {
  const signOn = workspace.file('sign-on.session', '# sign-on\n53 7\n56 2\n\n5413 1\n50 1\n73 3\n4c 1\n');

  it('sends the lines and writes what came back', async () => {
    const replies = workspace.file('replies.txt');
    const { status, out } = await say([
      'replay',
      signOn,
      '--firmware',
      firmware,
      '--replies',
      replies,
      '--json',
    ]);
    expect(status).toBe(0);
    const json = JSON.parse(out);
    expect(Object.keys(json)).toEqual(expect.arrayContaining(COMMON_KEYS));
    expect(json).toMatchObject({ ok: true, exchanges: 6, short: 0 });
    expect(readFileSync(replies, 'utf8')).toBe('41565220495350\n3130\n0d\n0d\n01901e\n0d\n');
  });

  it('replays what run recorded, in the same number of cycles', async () => {
    const recording = workspace.file('run.session');
    const argv = ['--firmware', firmware, '--json'];
    const first = await say(['run', smallHex, '--record', recording, ...argv]);
    const again = await say(['replay', recording, ...argv]);
    expect(again.status).toBe(0);
    expect(JSON.parse(again.out).cycles).toBe(JSON.parse(first.out).cycles);
  });

  it('reports a short answer and fails', async () => {
    const short = workspace.file('short.session', '53 7\n56 3\n76 2\n');
    const replies = workspace.file('short.txt');
    const { status, out } = await say(['replay', short, '--firmware', firmware, '--replies', replies]);
    expect(status).toBe(1);
    expect(out).toContain('1 of 3 answers');
    expect(out).toContain('exchange 2, 56: 2 of 3 bytes within 3 simulated seconds');
    expect(readFileSync(replies, 'utf8')).toBe('41565220495350\n3130\n3130\n');
  });

  it('writes a trace that opens with its nets', async () => {
    const trace = workspace.file('trace.vcd');
    await say(['replay', signOn, '--firmware', firmware, '--trace', trace]);
    const text = readFileSync(trace, 'utf8');
    for (const net of ['RESET', 'SCK', 'MOSI', 'MISO', 'TXD', 'RXD']) expect(text).toContain(` ${net} $end`);
  });
});

describe('isp devices', () => {
  it('lists the targets as a table', async () => {
    const { status, out } = await say(['devices']);
    expect(status).toBe(0);
    expect(out).toMatch(/at90s1200 .*AT90S1200 .*1024 bytes .*64 bytes .*1E 90 01 .*0x13/);
    expect(out).toMatch(/atmega8 .*ATmega8 .*8192 bytes .*64 .*-p m8 -x devcode=0x65/);
  });

  it('lists them as JSON', () => {
    const { status, stdout } = isp(['devices', '--json']);
    expect(status).toBe(0);
    expect(jsonOf(stdout)).toMatchObject({
      ok: true,
      devices: [
        { name: 'at90s1200', signature: '1E 90 01' },
        { name: 'at90s2313', signature: '1E 91 01' },
        { name: 'atmega8', signature: '1E 93 07', pageBytes: 64 },
      ],
    });
  });
});
