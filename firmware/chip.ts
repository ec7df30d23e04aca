/**
 * The chip as this firmware sees it. Each function below is one machine
 * instruction of the chip and takes the place of that instruction; this is the
 * only file with I/O addresses. Names and addresses: AT90S1200 datasheet
 * (0838H), register summary.
 *
 * The chip is the AT90S1200 unless the build names another: `isp build --mcu atmega8`
 * defines MCU_ATMEGA8, and so on.
 */

/** IN Rd, A: reads a register. */
@external('mcu', 'in')
declare function in_(address: u8): u8;

/** OUT A, Rr: writes a register. */
@external('mcu', 'out')
export declare function out(address: u8, value: u8): void;

/** SBI A, b: sets one bit of a register, and only that bit. Two clocks. */
@external('mcu', 'sbi')
export declare function sbi(address: u8, bit: u8): void;

/** CBI A, b: clears one bit of a register. Two clocks. */
@external('mcu', 'cbi')
export declare function cbi(address: u8, bit: u8): void;

/** SBIS/SBIC A, b: true when the bit is set. For use as a condition. */
@external('mcu', 'bit')
export declare function bit(address: u8, bit: u8): bool;

/** Does nothing for exactly this many clocks of XTAL1. The number is a constant. */
@external('mcu', 'delay')
export declare function delayCycles(cycles: u32): void;

const AT90S2313: bool = isDefined(MCU_AT90S2313);
const ATTINY2313: bool = isDefined(MCU_ATTINY2313) || isDefined(MCU_ATTINY2313A);
const ATMEGA8: bool = isDefined(MCU_ATMEGA8);
const ATMEGA328P: bool = isDefined(MCU_ATMEGA328P);

/** Whether PB6 and PB7 are the pins of the crystal. */
export const CRYSTAL_ON_PORTB: bool = ATMEGA8 || ATMEGA328P;

/** The fastest clock that the datasheet allows, on its page 1. */
export const HIGHEST_XTAL: i32 =
  ATTINY2313 || ATMEGA328P ? 20_000_000 : ATMEGA8 ? 16_000_000 : AT90S2313 ? 10_000_000 : 12_000_000;

// The ATmega328P has its registers elsewhere, the others have kept them (8271H, register summary).

/** Port B: the lines to the target. */
export const PORTB: u8 = ATMEGA328P ? 0x05 : 0x18;
export const DDRB: u8 = ATMEGA328P ? 0x04 : 0x17;
export const PINB: u8 = ATMEGA328P ? 0x03 : 0x16;

/** Port D: the serial line to the PC. */
export const PORTD: u8 = ATMEGA328P ? 0x0b : 0x12;
export const DDRD: u8 = ATMEGA328P ? 0x0a : 0x11;
export const PIND: u8 = ATMEGA328P ? 0x09 : 0x10;

/** Timer/Counter0 control: the three bits that select its clock. Later chips call it TCCR0B. */
export const TCCR0: u8 = ATMEGA328P ? 0x25 : 0x33;
const TCNT0: u8 = ATMEGA328P ? 0x26 : 0x32;
const TIFR: u8 = ATMEGA328P ? 0x15 : 0x38;
const TOV0: u8 = ATMEGA8 || ATMEGA328P ? 0 : 1;

/** Timer/Counter0: counts up for ever and starts again at 0 after 255. */
export function now(): u8 {
  return in_(TCNT0);
}

/** True when Timer/Counter0 has started again at 0 since the last forgetTurn(). */
export function turned(): bool {
  return bit(TIFR, TOV0);
}

/** Clears the flag that turned() looks at, by writing a one to it. */
export function forgetTurn(): void {
  out(TIFR, 1 << TOV0);
}
