/**
 * What the datasheets and the line demand, as one table: between which edges, how much, and who says so.
 *
 * Facts of one part (SCK rule, waits) stand in its device file, with their sources, and are taken from there; here
 * stands between which edges they are measured. A part has the rows for which it has a fact. D = AT90S1200 datasheet,
 * Atmel 0838H, N = application note AVR910, Atmel 0943, others by number. docs/timing.md says more.
 */

import { at90s1200 } from './devices/at90s1200.ts';
import { type ClocksOrTime, type Device, sckRule, type WaitName, waitOf } from './devices/device.ts';

/** What a limit is counted in. `times` counts things that must not happen. */
export type Unit = 'target clocks' | 'ms' | 'ns' | 'bits' | '%' | 'times';

/** The part of the board that a constraint is about. */
export type ConstraintGroup = 'isp' | 'serial' | 'wires';

interface Limit {
  readonly min?: number;
  readonly max?: number;
  /** The measured value must be more than `min`, not equal to it. */
  readonly over?: true;
}

export interface ConstraintRow {
  /** The datasheet's symbol where it has one. */
  readonly id: string;
  readonly name: string;
  readonly group: ConstraintGroup;
  readonly from: string;
  readonly to: string;
  readonly unit: Unit;
  readonly source: string | ((device: Device) => string);
  /** Undefined where the part has no such limit. */
  readonly limit: (conditions: Conditions) => Limit | undefined;
}

/** One constraint under the conditions of one board. */
export interface Constraint extends Omit<ConstraintRow, 'limit' | 'source'>, Limit {
  readonly source: string;
}

/** What decides the numbers. */
export interface Conditions {
  readonly device: Device;
  /** The target's XTAL1 in hertz. */
  readonly targetXtal: number;
  /** Supply of the target in volts. */
  readonly vcc: number;
}

const never = () => ({ max: 0 });

const sck = ({ cites }: Device) => cites.sck;
const timing = ({ cites }: Device) => cites.timing;
const waits = ({ cites }: Device) => cites.waits;

const clocksOf = (length: ClocksOrTime, hz: number) =>
  'clocks' in length ? length.clocks : (length.ns * hz) / 1e9;

/** A wait of the part, if its datasheet has it. */
const wait =
  (name: WaitName) =>
  ({ device, vcc }: Conditions) =>
    device.waits[name] && { min: waitOf(device, name, vcc) / 1000 };

/** A RESET pulse, and SCK low before it, of at least so many target clocks. */
const RESET_PULSE = 2;
/** Bit errors of a transmitter: an eighth of a bit leaves an oversampling receiver its majority of three samples. */
const BIT_WIDTH = 0.125;
/** 2 % is what the ATmega data sheets recommend as the largest error of 8N1; 9.5 bits later that is so much. */
const AT_THE_STOP_BIT = 0.19;
/** The middle half of a bit. */
const SAMPLING = 0.25;
/** 2 % for the PC, 0.5 % for the programmer's ceramic resonator (N, part list), 1 % for slow edges. */
const TOLERANCE = 3.5;

