/**
 * What the kernels know of the chip: the imports of firmware/chip.ts, and the
 * registers that lie at the same I/O addresses on the AT90S1200 (0838H, register
 * summary) and on the ATtiny2313 (2543L, register summary).
 */

/** IN Rd, A. */
@external('mcu', 'in')
export declare function in_(address: u8): u8;

/** OUT A, Rr. */
@external('mcu', 'out')
export declare function out(address: u8, value: u8): void;

/** SBI A, b. */
@external('mcu', 'sbi')
export declare function sbi(address: u8, bit: u8): void;

/** CBI A, b. */
@external('mcu', 'cbi')
export declare function cbi(address: u8, bit: u8): void;

/** SBIS/SBIC A, b. */
@external('mcu', 'bit')
export declare function bit(address: u8, bit: u8): bool;

/** A counted delay of a constant number of clocks. */
@external('mcu', 'delay')
export declare function delayCycles(cycles: u32): void;

@external('mcu', 'nop')
export declare function nop(): void;

/** Every run of a kernel begins with it: the bench counts clocks from one to the next. */
@external('mcu', 'wdr')
export declare function wdr(): void;

export const PIND: u8 = 0x10;
export const DDRD: u8 = 0x11;
export const PORTD: u8 = 0x12;
export const PINB: u8 = 0x16;
export const DDRB: u8 = 0x17;
export const PORTB: u8 = 0x18;
export const TCNT0: u8 = 0x32;
