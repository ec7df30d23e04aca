/**
 * Everything that a build may decide. Four values can be given to the compiler
 * as `--use NAME=value`, each a whole number:
 *
 *     XTAL         clock of the programmer in Hz
 *     BAUD         rate of the serial line
 *     VCC          lowest supply voltage at which targets are written, in V or in mV
 *     TARGET_XTAL  slowest clock of a target in Hz
 *
 * The pins, the versions and the waits are edited here.
 */

import { CRYSTAL_ON_PORTB, HIGHEST_XTAL } from './chip';

export const XTAL_HZ: i32 = isDefined(XTAL) ? XTAL : 4_000_000;
export const BAUD_RATE: i32 = isDefined(BAUD) ? BAUD : 19_200;
export const VCC_MV: i32 = isDefined(VCC) ? (VCC < 100 ? VCC * 1000 : VCC) : 4_000;
export const TARGET_HZ: i32 = isDefined(TARGET_XTAL) ? TARGET_XTAL : 1_000_000;

// --- Features: `--use FEATURE_OVERLAP=0` and so on leave one out ------------------

/** Only what the published firmware does: `--use PUBLISHED=1`. Single features can be added to it with =1. */
const ALL: bool = !(isDefined(PUBLISHED) ? PUBLISHED !== 0 : false);

/** The answer to a write comes at once; what the target still needs passes while the next command comes in. */
export const OVERLAP: bool = isDefined(FEATURE_OVERLAP) ? FEATURE_OVERLAP !== 0 : ALL;
/** Targets that show the end of a write are asked for it. */
export const POLLING: bool = isDefined(FEATURE_POLLING) ? FEATURE_POLLING !== 0 : ALL;
/** FF is not written where FF is already. */
export const SKIP_BLANK: bool = isDefined(FEATURE_SKIP_BLANK) ? FEATURE_SKIP_BLANK !== 0 : ALL;
/** Programming Enable is verified and tried again, and refused when nobody listens. */
export const VERIFY: bool = isDefined(FEATURE_VERIFY) ? FEATURE_VERIFY !== 0 : ALL;
/** A command is dropped when a byte of it has no stop bit, or when its host begins anew with ESC. */
export const RESYNC: bool = isDefined(FEATURE_RESYNC) ? FEATURE_RESYNC !== 0 : ALL;

// --- The board (application note AVR910, figure 4) -----------------------------

/** Port B, to the target. An ATmega has its crystal there: it takes the pins of its own SPI instead. */
export const RESET: u8 = CRYSTAL_ON_PORTB ? 2 : 4;
export const MISO: u8 = CRYSTAL_ON_PORTB ? 4 : 5;
export const MOSI: u8 = CRYSTAL_ON_PORTB ? 3 : 6;
export const SCK: u8 = CRYSTAL_ON_PORTB ? 5 : 7;

/** Port D, to the PC: RXD comes from it, TXD goes to it. Both idle high. */
export const RXD: u8 = 0;
export const TXD: u8 = 1;

/** The LED of commands x and y: its bit of port B or D, or -1 where there is none. */
export const LED: i32 = -1;
export const LED_ON_PORTB: bool = false;
export const LED_LIT_WHEN_HIGH: bool = true;

// --- Who we are: two ASCII digits each ----------------------------------------

export const SOFTWARE_MAJOR: u8 = 0x31; // 1
export const SOFTWARE_MINOR: u8 = 0x30; // 0
export const HARDWARE_MAJOR: u8 = 0x31; // 1
export const HARDWARE_MINOR: u8 = 0x30; // 0

// --- Waits, in milliseconds --------------------------------------------------------------------

/** A byte of flash or EEPROM, t_WD_PROG by supply voltage: AT90S1200 0838H p47 table 22; below 3.2 V by its slope. */
export const BYTE_WRITE_MS: u8 =
  VCC_MV >= 5000 ? 4 : VCC_MV >= 4000 ? 6 : VCC_MV >= 3600 ? 7 : VCC_MV >= 3200 ? 9 : 12;
/** The same of any other device, whose end can be asked for nearly always: the longest in avrdude.conf. */
export const POLLED_BYTE_WRITE_MS: u8 = 20;
/** A page of flash: the slowest page device here is the ATmega103 with 56 ms (avrdude.conf). */
export const PAGE_WRITE_MS: u8 = 56;
/** Chip erase and lock bits of byte devices: 18 ms at 3.2 V (0838H p47 table 21), 20 ms in avrdude.conf. */
export const ERASE_MS: u8 = VCC_MV >= 3200 ? 20 : 24;
/** Chip erase of page devices: twice the page write (ATmega103 0945G p109). */
export const PAGE_DEVICE_ERASE_MS: u8 = 112;
/** From RESET low to the first instruction: at least 20 ms (0838H p45). */
export const RESET_LOW_MS: u8 = 20;
/** The positive pulse on RESET: two target clocks at least (0945G p109); the rest is for its capacitor. */
export const RESET_HIGH_MS: u8 = 1;

/** How often Programming Enable is tried: twice for each bit of an instruction, or after so many pulses on RESET. */
export const ENABLE_ATTEMPTS: u8 = 64;

// --- SCK, in cycles of the programmer -------------------------------------------
// The AT90S1200 wants SCK high for more than 4 of its clocks and low for more than 1, other targets more
// than 2 and 2; MOSI set up 1.25 clocks before SCK rises, held 2.5 after (0838H p47, 0945G p108, 1228B p123).

export const SCK_HIGH_CYCLES: i32 = (4 * XTAL_HZ) / TARGET_HZ + 1;
export const SCK_LOW_CYCLES: i32 = (2 * XTAL_HZ) / TARGET_HZ + 1;
export const MOSI_SETUP_CYCLES: i32 = (5 * XTAL_HZ) / (4 * TARGET_HZ) + 1;

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
  const actual = XTAL_HZ / (PRESCALER * <i32>BIT);
  if (abs(actual - BAUD_RATE) * 100 > BAUD_RATE)
    ERROR('XTAL and BAUD do not fit: the bit would be more than 1 % off');
  if (CYCLES_PER_BIT > 64 * LONGEST_BIT) ERROR('BAUD is too slow for this XTAL');
  if (CYCLES_PER_BIT < 34) ERROR('BAUD is too fast for this XTAL: a bit needs 34 cycles');
  if (VCC_MV < 2700 || VCC_MV > 6000) ERROR('VCC goes from 2.7 V to 6 V');
  if (XTAL_HZ > HIGHEST_XTAL) ERROR('XTAL is faster than this chip may run');
  if (TARGET_HZ < 1000 || TARGET_HZ > 24_000_000) ERROR('TARGET_XTAL is in Hz, from 1000 to 24000000');
}
