/**
 * The serial line to the PC: 8 data bits, no parity, 1 stop bit, least
 * significant bit first, idle high. The chip has no UART, so the program looks
 * at the clock on the wall, Timer/Counter0, and moves the line when it is time.
 *
 * The timer is never written and never stopped. `edge` notes when the next
 * thing happens on the line; each bit adds the length of a bit to it. However
 * late the program comes to one bit, the next is again on time: nothing adds up.
 */

import { bit, cbi, DDRD, now, out, PIND, PORTD, sbi, TCCR0 } from './chip';
import { BIT, HALF_BIT, RXD, TIMER_CLOCK, TXD } from './options';

/** The time, on Timer/Counter0, of the last edge or sample. */
let edge: u8 = 0;

/** Less than this many ticks after `edge` it has passed; more, and it is still to come. */
const PASSED: u8 = 255 - BIT;

/** Starts the timer and makes TXD an output, idle. */
export function startSerial(): void {
  out(TCCR0, TIMER_CLOCK);
  sbi(PORTD, TXD);
  sbi(DDRD, TXD);
}

/** Returns one bit length after the last time. */
export function nextBit(): void {
  edge += BIT;
  while (<u8>(now() - edge) >= PASSED) {}
}

/**
 * Waits for a byte from the PC. Returns as soon as its last bit is known and the line
 * is high, so that a start bit that follows early is not missed.
 */
export function receive(): u8 {
  do {
    while (bit(PIND, RXD)) {} // idle, until the edge of the start bit
    edge = now() + HALF_BIT - BIT;
    nextBit();
  } while (bit(PIND, RXD)); // high in the middle of the start bit: it was only noise
  let byte: u8 = 0;
  let bits: u8 = 8;
  do {
    nextBit();
    byte >>= 1;
    if (bit(PIND, RXD)) byte |= 0x80;
  } while (--bits);
  while (!bit(PIND, RXD)) {} // the stop bit, or the end of a break
  return byte;
}

/**
 * Sends a byte and returns at the beginning of its stop bit, because the PC may
 * begin to answer in the middle of it.
 */
export function transmit(byte: u8): void {
  edge = now() + 1 - BIT;
  nextBit();
  cbi(PORTD, TXD);
  let bits: u8 = 9;
  do {
    nextBit();
    if (byte & 1) sbi(PORTD, TXD);
    else cbi(PORTD, TXD);
    byte = (byte >> 1) | 0x80; // the ninth bit is the stop bit
  } while (--bits);
}

/** Sends a byte that is not the last one of an answer: its stop bit as well. */
export function send(byte: u8): void {
  transmit(byte);
  nextBit();
}
