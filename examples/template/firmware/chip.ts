/** The registers and instructions of the AT90S1200 that this firmware uses. */

@external('mcu', 'out')
export declare function out(address: u8, value: u8): void;
@external('mcu', 'sbi')
export declare function sbi(address: u8, bit: u8): void;
@external('mcu', 'cbi')
export declare function cbi(address: u8, bit: u8): void;
/** SBIS or SBIC: true when the bit is set. */
@external('mcu', 'bit')
export declare function bit(address: u8, bit: u8): bool;
/** Exactly so many clocks. */
@external('mcu', 'delay')
export declare function delayCycles(cycles: u32): void;

export const PORTB: u8 = 0x18;
export const DDRB: u8 = 0x17;
export const PINB: u8 = 0x16;
export const PORTD: u8 = 0x12;
export const DDRD: u8 = 0x11;
export const PIND: u8 = 0x10;
