/** `isp build` on what cannot be built: exit status 1, one line on standard error, no file. */

import { existsSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { say } from '../cli/fake-terminal.ts';
import { Workspace } from '../cli/process.ts';

const workspace = new Workspace();
afterAll(() => workspace.remove());

const CHIP = `@external('mcu', 'in') declare function in_(address: u8): u8;
@external('mcu', 'out') declare function out(address: u8, value: u8): void;
`;

/** What is wrong, the source behind the two imports, and the one line. */
const CASES: readonly [name: string, source: string, line: RegExp][] = [
  [
    'memory',
    "export function main(): void {\nout(0x18, <u8>'isp'.charCodeAt(in_(0x10)));\n}",
    /memory\.ts:4:\d+ C201 /,
  ],
  [
    'recursion',
    'export function main(): void {\nout(0x18, 1);\nif (in_(0x10)) main();\n}',
    /recursion\.ts:5:\d+ C205 /,
  ],
  [
    'register',
    'export function main(): void {\nout(0x2f, in_(0x10));\n}',
    /register\.ts:4:\d+ C304 address 0x2f /,
  ],
  ['no-main', 'export function start(): void {}', /: C103 no exported function main\. /],
  ['syntax', 'export function main(): void {\nout(0x18, ;\n}', /syntax\.ts:4:\d+ TS1109 Expression expected/],
];

describe('isp build', () => {
  it.for(CASES)('says in one line what is wrong: %s', async ([name, source, line]) => {
    const entry = workspace.file(`${name}.ts`, CHIP + source);
    const hex = workspace.file(`${name}.hex`);
    const { status, out, err } = await say(['build', entry, '-o', hex]);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toMatch(/^[^\n]+\n?$/);
    expect(err).toMatch(line);
    expect(existsSync(hex)).toBe(false);
  });
});
