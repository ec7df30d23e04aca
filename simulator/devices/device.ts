/** What the simulator needs to know of a part that can be programmed over SPI. Each part is one file of data. */

import { type FourBytes, type InstructionFormat, matches, parseFormat } from './bit-strings.ts';

/** What an ISP instruction does. The names are the datasheets', in their order. */
export type Operation =
  | 'Programming Enable'
  | 'Chip Erase'
  | 'Read Program Memory'
  | 'Write Program Memory'
  | 'Load Program Memory Page'
  | 'Write Program Memory Page'
  | 'Read EEPROM'
  | 'Write EEPROM'
  | 'Read Lock Bits'
  | 'Write Lock Bits'
  | 'Read Signature'
  | 'Read Fuse Bits'
  | 'Write Fuse Bits'
  | 'Read Fuse High Bits'
  | 'Write Fuse High Bits'
  | 'Read Calibration Byte'
  | 'Poll RDY/BSY';

/** One row of a part's serial instruction table. */
export interface Instruction {
  readonly operation: Operation;
  readonly format: InstructionFormat;
}

/** A wait in milliseconds at a supply voltage. */
export type WaitPoint = readonly [volts: number, milliseconds: number];

/**
 * The waits of the datasheets: after a byte of flash or EEPROM, after a page of flash, a byte of EEPROM, fuse or
 * lock bits, after a chip erase. Older parts have the first and the last, newer ones all but the first.
 */
export type WaitName = 'tWD_PROG' | 'tWD_FLASH' | 'tWD_EEPROM' | 'tWD_FUSE' | 'tWD_ERASE';

/** A length of time: clocks of the target, or nanoseconds. */
export type ClocksOrTime = { readonly clocks: number } | { readonly ns: number };

/** SCK levels must last longer than this many clocks of the target, from `from` hertz up. */
export interface SckRule {
  readonly from: number;
  readonly high: number;
  readonly low: number;
}

export interface Device {
  readonly name: string;
  /** How avrdude calls it: -p. */
  readonly avrdude: string;
  /** Bytes at signature addresses 0, 1, 2. */
  readonly signature: readonly [number, number, number];
  /**
   * `polling`: what a cell reads while it is being written. `page`: words of a page, on parts that write pages.
   */
  readonly flash: { readonly bytes: number; readonly polling: number; readonly page?: number };
  /** P1 is read until the automatic erase is over, P2 until the new data is there. */
  readonly eeprom: { readonly bytes: number; readonly P1: number; readonly P2: number };
  /**
   * Lock bits as they lie in the data of their instruction; 0 is programmed. `hidesSignature`: in lock mode 3 not
   * even the signature can be read.
   */
  readonly lock: { readonly LB1: number; readonly LB2: number; readonly hidesSignature: boolean };
  /** Fuse bytes as they leave the factory, on parts whose fuses can be reached; the masks are bits of the high one. */
  readonly fuses?: {
    readonly low: number;
    readonly high: number;
    /** Can only be changed by a parallel programmer. */
    readonly unreachable: number;
    /** While it is programmed, 0, a chip erase leaves the EEPROM alone. */
    readonly EESAVE: number;
  };
  /** The bytes of Read Calibration Byte. */
  readonly calibration?: readonly number[];
  readonly instructions: readonly Instruction[];
  /** In rising order of `from`. */
  readonly sck: readonly SckRule[];
  /** tSLIV, SCK low to MISO, in nanoseconds (worst case). */
  readonly timing: {
    readonly tOVSH: ClocksOrTime;
    readonly tSHOX: ClocksOrTime;
    readonly tSLIV: number;
  };
  readonly waits: Partial<Record<WaitName, readonly WaitPoint[]>> & {
    readonly tWD_ERASE: readonly WaitPoint[];
  };
  /** What ends the cycle of a chip erase: only RESET, or its time. */
  readonly eraseEndsBy: 'RESET' | 'time';
  readonly sync: {
    /** Milliseconds from RESET low to the first instruction. */
    readonly wait: number;
    /** Whether MISO echoes AC 53 while Programming Enable still comes in. */
    readonly echo: boolean;
    /** What brings a part back that counts its bits from the wrong place. */
    readonly recovery: 'RESET pulse' | 'SCK pulse';
  };
  /** Where the limits of this part are printed, for reports. */
  readonly cites: {
    readonly sck: string;
    readonly timing: string;
    readonly waits: string;
    readonly sync: string;
  };
  /** Highest XTAL1 frequency from a supply voltage up. */
  readonly speedGrades: readonly { readonly volts: number; readonly hz: number }[];
}

/** Makes a row out of a datasheet line. */
export function instruction(operation: Operation, bits: string): Instruction {
  return { operation, format: parseFormat(bits) };
}

/** The row that four bytes are an instance of. */
export function instructionOf(device: Device, bytes: FourBytes): Instruction | undefined {
  return device.instructions.find(({ format }) => matches(format, bytes));
}

/** @throws RangeError when the part has no such instruction. */
export function instructionFor(device: Device, operation: Operation): Instruction {
  const row = device.instructions.find(row => row.operation === operation);
  if (!row) throw new RangeError(`the ${device.name} has no ISP instruction '${operation}'`);
  return row;
}

/** In the order in which a part's waits are asked for. */
const WAITS: Partial<Record<Operation, readonly WaitName[]>> = {
  'Chip Erase': ['tWD_ERASE'],
  'Write Program Memory': ['tWD_PROG'],
  'Write Program Memory Page': ['tWD_FLASH'],
  'Write EEPROM': ['tWD_EEPROM', 'tWD_PROG'],
  'Write Lock Bits': ['tWD_FUSE', 'tWD_PROG'],
  'Write Fuse Bits': ['tWD_FUSE'],
  'Write Fuse High Bits': ['tWD_FUSE'],
};

/** The wait that follows an instruction; undefined when the part is ready at once. */
export function waitNameOf(device: Device, operation: Operation): WaitName | undefined {
  return WAITS[operation]?.find(name => device.waits[name] !== undefined);
}

/** A wait of a part in whole microseconds. @throws RangeError when its datasheet has no such wait */
export function waitOf(device: Device, name: WaitName, volts: number): number {
  const points = device.waits[name];
  if (!points) throw new RangeError(`the ${device.name} has no ${name}`);
  return waitAt(points, volts);
}

/** The SCK rule for a part that runs at `hz`. */
export function sckRule(device: Device, hz: number): SckRule {
  return device.sck.findLast(rule => rule.from <= hz) ?? device.sck[0];
}

/**
 * A wait at a supply voltage, in whole microseconds, rounded up. Between the
 * datasheet's points it is interpolated; below the lowest the first slope goes on,
 * above the highest the last value holds: both on the safe side.
 */
export function waitAt(points: readonly WaitPoint[], volts: number): number {
  const last = points[points.length - 1];
  if (points.length === 1 || volts >= last[0]) return Math.ceil(last[1] * 1000);
  const next = Math.max(
    1,
    points.findIndex(([v]) => v > volts),
  );
  const [v0, t0] = points[next - 1];
  const [v1, t1] = points[next];
  const wait = t0 + ((t1 - t0) * (volts - v0)) / (v1 - v0);
  // a millionth of a microsecond less, so that binary fractions do not round 6 ms up to 6001 us
  return Math.ceil(wait * 1000 - 1e-6);
}
