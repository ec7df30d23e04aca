import { appendFileSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseGrid, parseShard, pointsOf } from '../../cli/sweep-grid.ts';
import { type SweepSetting, sweepPoint } from '../../cli/sweep-point.ts';
import { TimingChecker } from '../../simulator/index.ts';
import { buildFirmware, isp, jsonOf, Workspace } from '../cli/process.ts';
import { type Built, boardWith, built, shortJob } from './build.ts';

const ordinary = { targetXtal: 4_000_000, baudError: 0, vcc: 5 };

describe('the grid', () => {
  it('takes single values, ranges and steps', () => {
    expect(parseGrid('target-xtal=1M..4M/3,vcc=5,baud-error=-2%..2%/5')).toEqual([
      { name: 'target-xtal', values: [1_000_000, 2_000_000, 4_000_000] },
      { name: 'vcc', values: [5] },
      { name: 'baud-error', values: [-0.02, -0.01, 0, 0.01, 0.02] },
    ]);
  });

  it('runs the last axis fastest', () => {
    const points = pointsOf(parseGrid('vcc=4..5/2,target-xtal=1M..2M/2'), ordinary);
    expect(points.map(({ vcc, targetXtal }) => [vcc, targetXtal])).toEqual([
      [4, 1_000_000],
      [4, 2_000_000],
      [5, 1_000_000],
      [5, 2_000_000],
    ]);
  });

  it.each([
    ['temperature=20..30', "cannot read 'temperature=20..30'"],
    ['vcc=6..5', 'wants the smaller value first'],
    ['vcc=5,vcc=4', 'names vcc twice'],
    ['vcc=3..5/1', 'takes 2 to 1000 steps'],
    ['vcc=1..5', 'from 2.7 to 6'],
  ])('refuses %s', (text, message) => {
    expect(() => parseGrid(text)).toThrow(message);
  });

  it.each(['0/3', '4/3', '1', 'a/b'])('refuses the shard %s', text => {
    expect(() => parseShard(text)).toThrow('i/n');
  });
});

describe('the borders', () => {
  let firmware: Built;
  let setting: SweepSetting;

  beforeAll(async () => {
    firmware = await built();
    setting = { words: firmware.image.words, target: 'at90s1200', xtal: 4_000_000, baud: 19_200 };
  });

  const classAt = (conditions: Partial<typeof ordinary>) =>
    sweepPoint(setting, { ...ordinary, ...conditions }).class;

  function nominal() {
    const board = boardWith(firmware);
    const checker = new TimingChecker(board);
    board.run(shortJob());
    return checker.finish();
  }

  it('lie, for the target\u2019s XTAL, where SCK high equals four target clocks', () => {
    const [[high]] = nominal().figures.sckHigh;
    const border = (4 * 4_000_000) / high;
    expect(classAt({ targetXtal: Math.ceil(border * 1.002) })).toBe('works');
    expect(classAt({ targetXtal: Math.floor(border) })).not.toBe('works');
    expect(classAt({ targetXtal: Math.floor(border * 0.99) })).toBe('fails');
  });

  it('lie, for the PC\u2019s rate, where the sampling points of either side leave their bits', () => {
    const receiver = nominal().constraints.find(({ id }) => id === 'RXD tolerance')!.worst! / 100;
    // a slow PC looks at the stop bit when the next start bit has begun, a fast one while bit 7 lasts
    const slow = -Math.min(receiver, 1 - 9.5 / 10);
    const fast = Math.min(receiver, 9.5 / 9 - 1);
    expect(classAt({ baudError: fast - 0.005 })).not.toBe('fails');
    expect(classAt({ baudError: fast + 0.005 })).toBe('fails');
    expect(classAt({ baudError: slow + 0.005 })).not.toBe('fails');
    expect(classAt({ baudError: slow - 0.005 })).toBe('fails');
  });

  it('lie, for the supply, where the memories take longer than the firmware waits', () => {
    expect(classAt({ vcc: 4 })).toBe('works');
    expect(classAt({ vcc: 2.7 })).toBe('fails');
  });

  it('have luck between them: a constraint is broken and no bit is lost', () => {
    const { class: kind, broken } = sweepPoint(setting, { ...ordinary, baudError: 0.04 });
    expect(kind).toBe('luck');
    expect(broken).toContain('TXD stop');
  });
});

describe('isp timing --sweep', () => {
  let workspace: Workspace;
  let firmware: string;
  const GRID = 'target-xtal=0.8M..2M/3,baud-error=-2%..2%/3';

  beforeAll(() => {
    workspace = new Workspace();
    firmware = buildFirmware(workspace);
  });

  afterAll(() => workspace.remove());

  const sweep = (...args: string[]) => isp(['timing', '--sweep', GRID, '--firmware', firmware, ...args]);
  const content = (name: string) => readFileSync(workspace.file(name), 'utf8');

  it('shows a table, counts and what theory says', () => {
    const { status, stdout } = sweep();
    expect(status).toBe(0);
    expect(stdout).toMatch(/^9 points: \d works, \d by luck, 3 fails$/m);
    expect(stdout).toMatch(/^theory: SCK high of \d+ cycles is 4 target clocks at [\d.]+ kHz$/m);
    expect(stdout).toMatch(/^ {4}800 kHz +\u00b7 +\u00b7 +\u00b7$/m);
  });

  it('gives the same on one thread, on two, and in shards that are merged', () => {
    const results = (name: string) => workspace.file(name);
    sweep('--workers', '1', '--results', results('one.jsonl'));
    sweep('--workers', '2', '--results', results('two.jsonl'));
    for (const i of [1, 2, 3]) sweep('--shard', `${i}/3`, '--results', results(`shard${i}.jsonl`));
    const shards = [1, 2, 3].map(i => results(`shard${i}.jsonl`)).join(',');
    sweep('--merge', shards, '--shard', '1/1', '--results', results('merged.jsonl'));
    expect(content('one.jsonl').split('\n')).toHaveLength(1 + 9 + 1);
    expect(content('shard2.jsonl').split('\n')).toHaveLength(1 + 3 + 1);
    expect(content('two.jsonl')).toBe(content('one.jsonl'));
    expect(content('merged.jsonl')).toBe(content('one.jsonl'));
  });

  it('goes on where it was interrupted, even within a line', () => {
    const whole = content('one.jsonl').split('\n');
    // a point that was computed differently shows that it is not computed again
    const kept = [whole[0], whole[1].replace('"class":"fails"', '"class":"luck"')];
    const path = workspace.file('cut.jsonl', `${kept.join('\n')}\n`);
    appendFileSync(path, whole[2].slice(0, 20));
    const { stdout } = sweep('--results', path, '--json');
    expect(jsonOf(stdout)).toMatchObject({ points: 9, missing: 0 });
    expect(content('cut.jsonl').split('\n').slice(0, 2)).toEqual(kept);
    expect(content('cut.jsonl').split('\n').slice(2)).toEqual(whole.slice(2));
  });

  it('refuses results of another sweep', () => {
    const { status, stderr } = isp([
      ...['timing', '--sweep', 'vcc=4..5/2', '--firmware', firmware],
      ...['--merge', workspace.file('one.jsonl')],
    ]);
    expect(status).toBe(2);
    expect(stderr).toContain('holds another sweep');
  });

  it('writes a map for a browser', () => {
    sweep('--merge', workspace.file('one.jsonl'), '--html', workspace.file('map.html'));
    const html = content('map.html');
    expect(html.match(/<rect class="(works|luck|fails)"/g)).toHaveLength(9);
    expect(html).not.toMatch(/<(link|img|script)/);
  });
});
