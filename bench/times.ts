/** How long it takes to build the firmware: again in one process, and from the command line. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildFirmware } from '../compiler/index.ts';

/** Seconds, and what they should stay below on the machine that the project was made on. */
export interface BuildTimes {
  /** The best of several builds in one process, asc and all, after a first one. */
  warm: { seconds: number; goal: number };
  /** The best of two runs of `isp build`; undefined when dist/ has not been built. */
  cold: { seconds: number; goal: number } | undefined;
}

const WARM_BUILDS = 4;
const COLD_BUILDS = 2;

export async function measureBuilds(root: string): Promise<BuildTimes> {
  const entry = `${root}/firmware/main.ts`;
  const build = async () => void (await buildFirmware({ entry }));
  await build();
  return {
    warm: { seconds: await best(WARM_BUILDS, build), goal: 1 },
    cold: existsSync(`${root}/dist/isp.js`)
      ? { seconds: await best(COLD_BUILDS, () => runCommand(root, entry)), goal: 3 }
      : undefined,
  };
}

async function best(times: number, run: () => Promise<void> | void): Promise<number> {
  const all: number[] = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    await run();
    all.push((performance.now() - start) / 1000);
  }
  return Math.min(...all);
}

function runCommand(root: string, entry: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'isp-'));
  const { status } = spawnSync(process.execPath, [
    `${root}/dist/isp.js`,
    'build',
    entry,
    '-o',
    `${folder}/a.hex`,
  ]);
  rmSync(folder, { recursive: true });
  if (status !== 0) throw new Error('isp build fails: npm run build first');
}

/** Times depend on the machine and what else it does: they are shown, and decide nothing. */
export function formatTimes({ warm, cold }: BuildTimes): string {
  const line = (name: string, { seconds, goal }: { seconds: number; goal: number }) =>
    `${name.padEnd(38)} ${seconds.toFixed(2)} s, goal below ${goal} s${seconds < goal ? '' : ' (missed; is the machine idle?)'}`;
  return [
    line('building the firmware again, asc and all', warm),
    cold
      ? line('isp build firmware/main.ts', cold)
      : 'isp build: not measured, dist/ is missing (npm run build)',
  ].join('\n');
}
