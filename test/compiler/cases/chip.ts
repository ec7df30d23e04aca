/** What the cases know of the chip: AT90S1200 datasheet 0838H, register summary. */

@external('mcu', 'in')
export declare function in_(address: u8): u8;
@external('mcu', 'out')
export declare function out(address: u8, value: u8): void;
@external('mcu', 'sbi')
export declare function sbi(address: u8, bit: u8): void;
@external('mcu', 'cbi')
export declare function cbi(address: u8, bit: u8): void;
@external('mcu', 'bit')
export declare function bit(address: u8, bit: u8): bool;
@external('mcu', 'delay')
export declare function delayCycles(cycles: u32): void;
@external('mcu', 'wdr')
export declare function wdr(): void;

export const PORTB: u8 = 0x18;
export const DDRB: u8 = 0x17;
export const PINB: u8 = 0x16;
export const PORTD: u8 = 0x12;
export const DDRD: u8 = 0x11;
export const PIND: u8 = 0x10;
