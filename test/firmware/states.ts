/** The states of a programmer, and what each command is answered in each of them: AVR910, table of commands. */

import { type Program, type Setup, TestBench } from './bench.ts';

export const CR = '0d';
export const UNKNOWN = '3f';
export const SELECT = '5413';
export const ENTER = '50';
export const LEAVE = '4c';

/** What the target on the bench keeps: a signature, one word of flash, one byte of EEPROM. */
export function contents([operation, , address]: readonly number[]): number | undefined {
  if (operation === 0x30) return [0x1e, 0x90, 0x01][address];
  return { 32: 0x34, 40: 0x12, 160: 0x56 }[operation];
}

/** Makes a programmer in some state, reached by commands that are answered with one byte each. */
export type Prepare = (commands: readonly string[], setup?: Partial<Setup>) => TestBench;

/** The same for one program. */
export function prepare(
  program: Program,
  commands: readonly string[],
  setup: Partial<Setup> = {},
): TestBench {
  const bench = new TestBench({ program, answer: contents, ...setup });
  for (const command of commands) bench.say(command, 1);
  bench.takeTold();
  return bench;
}

/** A part in lock mode 3 says nothing of its own: what comes back is the byte before. */
const locked = () => undefined;

/** The states of a programmer; in all but the last three there is no way to the target. */
export const states: Readonly<Record<string, (programmer: Prepare) => TestBench>> = {
  'before T': programmer => programmer(['70']),
  'after T with an unknown code': programmer => programmer(['5477']),
  'before P': programmer => programmer([SELECT]),
  'after L': programmer => programmer([SELECT, ENTER, LEAVE]),
  'after another T': programmer => programmer([SELECT, ENTER, SELECT]),
  programming: programmer => programmer([SELECT, ENTER]),
  'target missing': programmer => programmer([SELECT, ENTER], { target: false }),
  'target locked': programmer => programmer([SELECT, ENTER], { answer: locked }),
};

export interface Row {
  /** The command with its data. */
  send: string;
  /** Its answer while programming. */
  programming: string;
  /** With nothing in the socket, where that makes a difference. */
  missing?: string;
  /** From a locked part, at address 0. */
  locked?: string;
  /** In the other states, where that makes a difference. */
  otherwise?: string;
}

// biome-ignore format: a table reads by columns
export const commands: Record<string, Row> = {
  'a, auto-increment':      { send: '61',         programming: '59' },
  'A, address':             { send: '410123',     programming: CR },
  'c, low byte':            { send: '63a5',       programming: CR,         otherwise: UNKNOWN },
  'C, high byte':           { send: '43a5',       programming: CR,         otherwise: UNKNOWN },
  'm, page':                { send: '6d',         programming: UNKNOWN },
  'R, read flash':          { send: '52',         programming: '1234',     missing: 'ffff', locked: '0000', otherwise: UNKNOWN },
  'D, write EEPROM':        { send: '44a5',       programming: CR,         otherwise: UNKNOWN },
  'd, read EEPROM':         { send: '64',         programming: '56',       missing: 'ff', locked: '00', otherwise: UNKNOWN },
  'e, erase':               { send: '65',         programming: CR,         missing: UNKNOWN, otherwise: UNKNOWN },
  'l, lock':                { send: '6cfd',       programming: CR,         otherwise: UNKNOWN },
  'f, fuses':               { send: '66df',       programming: UNKNOWN },
  'F, read fuses':          { send: '46',         programming: UNKNOWN },
  'L, leave':               { send: '4c',         programming: CR },
  'T, device':              { send: '5413',       programming: CR },
  'T, unknown device':      { send: '5477',       programming: CR },
  'T, no device':           { send: '5400',       programming: CR },
  's, signature':           { send: '73',         programming: '01901e',   missing: 'ffffff', locked: '020100', otherwise: UNKNOWN },
  't, devices':             { send: '74',         programming: '555613202838484c34306c68656064414200' },
  'S, identifier':          { send: '53',         programming: '41565220495350' },
  'V, software version':    { send: '56',         programming: '3130' },
  'v, hardware version':    { send: '76',         programming: '3130' },
  'p, type':                { send: '70',         programming: '53' },
  'x, LED on':              { send: '7801',       programming: CR },
  'y, LED off':             { send: '7901',       programming: CR },
  ':, universal':           { send: '3a300001',   programming: '900d',     missing: 'ff0d', locked: '010d', otherwise: UNKNOWN },
  '., new universal':       { send: '2e30000200', programming: '010d',     missing: 'ff0d', locked: '020d', otherwise: UNKNOWN },
  'ESC':                    { send: '1b',         programming: '' },
  'b, block mode':          { send: '62',         programming: UNKNOWN },
  'B, block':               { send: '42',         programming: UNKNOWN },
  'g, read block':          { send: '67',         programming: UNKNOWN },
  'Z, test':                { send: '5a',         programming: UNKNOWN },
  'no letter':              { send: '00',         programming: UNKNOWN },
};

export function expected(row: Row, state: string): string {
  if (state === 'programming') return row.programming;
  if (state === 'target locked') return row.locked ?? row.programming;
  return (state === 'target missing' ? row.missing : row.otherwise) ?? row.programming;
}