const rows = [
  {
    id: 'tSHSL',
    name: 'SCK high',
    group: 'isp',
    from: 'SCK rises',
    to: 'SCK falls',
    unit: 'target clocks',
    source: sck,
    limit: ({ device, targetXtal }) => ({ min: sckRule(device, targetXtal).high, over: true }),
  },
  {
    id: 'tSLSH',
    name: 'SCK low',
    group: 'isp',
    from: 'SCK falls',
    to: 'SCK rises',
    unit: 'target clocks',
    source: sck,
    limit: ({ device, targetXtal }) => ({ min: sckRule(device, targetXtal).low, over: true }),
  },
  {
    id: 'tOVSH',
    name: 'MOSI set up before SCK rises',
    group: 'isp',
    from: 'MOSI changes',
    to: 'SCK rises',
    unit: 'target clocks',
    source: timing,
    limit: ({ device, targetXtal }) => ({ min: clocksOf(device.timing.tOVSH, targetXtal) }),
  },
  {
    id: 'tSHOX',
    name: 'MOSI held after SCK rises',
    group: 'isp',
    from: 'SCK rises',
    to: 'MOSI changes',
    unit: 'target clocks',
    source: timing,
    limit: ({ device, targetXtal }) => ({ min: clocksOf(device.timing.tSHOX, targetXtal) }),
  },
  {
    id: 'tSLIV',
    name: 'MISO valid when sampled',
    group: 'isp',
    from: 'SCK falls',
    to: 'MISO is read',
    unit: 'ns',
    // the part notices a low after tSLSH of its own clock and shows its bit tSLIV later
    source: ({ cites }) => `${cites.timing}, after the low has been seen: ${cites.sck}`,
    limit: ({ device, targetXtal }) => ({
      min: (sckRule(device, targetXtal).low * 1e9) / targetXtal + device.timing.tSLIV,
    }),
  },
  {
    id: 'RESET to SCK',
    name: 'RESET low before the first SCK',
    group: 'isp',
    from: 'RESET falls',
    to: 'SCK rises',
    unit: 'ms',
    source: ({ cites }) => cites.sync,
    limit: ({ device }) => ({ min: device.sync.wait }),
  },
  {
    id: 'SCK to RESET',
    name: 'SCK low and still where RESET falls',
    group: 'isp',
    from: 'SCK changes',
    to: 'RESET falls',
    unit: 'target clocks',
    source: 'N "Programming Protocol": a stray edge loses step; two clocks: ATmega103 0945G p109',
    limit: () => ({ min: RESET_PULSE }),
  },
  {
    id: 'RESET high',
    name: 'RESET pulse',
    group: 'isp',
    from: 'RESET rises',
    to: 'RESET falls',
    unit: 'target clocks',
    source: 'ATmega103 0945G p109, ATmega8 2486AA p233; D names no number',
    limit: () => ({ min: RESET_PULSE }),
  },
  {
    id: 'tWD_PROG',
    name: 'wait after a write',
    group: 'isp',
    from: 'a write is complete',
    to: 'the next instruction begins',
    unit: 'ms',
    source: waits,
    limit: wait('tWD_PROG'),
  },
  {
    id: 'tWD_FLASH',
    name: 'wait after a page of flash',
    group: 'isp',
    from: 'Write Program Memory Page is complete',
    to: 'the next instruction begins',
    unit: 'ms',
    source: waits,
    limit: wait('tWD_FLASH'),
  },
  {
    id: 'tWD_EEPROM',
    name: 'wait after a byte of EEPROM',
    group: 'isp',
    from: 'Write EEPROM is complete',
    to: 'the next instruction begins',
    unit: 'ms',
    source: waits,
    limit: wait('tWD_EEPROM'),
  },
  {
    id: 'tWD_FUSE',
    name: 'wait after fuse or lock bits',
    group: 'isp',
    from: 'fuse or lock bits are written',
    to: 'the next instruction begins',
    unit: 'ms',
    source: waits,
    limit: wait('tWD_FUSE'),
  },
  {
    id: 'tWD_ERASE',
    name: 'wait after Chip Erase',
    group: 'isp',
    from: 'Chip Erase is complete',
    to: 'RESET rises, or the next instruction begins',
    unit: 'ms',
    source: waits,
    limit: wait('tWD_ERASE'),
  },
  {
    id: 'erase ended',
    name: 'Chip Erase is ended by RESET',
    group: 'isp',
    from: 'Chip Erase is complete',
    to: 'another instruction comes first',
    unit: 'times',
    source: ({ cites }) => `${cites.sync}; N "Chip Erase"`,
    limit: ({ device }) => (device.eraseEndsBy === 'RESET' ? { max: 0 } : undefined),
  },
  {
    id: 'enable first',
    name: 'Programming Enable comes first',
    group: 'isp',
    from: 'RESET falls',
    to: 'another instruction comes first',
    unit: 'times',
    source: 'N "Programming Protocol"',
    limit: never,
  },
  {
    id: 'four bytes',
    name: 'instructions have all four bytes',
    group: 'isp',
    from: 'an instruction begins',
    to: 'RESET rises within it',
    unit: 'times',
    source: 'N "Programming Protocol": all four bytes',
    limit: never,
  },
  {
    id: 'TXD bit',
    name: 'error of a bit that is sent',
    group: 'serial',
    from: 'TXD edge',
    to: 'TXD edge',
    unit: 'bits',
    source: 'our own: an eighth of a bit',
    limit: () => ({ max: BIT_WIDTH }),
  },
  {
    id: 'TXD stop',
    name: 'error accumulated to the stop bit',
    group: 'serial',
    from: 'start edge',
    to: 'last TXD edge',
    unit: 'bits',
    source: '2 % in 9.5 bits: ATmega8 2486T p150, table 53',
    limit: () => ({ max: AT_THE_STOP_BIT }),
  },
  {
    id: 'TXD frame',
    name: 'stop bits that are sent are high',
    group: 'serial',
    from: 'start edge',
    to: 'middle of the stop bit, which is low',
    unit: 'times',
    source: '8N1',
    limit: never,
  },
  {
    id: 'TXD break',
    name: 'TXD is not low for a whole character',
    group: 'serial',
    from: 'start edge',
    to: 'middle of the stop bit, low throughout',
    unit: 'times',
    source: '8N1',
    limit: never,
  },
  {
    id: 'RXD sample',
    name: 'sampling point off the middle of a bit',
    group: 'serial',
    from: 'middle of the bit',
    to: 'RXD is read',
    unit: 'bits',
    source: 'our own: the middle half of a bit',
    limit: () => ({ max: SAMPLING }),
  },
  {
    id: 'RXD tolerance',
    name: 'what the rate of the PC may still be off',
    group: 'serial',
    from: 'start edge',
    to: 'RXD is read',
    unit: '%',
    source: 'our own: 2 % PC, 0.5 % resonator (N), 1 % edges',
    limit: () => ({ min: TOLERANCE }),
  },
  {
    id: 'RXD heard',
    name: 'each bit received is sampled',
    group: 'serial',
    from: 'start edge',
    to: 'end of the character, bits not read',
    unit: 'times',
    source: 'half duplex: AVR910 protocol',
    limit: never,
  },
  {
    id: 'contention',
    name: 'no two strong drivers disagree',
    group: 'wires',
    from: 'one drives high',
    to: 'another drives low',
    unit: 'times',
    source: '0838D p34: absolute maximum ratings',
    limit: never,
  },
  {
    id: 'floating',
    name: 'no floating input is sampled',
    group: 'wires',
    from: 'nobody drives the wire',
    to: 'the program reads it',
    unit: 'times',
    source: 'N "MISO": the pull-up of the programmer',
    limit: never,
  },
  {
    id: 'released',
    name: 'RESET, SCK and MOSI are released after L',
    group: 'wires',
    from: 'L is answered, or power-up',
    to: 'the programmer drives a line',
    unit: 'times',
    source: 'N: lines are inputs when not programming',
    limit: never,
  },
] as const satisfies readonly ConstraintRow[];

export type ConstraintId = (typeof rows)[number]['id'];

/** The table, in the order in which reports show it. */
export const constraintRows: readonly (ConstraintRow & { readonly id: ConstraintId })[] = rows;

/** The constraints of one board, with their numbers. A target without a clock is judged as one at 4 MHz. */
export function constraintsFor({
  device = at90s1200,
  targetXtal = 4_000_000,
  vcc = 5,
}: Partial<Conditions>): readonly (Constraint & { id: ConstraintId })[] {
  return constraintRows.flatMap(({ limit, source, ...row }) => {
    const numbers = limit({ device, targetXtal, vcc });
    if (!numbers) return [];
    return { ...row, source: typeof source === 'string' ? source : source(device), ...numbers };
  });
}
