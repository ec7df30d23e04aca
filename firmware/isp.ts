/**
 * In-system programming: four-byte instructions to the target on SCK, MOSI and
 * MISO while RESET is low. The target takes MOSI at the rising edge of SCK and
 * changes MISO at the falling edge; most significant bit first.
 */

import { bit, cbi, DDRB, delayCycles, out, PINB, PORTB, sbi } from './chip';
import { wait } from './clock';
import { echoesEnable } from './devices';
import { LED_OF_PORTB } from './led';
import { ENABLE_ATTEMPTS, LED, MISO, MOSI, RESET, RESET_HIGH_MS, RESET_LOW_MS, SCK, VERIFY } from './options';
import { SCK_HIGH_CYCLES, SCK_LOW_CYCLES } from './rates';

/** What came back with the third byte of the last instruction: the second, if the target listens. */
let echo: u8 = 0;

/** Port B between two pulses on SCK: RESET and SCK low, the pull-up on MISO. MOSI is added. */
const BETWEEN_PULSES: u8 = 1 << MISO;

/** Cycles that each part of a bit takes without any delay. */
const HIGH_WORK: i32 = LED_OF_PORTB ? 9 : 7; // test of MISO, shift, next level of MOSI and of the LED, OUT
const LOW_WORK: i32 = 5; // loop, SBI SCK

/** Drops SCK, if it is high, and puts the first bit of `byte` on MOSI, at the same moment. */
function present(byte: u8): void {
  let lines = BETWEEN_PULSES;
  if (byte & 0x80) lines = BETWEEN_PULSES | (1 << MOSI);
  if (LED_OF_PORTB && bit(PORTB, <u8>LED)) lines |= LED_OF_PORTB;
  out(PORTB, lines);
}

/** Exchanges one byte with the target. */
export function transfer(byte: u8): u8 {
  let bits: u8 = 8;
  present(byte);
  do {
    delayCycles(max(SCK_LOW_CYCLES - LOW_WORK, 0));
    sbi(PORTB, SCK);
    delayCycles(max(SCK_HIGH_CYCLES - HIGH_WORK, 0));
    byte <<= 1;
    if (bit(PINB, MISO)) byte |= 1;
    present(byte); // after the last bit this means nothing
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

// --- Entering and leaving ---------------------------------------------------------

/**
 * Takes the lines, gives the target a RESET pulse and enables programming. True when the target listens: it echoes
 * the 53, or, on parts without an echo that one could rely on, it has a signature.
 */
export function enter(): bool {
  out(DDRB, (1 << RESET) | (1 << SCK) | (1 << MOSI) | LED_OF_PORTB); // RESET and SCK low
  let attempts: u8 = ENABLE_ATTEMPTS;
  do {
    pulseReset();
    control(0x53);
    while (echoesEnable()) {
      if (echo === 0x53) return true;
      if (!--attempts) return false;
      // Twice at each place: an AT90S1200 that the host takes for another device echoes nothing the
      // first time, and the pulse would bring it out of step.
      if (!(attempts & 1)) pulseSck();
      control(0x53);
    }
    if (!VERIFY || hasSignature()) return true;
    attempts >>= 1; // a fresh start is worth more than a pulse on SCK: seven of them will do
  } while (attempts);
  return false;
}

/** Programming begins at least 20 ms after RESET goes low. */
function pulseReset(): void {
  sbi(PORTB, RESET);
  wait(RESET_HIGH_MS);
  cbi(PORTB, RESET);
  wait(RESET_LOW_MS);
}

/** One pulse more moves a target that is out of step on by one bit. */
function pulseSck(): void {
  sbi(PORTB, SCK);
  delayCycles(SCK_HIGH_CYCLES);
  cbi(PORTB, SCK);
}

/** The byte at address 1 is 90 on an AT90S1200, 01 when it is locked, and FF where nobody answers. */
function hasSignature(): bool {
  return <u8>(instruction(0x30, 0, 1, 0) + 1) > 1;
}

/** Lets go of the target: RESET, SCK and MOSI become inputs without pull-up. */
export function release(): void {
  cbi(PORTB, MOSI);
  out(DDRB, LED_OF_PORTB);
}
