/**
 * What follows from the options: cycles and ticks, for SCK and for the serial line; and a refusal,
 * when the firmware is built, of what cannot work.
 */

import { HIGHEST_XTAL } from './chip';
import {
  BAUD_RATE,
  LED,
  LED_ON_PORTB,
  MISO,
  MOSI,
  RESET,
  RXD,
  SCK,
  TARGET_HZ,
  TXD,
  VCC_MV,
  XTAL_HZ,
} from './options';

// --- SCK, in cycles of the programmer -------------------------------------------
// The AT90S1200 wants SCK high for more than 4 of its clocks and low for more than 1, other targets more
// than 2 and 2; MOSI set up 1.25 clocks before SCK rises, held 2.5 after (0838D p34, 0945G p108, 1228B p123):
// it changes where SCK falls, so the low and the high time are its set-up and its hold.

export const SCK_HIGH_CYCLES: i32 = (4 * XTAL_HZ) / TARGET_HZ + 1;
export const SCK_LOW_CYCLES: i32 = (2 * XTAL_HZ) / TARGET_HZ + 1;

// --- The length of a bit on the serial line -------------------------------------

const CYCLES_PER_BIT: i32 = (XTAL_HZ + BAUD_RATE / 2) / BAUD_RATE;
/** A bit must be short of a turn of the 8-bit counter by more than the work between two bits takes. */
const LONGEST_BIT: i32 = 210;

/** Timer/Counter0 counts XTAL1 through a prescaler: CK, CK/8 or CK/64. */
export const PRESCALER: i32 = CYCLES_PER_BIT <= LONGEST_BIT ? 1 : CYCLES_PER_BIT <= 8 * LONGEST_BIT ? 8 : 64;
/** CS02:00 of TCCR0 for that prescaler (0838H p22). */
export const TIMER_CLOCK: u8 = PRESCALER === 1 ? 1 : PRESCALER === 8 ? 2 : 3;

/** One bit in ticks of the timer. */
export const BIT: u8 = <u8>((XTAL_HZ + (PRESCALER * BAUD_RATE) / 2) / (PRESCALER * BAUD_RATE));

/** At slower rates the time of a busy target is counted while the line is idle, too; it takes 20 cycles now and then. */
export const COUNTS_IDLE: bool = CYCLES_PER_BIT >= 100;

/** Cycles, on average, from the edge of a start bit to the note of its time, and 11 from the end of a wait to a sample. */
const LATENCY: i32 = (COUNTS_IDLE ? 8 : 6) + 11;
/** From the edge of the start bit to its middle, in ticks; half a tick more, because the count was cut to whole ticks. */
export const HALF_BIT: u8 = <u8>((CYCLES_PER_BIT / 2 - LATENCY + PRESCALER) / PRESCALER);

/** A whole instruction to the target takes longer than a stop bit to the PC. */
export const INSTRUCTION_OUTLASTS_BIT: bool = 32 * (SCK_HIGH_CYCLES + SCK_LOW_CYCLES) > CYCLES_PER_BIT;

/** Cycles between 255 looks at the line, each of which takes 5, so that they last one bit and a half at least. */
export const PATIENCE: i32 = CYCLES_PER_BIT > 850 ? (3 * CYCLES_PER_BIT) / 510 - 4 : 0;

/** The start bit goes out at once, the others so many cycles after they are due. */
export const TXD_LEAD: u8 = <u8>(8 / PRESCALER);

/** Bits that make a millisecond; one percent more, for the resonator may be 0.5 % fast. */
export const BITS_PER_MS: u8 = <u8>((BAUD_RATE * 101 + 99_999) / 100_000);

/** Refuses values that cannot work, when the firmware is built. */
export function checkOptions(): void {
  if (LED > 7) ERROR('LED_BIT goes from 0 to 7');
  if (
    LED_ON_PORTB ? LED === RESET || LED === SCK || LED === MOSI || LED === MISO : LED === RXD || LED === TXD
  )
    ERROR('LED_BIT is a pin that has another use');
  const actual = XTAL_HZ / (PRESCALER * <i32>BIT);
  if (abs(actual - BAUD_RATE) * 100 > BAUD_RATE)
    ERROR('XTAL and BAUD do not fit: the bit would be more than 1 % off');
  if (CYCLES_PER_BIT > 64 * LONGEST_BIT) ERROR('BAUD is too slow for this XTAL');
  if (CYCLES_PER_BIT < 34) ERROR('BAUD is too fast for this XTAL: a bit needs 34 cycles');
  if (VCC_MV < 2700 || VCC_MV > 6000) ERROR('VCC goes from 2.7 V to 6 V');
  if (XTAL_HZ > HIGHEST_XTAL) ERROR('XTAL is faster than this chip may run');
  if (TARGET_HZ < 1000 || TARGET_HZ > 24_000_000) ERROR('TARGET_XTAL is in Hz, from 1000 to 24000000');
}
