/** The headers of avr-libc are a second hand's copy of the same datasheets. */

import { describe, expect, it } from 'vitest';
import { type Chip, chips } from '../../vm-host/index.ts';
import { avrLibcWanted, definitionsFor, ioAddress, macroValue } from './avr-libc.ts';

/** Where we follow the datasheet, or one name for all chips, and avr-libc says otherwise. */
const THEIR_NAME: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  at90s1200: {},
  at90s2313: {
    TIMER1_CAPT: 'TIMER1_CAPT1',
    TIMER1_COMPA: 'TIMER1_COMP1',
    TIMER1_OVF: 'TIMER1_OVF1',
    TIMER0_OVF: 'TIMER0_OVF0',
  },
  attiny2313: { PCINT0: 'PCINT', EE_READY: 'EEPROM_READY' },
  attiny2313a: { WDTCSR: 'WDTCR', EE_READY: 'EEPROM_Ready' },
  atmega8: { USART_RX: 'USART_RXC', USART_TX: 'USART_TXC', EE_READY: 'EE_RDY', SPM_READY: 'SPM_RDY' },
  atmega328p: { ANA_COMP: 'ANALOG_COMP' },
};

/** Bits without a macro of their name: avr-libc knows them by the register's number only. */
const UNNAMED = /^(SREG|SPL|SPH|OSCCAL)$/;

describe.skipIf(!avrLibcWanted)('avr-libc', () => {
  for (const [mcu, chip] of Object.entries(chips)) {
    describe(`for the ${chip.name}`, () => agreement(mcu, chip));
  }
});

function agreement(mcu: string, chip: Chip): void {
  const theirName = (name: string) => THEIR_NAME[mcu][name] ?? name;
  const definitions = avrLibcWanted ? definitionsFor(mcu) : new Map<string, string>();

  it('puts every register where we have it', () => {
    const theirs = chip.ioRows.map(({ name }) => [name, ioAddress(definitions.get(theirName(name)) ?? '')]);
    expect(theirs).toEqual(chip.ioRows.map(({ name, address }) => [name, address]));
  });

  it('has no register in the I/O space that we lack', () => {
    const addresses = [...definitions.values()].map(ioAddress).filter(address => address !== undefined);
    const ours = new Set(chip.ioRows.map(({ address }) => address));
    expect(addresses.length).toBeGreaterThan(15);
    expect(addresses.filter(address => !ours.has(address))).toEqual([]);
  });

  it('numbers every named bit as we do', () => {
    const named = Object.entries(chip.bits).filter(([, { register }]) => !UNNAMED.test(register));
    const theirs = named.map(([name]) => [name, Number(definitions.get(name))]);
    expect(theirs).toEqual(named.map(([name, { bit }]) => [name, bit]));
  });

  it('has the same vectors in the same order, and no more', () => {
    const numberOf = (name: string) => /^_VECTOR\((\d+)\)$/.exec(definitions.get(`${name}_vect`) ?? '')?.[1];
    const wordsEach = chip.vectors[1].address;
    const interrupts = chip.vectors.slice(1);
    const theirs = interrupts.map(({ name }) => Number(numberOf(theirName(name))) * wordsEach);
    expect(theirs).toEqual(interrupts.map(({ address }) => address));
    const size = macroValue(definitions, '_VECTORS_SIZE');
    expect(chip.vectors.length * wordsEach * 2).toBe(size);
  });

  it('gives the memories the same sizes, and the chip the same signature', () => {
    const at = (name: string) => macroValue(definitions, name);
    expect(at('FLASHEND') + 1).toBe(chip.flashWords * 2);
    expect(at('E2END') + 1).toBe(chip.eepromBytes);
    if (chip.ram) expect([at('RAMSTART'), at('RAMEND')]).toEqual([chip.ram.first, chip.ram.last]);
    const bytes = [0, 1, 2].map(i => at(`SIGNATURE_${i}`));
    expect(bytes).toEqual(chip.signature);
  });
}
