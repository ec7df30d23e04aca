/** Wrong usage and unreadable input: exit status 2, one message that says what to do, nothing on standard output. */
import { mkdirSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { say } from './fake-terminal.ts';
import { hexFile, record } from './hex.ts';
import { Workspace } from './process.ts';

const workspace = new Workspace();
afterAll(() => workspace.remove());

const folder = workspace.file('folder');
mkdirSync(folder);
const session = workspace.file('good.session', '53 7\n');
const tooLong = workspace.file('1026.bin', new Uint8Array(1026));
const badLine = workspace.file('bad.session', '53 7\n\n5g 1\n');

/** A command line, and the words that must be in the message. */
const mistakes: readonly [argv: string[], ...words: string[]][] = [
  [['frobnicate'], "unknown command 'frobnicate'", 'isp --help'],
  [['serv'], "unknown command 'serv'", 'serve'],
  [['devices', '--wat'], "unknown option '--wat'", 'isp devices --help'],
  [['devices', 'all'], 'too many arguments'],
  [['run', 'a.hex', 'b.hex'], 'too many arguments'],
  [['run', '--xtal'], 'argument missing'],
  [['run', '--xtal', '0'], '--xtal', '32000 to 12000000'],
  [['run', '--xtal', '99M'], '--xtal', '32000 to 12000000'],
  [['run', '--xtal', 'fast'], '--xtal'],
  [['run', '--target-xtal', '-1'], '--target-xtal'],
  [['run', '--baud', 'abc'], '--baud', '300 to 250000'],
  [['run', '--baud', '1e4'], '--baud'],
  [['run', '--vcc', '12'], '--vcc', '2.7 to 6'],
  [['run', '--target', 'at89c2051'], '--target', 'one of: at90s1200, at90s2313, atmega8, none'],
  [['run', '--target', 'at90s2313', '--target-xtal', '12M'], 'the AT90S2313 runs at up to 10000000 Hz'],
  [['run', '--target-xtal', '16M'], 'the AT90S1200 runs at up to 12000000 Hz'],
  [['run', '--fault', 'fire'], '--fault', 'reset-held-low'],
  [['build', '--mcu', 'pic16f84'], '--mcu', 'at90s1200', 'atmega328p'],
  [['build', '--mcu', 'atmega8', '--xtal', '20M'], 'the ATmega8 runs at up to 16000000 Hz'],
  [['build', '--define', 'CALIBRATION'], '--define', 'CALIBRATION=0x5B'],
  [['build', 'missing.ts'], 'cannot read missing.ts: there is no such file'],
  [['serve', '--port', '99999'], '--port', '0 to 65535'],
  [['serve', '--port', '-1'], '--port'],
  [['serve', '--port', '79.1'], '--port'],
  [['serve', '--port', ''], '--port'],
  [['serve', '--target', 'none', '--memory', 'x.bin'], '--memory needs a target'],
  [['replay'], "missing required argument 'session'"],
  [['replay', 'missing.session'], 'missing.session', 'no such file'],
  [['replay', badLine], `${badLine}:3:`, "'g' is not a hexadecimal digit"],
  [['replay', session, '--engine', 'turbo'], 'one of: fast, reference'],
  [['run', 'missing.hex'], 'cannot read missing.hex: there is no such file'],
  [['run', folder], 'that is a folder'],
  [['run', tooLong], '1026 bytes', '2 too many'],
  [['run', '--firmware', 'missing.hex'], 'cannot read missing.hex'],
  [['run', '--memory', `${session}/x`], 'cannot write', 'not a folder'],
  [['run', '--trace', folder], 'cannot write', 'that is a folder'],
];

describe('wrong usage', () => {
  it.for(mistakes)('isp %s', async ([argv, ...words]) => {
    const { status, out, err } = await say(argv);
    for (const word of words) expect(err).toContain(word);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).not.toMatch(/\n\s+at /);
  });

  it('ends with status 2 and the help when no command is given', async () => {
    const { status, out, err } = await say([]);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain('Commands:');
  });

  it('puts the message into one JSON object when --json is given', async () => {
    const { status, out } = await say(['run', 'missing.hex', '--json']);
    expect(status).toBe(2);
    expect(JSON.parse(out)).toEqual({
      ok: false,
      error: 'cannot read missing.hex: there is no such file',
    });
  });
});

const good = record(0, [1, 2, 3, 4]);

/** Contents of a HEX file, and what is said about it. */
const badHex: readonly [content: string, ...words: string[]][] = [
  ['', 'line 1', 'end record'],
  ['hello\n', 'line 1', "begins with ':'"],
  [`${good}\n:0000\n`, 'line 2', 'too short'],
  [`${good}\n:0400000001020304F\n`, 'line 2', 'pairs'],
  [`${good}\n:04000000010203\n`, 'line 2', '4 data bytes'],
  [`${good}\n${good.slice(0, -2)}00\n`, 'line 2', 'checksum'],
  [`${good}\n\n${record(0x400, [1])}\n`, 'line 3', 'beyond the 1024 bytes'],
  [`${good}\n`, 'end record'],
  [hexFile([]), 'holds no bytes'],
];

describe('a malformed HEX file', () => {
  it.for(badHex)('%j', async ([content, ...words]) => {
    const path = workspace.file('bad.hex', content);
    const { status, out, err } = await say(['run', path]);
    for (const word of [path, ...words]) expect(err).toContain(word);
    expect(err.split('\n').length).toBe(1);
    expect({ status, out }).toEqual({ status: 2, out: '' });
  });
});
