import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Measurement } from '../../simulator/index.ts';
import { buildFirmware, isp, jsonOf, Workspace } from '../cli/process.ts';
import { minimaOf } from './vcd-minima.ts';

let workspace: Workspace;
let firmware: string;

const SESSION = `5413 1\n50 1\n73 3\n65 1\n410000 1\n6312 1\n4334 1\n410000 1\n52 2\n4c 1\n`;

beforeAll(() => {
  workspace = new Workspace();
  firmware = buildFirmware(workspace);
  workspace.file('job.session', SESSION);
});

afterAll(() => workspace.remove());

const timing = (...args: string[]) => isp(['timing', ...args]);
const session = () => workspace.file('job.session');

describe('isp timing', () => {
  it('prints verdict and table of a session, and ends with 0 when all is met', () => {
    const { status, stdout, stderr } = timing(session(), '--firmware', firmware);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^met +.*job\.session: all 23 constraints met; tightest: /);
    expect(stdout).toMatch(
      /tSHSL: SCK high +> 4 target clocks +\d+ +\+\d+ \(\d+ %\) +\d+ +firmware\/isp\.ts:\d+ at /,
    );
  });

  it('ends with 1 when one is broken, and names constraint and line', () => {
    const { status, stdout } = timing(session(), '--firmware', firmware, '--target-xtal', '800000');
    expect(status).toBe(1);
    expect(stdout).toMatch(/^failed +.*constraints broken: tSHSL/);
    expect(stdout).toMatch(
      /tSHSL \(SCK high\): 3\.\d+, required > 4 target clocks; first firmware\/isp\.ts:\d+ /,
    );
  });

  it('gives every constraint as JSON', () => {
    const { stdout } = timing(session(), '--firmware', firmware, '--json');
    const { ok, met, constraints, sckHighMin } = jsonOf(stdout);
    expect({ ok, met }).toEqual({ ok: true, met: true });
    const high = (constraints as Measurement[]).find(({ id }) => id === 'tSHSL')!;
    expect(high.worst).toBe(sckHighMin);
    const row = (constraints as Measurement[]).find(({ id }) => id === 'tWD_PROG')!;
    expect(row).toMatchObject({ min: 4, unit: 'ms', count: 2, violations: 0, met: true });
    expect(row.at!.to.line).toMatch(/^firmware\/isp\.ts:\d+$/);
  });

  it('fails when the session fails, whatever its timing', () => {
    const short = workspace.file('short.session', '1b 1\n');
    const { status, stdout } = timing(short, '--firmware', firmware);
    expect(status).toBe(1);
    expect(stdout).toContain('the job failed: 1 of 1 answers came short');
  });

  it('reports minima that an independent reader finds in the VCD', () => {
    const vcd = workspace.file('job.vcd');
    const { stdout } = timing(session(), '--firmware', firmware, '--trace', vcd, '--json');
    const least = minimaOf(Buffer.from(workspace.read('job.vcd')).toString());
    const rows = jsonOf(stdout).constraints as Measurement[];
    // nanoseconds; programmer and target both run at 4 MHz
    const worst = (id: string, unit = 250) => Math.round(rows.find(row => row.id === id)!.worst! * unit);
    expect(least).toEqual({
      high: worst('tSHSL'),
      low: worst('tSLSH'),
      setUp: worst('tOVSH'),
      hold: worst('tSHOX'),
      resetToSck: worst('RESET to SCK', 1e6),
      resetHigh: worst('RESET high'),
    });
  });

  it.each([
    ['a session that is not there', ['nowhere.session']],
    ['a baud error beyond all use', ['--baud-error', '50']],
  ])('refuses %s', (_, args) => {
    expect(timing(...args).status).toBe(2);
  });
});

describe('isp trace', () => {
  const trace = (...args: string[]) => isp(['trace', session(), '--firmware', firmware, ...args]);

  it('prints what the decoders say, one line each', () => {
    const { status, stdout } = trace('--decode');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^ +\d+\.\d{6} s \+\S+ \S+ +avr910 command +Chip erase$/m);
    expect(stdout).toMatch(/^ +\d+\.\d{6} s \+\S+ \S+ +isp instruction +Read signature 0: 0x1E$/m);
  });

  it('prints only the rows that are wanted', () => {
    const lines = trace('--decode', '--rows', 'isp').stdout.trimEnd().split('\n');
    const rows = new Set(lines.map(line => /\S+ s \+\S+ \S+ +(\w+ \w+)/.exec(line)?.[1]));
    expect([...rows]).toEqual(['isp instruction']);
  });

  it('writes VCD and sigrok sessions, and says how much', () => {
    for (const name of ['out.vcd', 'out.sr']) {
      const { status, stdout } = trace('-o', workspace.file(name));
      expect(status).toBe(0);
      expect(stdout).toMatch(/wrote .*: \d+ edges, /);
      expect(workspace.read(name).length).toBeGreaterThan(500);
    }
  });

  it('refuses a name that does not tell what to write', () => {
    expect(trace('-o', workspace.file('out.wav'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('name it .vcd or .sr'),
    });
  });
});
