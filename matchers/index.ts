/**
 * `isp-workbench/vitest`: a bench for tests, and matchers for what its instruments saw. Importing it is enough.
 *
 *     import { bench } from 'isp-workbench/vitest';
 *     const programmer = await bench({ entry: 'firmware/main.ts' });
 *     expect(programmer.program(image)).toMeetTiming();
 */

import { expect } from 'vitest';
import { toDecodeAs, toHoldProgram, toSendBytes } from './content-matchers.ts';
import {
  type Duration,
  type TimingSelection,
  toHaveSckHigh,
  toHaveSckLow,
  toMeetTiming,
} from './timing-matchers.ts';

export { Bench, bench, type FirmwareSource, Run, type Surroundings } from './bench.ts';
export type { Duration, TimingSelection } from './timing-matchers.ts';

/** What can be said of a {@link Run}. */
export interface IspMatchers<R = unknown> {
  /** All datasheet limits are kept, or those selected. */
  toMeetTiming(selection?: TimingSelection): R;
  /** Each SCK pulse is at least so long; a plain number counts target clocks. */
  toHaveSckHigh(limits: { min: Duration }): R;
  /** Each pause between SCK pulses is at least so long; a plain number counts target clocks. */
  toHaveSckLow(limits: { min: Duration }): R;
  /** The decoders tell these lines, `row: text`; `...` stands for any others. */
  toDecodeAs(lines: string | readonly string[]): R;
  /** The target's flash (or EEPROM) holds these bytes, and is erased behind them. */
  toHoldProgram(image: ArrayLike<number>, where?: { memory?: 'flash' | 'eeprom' }): R;
  /** The programmer sent exactly these bytes to the PC. */
  toSendBytes(bytes: string | ArrayLike<number>): R;
}

declare module 'vitest' {
  // biome-ignore lint/suspicious/noExplicitAny: vitest declares it so
  interface Matchers<T = any> extends IspMatchers<T> {}
}

expect.extend({ toMeetTiming, toHaveSckHigh, toHaveSckLow, toDecodeAs, toHoldProgram, toSendBytes });
