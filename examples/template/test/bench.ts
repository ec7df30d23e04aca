import { bench } from 'isp-workbench/vitest';

/** The firmware of this folder, compiled once for each file of tests. */
export const programmer = await bench({ entry: 'firmware/main.ts' });

/** T, P, then the commands, then L. */
export const inProgrammingMode = (commands: string) => `5413 1\n50 1\n${commands}\n4c 1`;
