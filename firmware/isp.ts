/**
 * In-system programming: four-byte instructions to the target on SCK, MOSI and
 * MISO while RESET is low. The target takes MOSI at the rising edge of SCK and
 * changes MISO at the falling edge; most significant bit first.
 */

import { bit, cbi, DDRB, delayCycles, out, PINB, PORTB, sbi } from './chip';
import { echoesEnable } from './devices';
import {
  MILLISECOND,
  MISO,
  MOSI,
  MOSI_SETUP_CYCLES,
  RESET,
  RESET_HIGH_MS,
  RESET_LOW_MS,
  SCK,
  SCK_HIGH_CYCLES,
  SCK_LOW_CYCLES,
} from './options';

/** What came back with the third byte of the last instruction: the second, if the target listens. */
let echo: u8 = 0;

/** Cycles that each part of a bit takes without any delay. */
const HIGH_WORK: i32 = 4; // SBI SCK, test of MISO
const SETUP_WORK: i32 = 2; // SBI or CBI MOSI
const LOW_WORK: i32 = 10; // CBI SCK, loop, test of the bit, SBI or CBI MOSI

/** Waits this many milliseconds. */
export function wait(milliseconds: u8): void {
  do delayCycles(MILLISECOND);
  while (--milliseconds);
}

/** Exchanges one byte with the target. */
export function transfer(byte: u8): u8 {
  let bits: u8 = 8;
  do {
    if (byte & 0x80) sbi(PORTB, MOSI);
    else cbi(PORTB, MOSI);
    delayCycles(max(MOSI_SETUP_CYCLES - SETUP_WORK, SCK_LOW_CYCLES - LOW_WORK));
    byte <<= 1;
    sbi(PORTB, SCK);
    delayCycles(max(SCK_HIGH_CYCLES - HIGH_WORK, 0));
    if (bit(PINB, MISO)) byte |= 1;
    cbi(PORTB, SCK);
  } while (--bits);
  return byte;
}

/** Sends a four-byte instruction. Returns what came back with the fourth byte. */
export function instruction(first: u8, second: u8, third: u8, fourth: u8): u8 {
  transfer(first);
  transfer(second);
  echo = transfer(third);
  return transfer(fourth);
}

/** One of the instructions that begin with AC: Programming Enable, Chip Erase. */
export function control(second: u8): void {
  instruction(0xac, second, 0, 0);
}

/** True between enter() and release(). */
export function programming(): bool {
  return bit(DDRB, SCK);
}

/** The pull-up that keeps MISO stable while the target does not drive it. */
export function startIsp(): void {
  sbi(PORTB, MISO);
}

/** Takes the lines, gives the target a RESET pulse and enables programming. */
export function enter(): void {
  out(DDRB, (1 << RESET) | (1 << SCK) | (1 << MOSI)); // RESET and SCK low
  sbi(PORTB, RESET);
  wait(RESET_HIGH_MS);
  cbi(PORTB, RESET);
  wait(RESET_LOW_MS);
  // Twice at each of the 32 places: an AT90S1200 that the host takes for another device
  // echoes nothing the first time, and the pulse would bring it out of step.
  let attempts: u8 = 64;
  do {
    control(0x53);
    if (!echoesEnable() || echo === 0x53) return;
    if (!(attempts & 1)) continue;
    sbi(PORTB, SCK); // one pulse more moves the target on by one bit
    delayCycles(SCK_HIGH_CYCLES);
    cbi(PORTB, SCK);
  } while (--attempts);
}

/** Lets go of the target: RESET, SCK and MOSI become inputs without pull-up. */
export function release(): void {
  cbi(PORTB, MOSI);
  out(DDRB, 0);
}
