/** The I/O space: sixty-four addresses, most of them empty. */
import { type Chip, existingBits } from './chip.ts';
import type { Cycle } from './time.ts';

/** As good as for ever: more clocks than anybody looks ahead, and still a small whole number. */
export const LONG = 2 ** 30;

/** How one I/O register answers the program: functions that need no object. Its part knows only bits that exist. */
export interface IoRegister {
  /** The value at the start of the instruction that reads it. */
  readonly read: (now: Cycle) => number;
  /** Takes a value that holds from clock `at`; `pc` is the instruction that wrote it. */
  readonly write: (value: number, at: Cycle, pc: number) => void;
  /** False when a later read could differ though no pin moved and nothing was written. Absent: always true. */
  readonly steady?: (now: Cycle) => boolean;
  /** True when writing what it already holds does nothing at all. */
  readonly latch?: boolean;
  /**
   * In how many clocks a register that changes by itself does so for the `times`th time after `now`, when
   * nothing is written and no event comes; it was read at `now`. At most {@link LONG}. Absent: it never
   * does, and reads the same at any clock.
   */
  readonly after?: (now: Cycle, times: number) => Cycle;
  /**
   * A write whose effect at the pins is shown at once: for when the clock has come to where it is due and
   * nothing else is due up to then. Absent: {@link write} will do.
   */
  readonly show?: (value: number, pc: number) => void;
  /** True when each of those changes adds one to it. */
  readonly counts?: boolean;
}

/** The registers a part of the chip brings, by their datasheet names. */
export type IoRegisters = Readonly<Record<string, IoRegister>>;

/** Registers by address; undefined where the chip has none. */
export type IoSpace = readonly (IoRegister | undefined)[];

/**
 * Puts the registers of all parts to their addresses.
 *
 * @throws Error when the parts bring a register that the chip has not, or leave one out
 */
export function ioSpace(chip: Chip, parts: readonly IoRegisters[]): IoSpace {
  const brought = new Map(parts.flatMap(part => Object.entries(part)));
  const space = new Array<IoRegister | undefined>(64).fill(undefined);
  for (const row of chip.ioRows) {
    const register = brought.get(row.name);
    if (!register) throw new Error(`nobody implements ${row.name} of the ${chip.name}`);
    space[row.address] = new Register(register, existingBits(row));
    brought.delete(row.name);
  }
  for (const name of brought.keys()) throw new Error(`the ${chip.name} has no register ${name}`);
  return space;
}

const always = () => true;

/** All registers are objects of one shape: translated code reads them by the million. */
class Register implements IoRegister {
  readonly read: IoRegister['read'];
  readonly write: IoRegister['write'];
  readonly steady: (now: Cycle) => boolean;
  readonly latch: boolean;
  readonly after: IoRegister['after'];
  readonly counts: boolean;
  readonly show: IoRegister['show'];

  constructor(of: IoRegister, mask: number) {
    const { read, write, steady = always, latch = false, after, counts = false, show } = of;
    this.read = read;
    // bits that do not exist cannot be written (datasheet: reserved bits read 0)
    this.write = mask === 0xff ? write : (value, at, pc) => write(value & mask, at, pc);
    this.steady = steady;
    this.latch = latch;
    this.after = after;
    this.counts = counts;
    this.show = mask === 0xff ? show : show && ((value, pc) => show(value & mask, pc));
  }
}

/** A register that only holds what was written; `written` hears of what is new. */
export function plain(
  get: () => number,
  written: (value: number, at: Cycle, pc: number) => void,
): IoRegister {
  const write: IoRegister['write'] = (value, at, pc) => {
    if (value !== get()) written(value, at, pc);
  };
  return { read: get, write, latch: true };
}
