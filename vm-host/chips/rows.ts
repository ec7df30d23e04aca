/** What the tables of the further chips have in common. */

import type { IoRow, PinRow, Vector } from '../chip.ts';

/**
 * Return addresses granted to a chip with RAM. Each takes two bytes at the end of it; sixteen are more
 * than a firmware of a few hundred words needs, and few enough that a runaway chain of calls is told.
 */
export const STACK_LEVELS_IN_RAM = 16;

/** A row of the datasheet's Register Summary: bits from 7 to 0, '-' where there is none. */
export function register(address: number, name: string, bits: string): IoRow {
  return { name, address, bits: bits.split(' ') };
}

/** An eight-bit register whose bits have no names of their own. */
export function byteRegister(address: number, name: string): IoRow {
  return register(address, name, '7 6 5 4 3 2 1 0');
}

/** The interrupt vectors in order of priority, `wordsEach` apart; the first is RESET at 0. */
export function vectors(names: string, wordsEach: number, page?: number): readonly Vector[] {
  return names.split(' ').map((name, i) => ({ name, address: i * wordsEach, page }));
}

/**
 * Port pins by package pin.
 * @param text items such as `2:PD0` or `19:PB7=SCK`
 */
export function pins(text: string): readonly PinRow[] {
  return text.split(' ').map(item => {
    const [place, alternate] = item.split('=');
    const [number, name] = place.split(':');
    const row = { name, port: name[1] as PinRow['port'], bit: Number(name[2]), package: Number(number) };
    return alternate ? { ...row, alternate } : row;
  });
}

/** The PDIP20 of the AT90S1200, which the AT90S2313 and the ATtiny2313 share: the ports of all three. */
export const PDIP20 =
  '2:PD0 3:PD1 6:PD2=INT0 7:PD3=INT1 8:PD4=T0 9:PD5=T1 11:PD6=ICP ' +
  '12:PB0=AIN0 13:PB1=AIN1 14:PB2 15:PB3 16:PB4 17:PB5=MOSI 18:PB6=MISO 19:PB7=SCK';

/** The PDIP28 of the ATmega8 and the ATmega328P. PB6 and PB7 carry the crystal, PC6 is RESET. */
export const PDIP28 =
  '1:PC6=RESET 2:PD0=RXD 3:PD1=TXD 4:PD2=INT0 5:PD3=INT1 6:PD4=T0 9:PB6=XTAL1 10:PB7=XTAL2 ' +
  '11:PD5=T1 12:PD6=AIN0 13:PD7=AIN1 14:PB0=ICP1 15:PB1 16:PB2=SS 17:PB3=MOSI 18:PB4=MISO 19:PB5=SCK ' +
  '23:PC0 24:PC1 25:PC2 26:PC3 27:PC4 28:PC5';
