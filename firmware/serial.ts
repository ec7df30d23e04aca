/**
 * The serial line to the PC: 8 data bits, no parity, 1 stop bit, least
 * significant bit first, idle high. The chip has no UART, so the program looks
 * at the clock on the wall and moves the line when it is time.
 */

import { bit, cbi, DDRD, delayCycles, PIND, PORTD, sbi } from './chip';
import { beginBits, busy, countWaiting, nextBit, sinceBit } from './clock';
import { OVERLAP, RESYNC, RXD, TXD } from './options';
import { BIT, COUNTS_IDLE, HALF_BIT, PATIENCE, TXD_LEAD } from './rates';

export const ESCAPE: u8 = 0x1b;

/**
 * The present command is dropped, nobody waits for its answer: a byte of it had no stop bit (noise,
 * a break, another rate), or its last byte was an ESC with which the PC begins anew.
 */
export let dropped: bool = false;

/** From the last sample to a moment at which the stop bit of the slowest PC has begun, in ticks; short of a turn of the clock. */
const STOP_BIT: u8 = BIT + 36;

/** Makes TXD an output, idle. */
export function startSerial(): void {
  sbi(PORTD, TXD);
  sbi(DDRD, TXD);
}

/** Waits for the letter of the next command. */
export function receiveCommand(): u8 {
  dropped = false;
  return receive();
}

/**
 * Waits for the last byte of a command. After ESC it looks whether the PC goes on without waiting for an answer;
 * then the command is dropped and its byte is 0.
 */
export function receiveLast(): u8 {
  let byte = receive();
  if (RESYNC && byte === ESCAPE && goesOn()) {
    dropped = true;
    byte = 0; // with a code T would begin to walk the list and miss what comes
  }
  return byte;
}

/** True when another byte begins within a bit and a half, or somewhat more. */
function goesOn(): bool {
  let looks: u8 = 255;
  do {
    if (!bit(PIND, RXD)) return true;
    delayCycles(PATIENCE);
  } while (--looks);
  return false;
}

/**
 * Waits for a byte from the PC. Returns as soon as its last bit is known and the line
 * is high, so that a start bit that follows early is not missed.
 */
export function receive(): u8 {
  do {
    while (bit(PIND, RXD)) if (OVERLAP && COUNTS_IDLE && busy) countWaiting(); // idle, until the edge of the start bit
    beginBits(HALF_BIT - BIT);
    nextBit();
  } while (bit(PIND, RXD)); // high in the middle of the start bit: it was only noise
  let byte: u8 = 0;
  let bits: u8 = 8;
  do {
    nextBit();
    byte >>= 1;
    if (bit(PIND, RXD)) byte |= 0x80;
  } while (--bits);
  while (!bit(PIND, RXD)) {
    // until the stop bit, or the end of a break
    if (RESYNC && sinceBit() > STOP_BIT) {
      dropped = true;
      byte = ESCAPE;
    }
  }
  return byte;
}

/**
 * Sends a byte and returns at the beginning of its stop bit, because the PC may
 * begin to answer in the middle of it.
 */
export function transmit(byte: u8): void {
  beginBits(<u8>-TXD_LEAD);
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
