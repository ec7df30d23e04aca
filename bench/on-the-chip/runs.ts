/** The builds that are compared, their goals, and the session that each of them runs. */
import { readFileSync } from 'node:fs';
import {
  avr910Codes,
  Board,
  type Device,
  devices,
  type Exchange,
  parseSession,
  replay,
} from '../../simulator/index.ts';
import { Machine } from '../../vm-host/index.ts';

/** Erase, write and verify of 1 KB as avrdude 7.1 does it, recorded. */
const SESSION = 'bench/data/avrdude-flash.session';

type Defines = Readonly<Record<string, number>>;

export interface BuildRow {
  readonly name: string;
  readonly defines: Defines;
  /** A device of `devices`; default the AT90S1200. */
  readonly target?: string;
  /** Simulated seconds at most. */
  readonly goal?: number;
  /** Cycles of the published firmware in the same session. */
  readonly asPublished?: number;
}

/** The published firmware is not ours to ship; its figures were measured on a cycle-exact core of the AT90S1200. */
export const published = {
  source:
    'version 2.3 of application note AVR910, 501 words; cycles measured on another cycle-exact AT90S1200 core',
  at19200: 58_710_000,
  at38400: 44_320_000,
};

export const builds: readonly BuildRow[] = [
  { name: '19200 baud, 4 V', defines: { BAUD: 19_200 }, goal: 11, asPublished: published.at19200 },
  { name: '19200 baud, 5 V', defines: { BAUD: 19_200, VCC: 5 }, goal: 8.9 },
  { name: '19200 baud, AT90S2313: data polling', defines: { BAUD: 19_200 }, target: 'at90s2313', goal: 8.9 },
  { name: '38400 baud, 4 V', defines: { BAUD: 38_400 }, asPublished: published.at38400 },
  { name: '38400 baud, 5 V', defines: { BAUD: 38_400, VCC: 5 }, goal: 7 },
  { name: '57600 baud, 5 V', defines: { BAUD: 57_600, VCC: 5 } },
  { name: '115200 baud, 5 V', defines: { BAUD: 115_200, VCC: 5 } },
  {
    name: 'what is published alone, 19200 baud, 4 V',
    defines: { PUBLISHED: 1, BAUD: 19_200 },
    asPublished: published.at19200,
  },
  {
    name: 'what is published alone, 38400 baud, 4 V',
    defines: { PUBLISHED: 1, BAUD: 38_400 },
    asPublished: published.at38400,
  },
];

/** Each feature by the build that leaves it out. */
export const features: readonly { readonly name: string; readonly defines: Defines }[] = [
  { name: 'FEATURE_OVERLAP: waits pass while the PC talks', defines: { FEATURE_OVERLAP: 0 } },
  { name: 'FEATURE_POLLING: the end of a write is asked for', defines: { FEATURE_POLLING: 0 } },
  { name: 'FEATURE_SKIP_BLANK: FF is not written', defines: { FEATURE_SKIP_BLANK: 0 } },
  { name: 'FEATURE_VERIFY: a silent target is refused', defines: { FEATURE_VERIFY: 0 } },
  { name: 'FEATURE_RESYNC: broken commands are dropped', defines: { FEATURE_RESYNC: 0 } },
  { name: 'all five', defines: { PUBLISHED: 1 } },
];

/** How long the serial line has to carry every character. */
export const soaks: readonly {
  readonly baud: number;
  readonly baudError: number;
  readonly characters: number;
}[] = [
  { baud: 19_200, baudError: -0.04, characters: 100_000 },
  { baud: 19_200, baudError: 0.04, characters: 100_000 },
  { baud: 57_600, baudError: 0, characters: 1_048_576 },
  { baud: 115_200, baudError: 0, characters: 1_048_576 },
];

export interface Conditions {
  readonly baud?: number;
  /** A device of `devices`. */
  readonly target?: string;
}

/**
 * Runs the session and returns its cycles.
 * @throws Error when an answer is missing, a limit of the target is broken, or the target does not hold the image
 */
export function runOn(words: Uint16Array, { baud = 19_200, target = 'at90s1200' }: Conditions): number {
  const device = devices[target];
  const session = sessionFor(device);
  const machine = new Machine({ words, engine: 'fast' });
  const board = new Board({ programmer: machine, baud, target: device });
  const { short } = board.run(replay(session));
  if (short.length > 0) throw new Error(`${short.length} answers came short`);
  if (board.findings.list.length > 0) throw new Error(`the target complains: ${board.findings.list[0].text}`);
  const wrong = imageOf(session).findIndex((byte, i) => board.target!.flash[i] !== byte);
  if (wrong >= 0) throw new Error(`byte ${wrong} of the target is wrong`);
  return machine.cycle;
}

/** The recorded session, with the device code of another target where it selects the AT90S1200. */
function sessionFor({ name }: Device): readonly Exchange[] {
  const { code } = avr910Codes.find(row => row.name === name)!;
  const text = readFileSync(SESSION, 'utf8').replace(/^5413 /m, `54${code.toString(16)} `);
  return parseSession(text, SESSION);
}

/** What the session writes: low byte and high byte of each word, in order. */
function imageOf(session: readonly Exchange[]): number[] {
  return session.filter(({ send }) => send[0] === 0x63 || send[0] === 0x43).map(({ send }) => send[1]);
}
