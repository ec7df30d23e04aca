/** The help of every command, as files beside this one; `vitest -u` rewrites them, the diff is reviewed. */
import { describe, expect, it } from 'vitest';
import { commands } from '../../cli/commands.ts';
import { say } from './fake-terminal.ts';
import { isp } from './process.ts';

/** Half a second is promised; processor time, because a busy machine is not our doing. */
const START_LIMIT_MS = 300;

/** Makes Node tell at its end how many microseconds of processor time it took. */
const TELL_TIME =
  "data:text/javascript,process.on('exit',()=>{const{user,system}=process.cpuUsage();console.error(user+system)})";

function startUpTime(): number {
  const { status, stderr } = isp(['--help'], { NODE_OPTIONS: `--import=${TELL_TIME}` });
  expect(status).toBe(0);
  return Number(stderr) / 1000;
}

describe('help', () => {
  it('lists the commands', async () => {
    const { status, out, err } = await say(['--help']);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    await expect(`${out}\n`).toMatchFileSnapshot('help/isp.txt');
  });

  it.for(commands)('of $name explains arguments and options, with examples', async ({ name, options }) => {
    const { status, out, err } = await say([name, '--help']);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    for (const { flags } of options) expect(out).toContain(flags);
    await expect(`${out}\n`).toMatchFileSnapshot(`help/${name}.txt`);
  });

  it('is there in well under half a second', () => {
    expect(Math.min(startUpTime(), startUpTime(), startUpTime())).toBeLessThan(START_LIMIT_MS);
  });

  it('tells the version of the package', async () => {
    const { status, out } = await say(['--version']);
    expect(status).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+/);
  });
});
