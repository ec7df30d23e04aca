/**
 * The target devices of AVR910, by the codes of the published firmware (version
 * 2.2/2.3). The chip has neither RAM nor LPM, so the list is code: one walk along
 * it answers both `t`, which wants to see every code, and `T`, which asks for one.
 */

import { send } from './serial';

/** What the selected device is like; 0 while none is selected, or one that we do not know. */
export let device: u8 = 0;

/** Selected. */
const KNOWN: u8 = 1;
/**
 * The third byte of Programming Enable comes back as 53, and an extra pulse on SCK helps when it
 * does not (datasheets of the AT90S2313 p70, ATmega103 p109 and their kin). The AT90S1200 keeps MISO
 * released until it has accepted the instruction, so there is nothing to look at.
 */
const ECHOES: u8 = 2;
/** The flash is written by pages. */
const PAGES: u8 = 4;
/**
 * While a byte is being written it reads as something else, so the end of a write can be seen (data polling).
 * Not the AT90S1200's: reading it sometimes spoils the byte that is written next (avrdude's source).
 */
const POLLS: u8 = 8; /** There is nothing but FF in the EEPROM: it has been erased, and nothing was written since. */
const BLANK: u8 = 16;

/** The code that `T` asks for, or 0: send them all. */
let wanted: u8 = 0;
/** What the devices are like that come next in the list. */
let kind: u8 = 0;

/** Selects the device with this code if it is in the list, and sends all codes if it is 0. */
export function walkDevices(code: u8): void {
  wanted = code;

  kind = KNOWN | ECHOES | POLLS;
  visit(0x55); // ATtiny12
  visit(0x56); // ATtiny15

  kind = KNOWN;
  visit(0x13); // AT90S1200

  kind = KNOWN | ECHOES | POLLS;
  visit(0x20); // AT90S2313
  visit(0x28); // AT90S4414
  visit(0x38); // AT90S8515
  visit(0x48); // AT90S2323
  visit(0x4c); // AT90S2343
  visit(0x34); // AT90S2333
  visit(0x30); // AT90S4433
  visit(0x6c); // AT90S4434
  visit(0x68); // AT90S8535

  kind = KNOWN | ECHOES | POLLS | PAGES;
  visit(0x65); // ATmega83
  visit(0x60); // ATmega161
  visit(0x64); // ATmega163
  visit(0x41); // ATmega103
  visit(0x42); // ATmega603
}

function visit(code: u8): void {
  if (!wanted) send(code);
  else if (code === wanted) device = kind;
}

/** Forgets the selected device. */
export function deselect(): void {
  device = 0;
}

export function echoesEnable(): bool {
  return (device & ECHOES) !== 0;
}

export function hasPages(): bool {
  return (device & PAGES) !== 0;
}

export function polls(): bool {
  return (device & POLLS) !== 0;
}

export function isBlank(): bool {
  return (device & BLANK) !== 0;
}

export function setBlank(): void {
  device |= BLANK;
}

export function clearBlank(): void {
  device &= ~BLANK;
}
