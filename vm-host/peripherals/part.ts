/** What the parts of the chip have in common. */
import type { IoRegisters } from '../io.ts';
import type { Cycle, Timer, TimerCallback } from '../time.ts';

/** What a part may use of the chip around it. */
export interface Surroundings {
  /** Supply in volts. */
  readonly vcc: number;
  /** XTAL1 in hertz: what an oscillator of its own is measured in. */
  readonly xtal: number;
  /** Makes a timer on the board's queue. */
  timer(callback: TimerCallback): Timer;
  /** The present: the time of the event that is handled, else the clock of the instruction. */
  now(): Cycle;
  /** What raises or withdraws the request of an interrupt vector. */
  requester(vector: string): (on: boolean) => void;
  /** Makes the processor wait before its next instruction. */
  stall(clocks: number): void;
}

/** A part of the chip. Its whole state is plain data; its pending moments are in the queue. */
export interface Part<State = unknown> {
  readonly registers: IoRegisters;
  reset(now: Cycle): void;
  save(): State;
  restore(state: State): void;
}

/** A part that lives from XTAL1 and stands still with it. */
export interface Clocked {
  stopClock(now: Cycle): void;
  startClock(now: Cycle): void;
}
