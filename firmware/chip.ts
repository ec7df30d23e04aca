/**
 * The AT90S1200 as this firmware sees it. Each function below is one machine
 * instruction of the chip and takes the place of that instruction; this is the
 * only file with I/O addresses. Names and addresses: AT90S1200 datasheet
 * (0838H), register summary.
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

/** Port B: the lines to the target. */
export const PORTB: u8 = 0x18;
export const DDRB: u8 = 0x17;
export const PINB: u8 = 0x16;

/** Port D: the serial line to the PC. */
export const PORTD: u8 = 0x12;
export const DDRD: u8 = 0x11;
export const PIND: u8 = 0x10;

/** Timer/Counter0 control: the three bits that select its clock. */
export const TCCR0: u8 = 0x33;
const TCNT0: u8 = 0x32;

/** Timer/Counter0: counts up for ever and starts again at 0 after 255. */
export function now(): u8 {
  return in_(TCNT0);
}
