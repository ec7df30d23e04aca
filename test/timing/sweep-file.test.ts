/** Files of results: only what belongs to the sweep counts. */
import { appendFileSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseGrid } from '../../cli/sweep-grid.ts';
import { buildFirmware, type Ended, isp, jsonOf, Workspace } from '../cli/process.ts';

describe('the results of a sweep', () => {
  const workspace = new Workspace();
  let firmware: string;

  beforeAll(() => {
    firmware = buildFirmware(workspace);
  });
  afterAll(() => workspace.remove());

  const sweep = (results: string, ...options: string[]): Ended =>
    isp(['timing', '--sweep', 'vcc=4..5/2', '--firmware', firmware, '--results', results, ...options]);
  const content = (path: string) => readFileSync(path, 'utf8');

  it('may be in a file that is empty yet', () => {
    const path = workspace.file('empty.jsonl', '');
    expect(sweep(path).status).toBe(0);
    expect(content(path).trimEnd().split('\n')).toHaveLength(1 + 2);
  });

  it('leave out lines that are none of its points', () => {
    const path = workspace.file('strange.jsonl');
    sweep(path);
    const whole = content(path);
    const strange = [
      '{"index":77,"class":"works","broken":[]}',
      '{"index":0,"class":"perfect","broken":[]}',
      '7',
    ];
    appendFileSync(path, `${strange.join('\n')}\n`);
    expect(jsonOf(sweep(path, '--json').stdout)).toMatchObject({ points: 2, missing: 0 });
    expect(content(path)).toBe(whole);
  });

  it('are of another sweep when a condition that is not swept has changed', () => {
    const path = workspace.file('conditions.jsonl');
    sweep(path);
    const { status, stderr } = sweep(path, '--target-xtal', '1M');
    expect(status).toBe(2);
    expect(stderr).toContain('holds another sweep');
    expect(sweep(path, '--vcc', '3').status).toBe(0); // swept: the option says nothing
  });

  it.each(['--results', '--merge', '--shard', '--workers'])(
    'cannot be asked for without a grid: %s',
    option => {
      const value = { '--shard': '1/2', '--workers': '2' }[option] ?? workspace.file('no.jsonl');
      const { status, stderr } = isp(['timing', '--firmware', firmware, option, value]);
      expect(status).toBe(2);
      expect(stderr).toContain(`${option} belongs to --sweep`);
    },
  );
});

describe('a grid', () => {
  it('has a million points at most', () => {
    const grid = 'target-xtal=1M..4M/1000,baud-error=-2%..2%/1000';
    expect(parseGrid(grid)).toHaveLength(2);
    expect(() => parseGrid(`${grid},vcc=3..5/2`)).toThrow('1000000 points at most, not 2000000');
  });
});

describe('the theory of a sweep', () => {
  const border = (target: string) => {
    const { stdout } = isp(['timing', '--sweep', 'target-xtal=1M', '--target', target]);
    const [, level, cycles, clocks, khz] =
      /SCK (high|low) of (\d+) cycles is (\d) target clocks at ([\d.]+) kHz/.exec(stdout) ?? [];
    return { level, clocks, hz: 1000 * Number(khz), exact: (Number(clocks) * 4e6) / Number(cycles) };
  };

  it.each([
    ['at90s1200', 'high', '4'],
    // high and low have the same limit, and this firmware's low is the shorter
    ['atmega8', 'low', '2'],
  ])('names, for the %s, the level of SCK that is too short first', (target, level, clocks) => {
    const { exact, hz, ...rest } = border(target);
    expect(rest).toEqual({ level, clocks });
    expect(hz).toBeCloseTo(exact, -1);
  });
});

describe('isp trace', () => {
  it('refuses rows that there are not', () => {
    const { status, stderr } = isp(['trace', '--rows', 'isp,wat']);
    expect(status).toBe(2);
    expect(stderr).toContain('uart rxd, uart txd, avr910 command');
  });
});
