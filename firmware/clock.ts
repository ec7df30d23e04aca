/**
 * The clock on the wall: Timer/Counter0. It is never written, never stopped, and no
 * interrupt is used. `edge` notes when the next thing is due; each bit of the serial line
 * adds the length of a bit to it, and however late the program comes to one bit, the next
 * is again on time. Nothing adds up.
 *
 * Long times are counted in bits, too, wherever the program waits for one: while a byte comes
 * in or goes out, and while nothing happens. So the time that a target needs and the talk
 * with the PC pass together; `busy` says how many milliseconds of it are left.
 */

import { now, out, TCCR0 } from './chip';
import { BIT, BITS_PER_MS, TIMER_CLOCK } from './rates';

/** The time, on Timer/Counter0, of the last edge or sample. */
let edge: u8 = 0;
/** Milliseconds that the target still needs at most, the present one included. */
export let busy: u8 = 0;
/** Bits until the present one is over. */
let bits: u8 = 0;

/** Less than this many ticks after `edge` it has passed; more, and it is still to come. */
const PASSED: u8 = 255 - BIT;

/** Starts the clock. */
export function startClock(): void {
  out(TCCR0, TIMER_CLOCK);
}

/** Begins to count bits now, or so many ticks later. */
export function beginBits(ticks: u8): void {
  edge = now() + ticks;
}

/** Returns one bit length after the last time. */
export function nextBit(): void {
  edge += BIT;
  if (!--bits) {
    bits = BITS_PER_MS;
    if (busy) busy--;
  }
  while (sinceBit() >= PASSED) {}
}

/** How many ticks ago that was, or, from PASSED on, is not yet. */
export function sinceBit(): u8 {
  return now() - edge;
}

/** Counts a bit if one has passed; for loops that wait for something else. */
export function countWaiting(): void {
  if (sinceBit() >= BIT) nextBit();
}

/** From now on the target is busy for so many milliseconds. */
export function beginWait(milliseconds: u8): void {
  bits = BITS_PER_MS;
  busy = milliseconds;
}

/** The target has told that it is ready. */
export function endWait(): void {
  busy = 0;
}

/** Waits so many milliseconds. */
export function wait(milliseconds: u8): void {
  beginWait(milliseconds);
  while (busy) nextBit();
}
