/**
 * The programmer on a chip that is on sale, without a crystal: an ATtiny2313 or ATtiny2313A on its internal
 * oscillator of 8 MHz. README.md beside this file has wiring, build and calibration.
 *
 * The firmware itself is the project's own; this board only has a clock to prepare.
 */

import { out } from '../../firmware/chip';
import { main as programmer } from '../../firmware/main';
import { XTAL_HZ } from '../../firmware/options';

/** Clock prescaler: Atmel 8246B page 33. */
const CLKPR: u8 = 0x26;
const CLKPCE: u8 = 0x80;
/** Oscillator calibration, 7 bits: Atmel 8246A page 181. */
const OSCCAL: u8 = 0x31;

export function main(): void {
  if (!isDefined(MCU_ATTINY2313) && !isDefined(MCU_ATTINY2313A))
    ERROR('this board carries an ATtiny2313: build with --mcu attiny2313');
  if (XTAL_HZ !== 8_000_000) ERROR('this board runs at 8 MHz: build with --xtal 8M');
  undivide();
  calibrate();
  programmer();
}

/**
 * Full speed, whatever the fuse CKDIV8 says: the factory sets it, and the chip starts at 1 MHz. The second value
 * must follow within four clocks of the first.
 */
function undivide(): void {
  out(CLKPR, CLKPCE);
  out(CLKPR, 0);
}

/** The chip loads the factory's value at reset, good to 10 % (8246B page 28); a build can bring a better one. */
function calibrate(): void {
  if (isDefined(CALIBRATION)) {
    if (CALIBRATION < 0 || CALIBRATION > 0x7f) ERROR('CALIBRATION goes from 0 to 0x7F');
    out(OSCCAL, <u8>CALIBRATION);
  }
}
