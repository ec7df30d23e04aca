/**
 * Everything about a board and its targets, for editing: pins, clock, baud rate, features, LED,
 * versions, waits, devices. What follows from it is worked out in rates.ts.
 *
 * What reads `isDefined(NAME) ?` below can be given to a build instead, as a whole number:
 * `isp build --xtal 8M --baud 38400 --vcc 5 --target-xtal 4M --define FEATURE_POLLING=0`.
 */

import { CRYSTAL_ON_PORTB } from './chip';

/** Clock of the programmer, in Hz. */
export const XTAL_HZ: i32 = isDefined(XTAL) ? XTAL : 4_000_000;
/** Rate of the serial line. */
export const BAUD_RATE: i32 = isDefined(BAUD) ? BAUD : 19_200;
/** The lowest supply voltage at which targets are written; VCC is in V or in mV. */
export const VCC_MV: i32 = isDefined(VCC) ? (VCC < 100 ? VCC * 1000 : VCC) : 4_000;
/** The slowest clock of a target, in Hz. */
export const TARGET_HZ: i32 = isDefined(TARGET_XTAL) ? TARGET_XTAL : 1_000_000;

// --- Features -----------------------------------------------------------------

/** Only what the published firmware does: `--define PUBLISHED=1`. Single features can be added to it. */
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
export const LED: i32 = isDefined(LED_BIT) ? LED_BIT : -1;
export const LED_ON_PORTB: bool = isDefined(LED_PORTB) ? LED_PORTB !== 0 : false;
export const LED_LIT_WHEN_HIGH: bool = isDefined(LED_LOW) ? LED_LOW === 0 : true;

// --- Who we are: two ASCII digits each ----------------------------------------

export const SOFTWARE_MAJOR: u8 = 0x31; // 1
export const SOFTWARE_MINOR: u8 = 0x30; // 0
export const HARDWARE_MAJOR: u8 = 0x31; // 1
export const HARDWARE_MINOR: u8 = 0x30; // 0

// --- Waits, in milliseconds --------------------------------------------------------------------

/** A byte of flash or EEPROM, t_WD_PROG by supply voltage: AT90S1200 0838H p47 table 22, 0839I p71; below 3.2 V by its slope. */
export const BYTE_WRITE_MS: u8 =
  VCC_MV >= 5000 ? 4 : VCC_MV >= 4000 ? 6 : VCC_MV >= 3600 ? 7 : VCC_MV >= 3200 ? 9 : 12;
/** The same of any other device, whose end can be asked for nearly always: the longest in avrdude.conf. */
export const POLLED_BYTE_WRITE_MS: u8 = 20;
/** A page of flash: the slowest page device here is the ATmega103 with 56 ms (avrdude.conf). */
export const PAGE_WRITE_MS: u8 = 56;
/** Chip erase and lock bits of byte devices: 18 ms at 3.2 V (0838H p47 table 21, 0839I p71), 20 ms in avrdude.conf. */
export const ERASE_MS: u8 = VCC_MV >= 3200 ? 20 : 24;
/** Chip erase of page devices: twice the page write (ATmega103 0945G p109). */
export const PAGE_DEVICE_ERASE_MS: u8 = 112;
/** From RESET low to the first instruction: at least 20 ms (0838H p45). */
export const RESET_LOW_MS: u8 = 20;
/** The positive pulse on RESET: two target clocks at least (0945G p109); the rest is for its capacitor. */
export const RESET_HIGH_MS: u8 = 1;

/** How often Programming Enable is tried: twice for each bit of an instruction, and fewer times where it takes a pulse on RESET. */
export const ENABLE_ATTEMPTS: u8 = 64;

// --- The target devices, by the codes of the published firmware (version 2.2/2.3) --------------

/** Selected. */
const KNOWN: u8 = 1;
/**
 * The third byte of Programming Enable comes back as 53, and an extra pulse on SCK helps when it
 * does not (datasheets of the AT90S2313 p70, ATmega103 p109 and their kin). The AT90S1200 keeps MISO
 * released until it has accepted the instruction, so there is nothing to look at.
 */
export const ECHOES: u8 = 2;
/** The flash is written by pages. */
export const PAGES: u8 = 4;
/**
 * While a byte is being written it reads as something else, so the end of a write can be seen (data polling).
 * Not the AT90S1200's: reading it sometimes spoils the byte that is written next (avrdude's source).
 */
export const POLLS: u8 = 8;

/** Families, then the codes of their members. `t` lists them in this order; each takes two words. */
export function listDevices<List>(list: List): void {
  list.family(KNOWN | ECHOES | POLLS);
  list.device(0x55); // ATtiny12
  list.device(0x56); // ATtiny15

  list.family(KNOWN);
  list.device(0x13); // AT90S1200

  list.family(KNOWN | ECHOES | POLLS);
  list.device(0x20); // AT90S2313
  list.device(0x28); // AT90S4414
  list.device(0x38); // AT90S8515
  list.device(0x48); // AT90S2323
  list.device(0x4c); // AT90S2343
  list.device(0x34); // AT90S2333
  list.device(0x30); // AT90S4433
  list.device(0x6c); // AT90S4434
  list.device(0x68); // AT90S8535

  list.family(KNOWN | ECHOES | POLLS | PAGES);
  list.device(0x65); // ATmega83
  list.device(0x60); // ATmega161
  list.device(0x64); // ATmega163
  list.device(0x41); // ATmega103
  list.device(0x42); // ATmega603
}
