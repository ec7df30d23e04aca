/** The chip on the programmer's board, as far as the board cares: pins, and a clock that can be let run. */

import type { Cycle, EventQueue } from '../vm-host/time.ts';

/** What a port does to a wire. */
export type PinDrive = 'low' | 'high' | 'pull-up' | 'float';

export interface ProgrammerPin {
  readonly name: string;
  readonly drive: PinDrive;
  /** What the wire does to the pin; the board sets it. */
  level: boolean;
  /** Called at the cycle at which the pin changes, with the word address of the instruction behind it. */
  onDrive?: (drive: PinDrive, now: Cycle, pc: number) => void;
}

/** One look of the program at its pins. */
export interface PinRead {
  readonly port: 'B' | 'D';
  /** Bit number, or undefined for the whole port. */
  readonly bit: number | undefined;
  readonly time: Cycle;
  readonly pc: number;
}

/** Satisfied by vm-host's Machine (cycle mode) and LogicMachine (logic mode). */
export interface Programmer {
  readonly pins: Readonly<Record<string, ProgrammerPin>>;
  readonly queue: EventQueue;
  readonly cycle: Cycle;
  /** Runs to `limit` cycles, or until {@link stop} is called from an event. */
  run(limit: Cycle): void;
  stop(): void;
  /** The whole state as plain data, and the way back to it; absent where a program cannot be put back. */
  save?(): unknown;
  restore?(state: unknown): void;
  /** True when the program goes round a loop that only an input edge can end. */
  waitsForPin?(): boolean;
  /** Calls `watcher` at each instruction that reads pins; only where instructions have their exact time. */
  watchReads?(watcher: (read: PinRead) => void): () => void;
}
