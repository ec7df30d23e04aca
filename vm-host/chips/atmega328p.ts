/**
 * The ATmega328P: the chip of the best-known hobby boards. Its registers have moved, so a firmware for it is
 * built with other addresses; its vectors are two words apart.
 *
 * Only the I/O space is here. What lies above it (OSCCAL, CLKPR, the USART, Timer/Counter1) is reached with LDS
 * and STS, which the compiler does not use.
 *
 * Source: ATmega48A..328P datasheet, Atmel 8271H-AVR-08/2014: vectors page 66, registers from its Register Summary.
 * Checked against avr-libc's iom328p.h in the tests.
 */

import { type Chip, chipOf, type IoRow } from '../chip.ts';
import { byteRegister, PDIP28, pins, register, STACK_LEVELS_IN_RAM, vectors } from './rows.ts';

// biome-ignore format: a table reads by columns
const io: readonly IoRow[] = [
  register(0x3f, 'SREG',   'I T H S V N Z C'),
  register(0x3e, 'SPH',    '- - - - SP11 SP10 SP9 SP8'),
  register(0x3d, 'SPL',    'SP7 SP6 SP5 SP4 SP3 SP2 SP1 SP0'),
  register(0x37, 'SPMCSR', 'SPMIE RWWSB SIGRD RWWSRE BLBSET PGWRT PGERS SPMEN'),
  register(0x35, 'MCUCR',  '- BODS BODSE PUD - - IVSEL IVCE'),
  register(0x34, 'MCUSR',  '- - - - WDRF BORF EXTRF PORF'),
  register(0x33, 'SMCR',   '- - - - SM2 SM1 SM0 SE'),
  register(0x30, 'ACSR',   'ACD ACBG ACO ACI ACIE ACIC ACIS1 ACIS0'),
  byteRegister(0x2e, 'SPDR'),
  register(0x2d, 'SPSR',   'SPIF WCOL - - - - - SPI2X'),
  register(0x2c, 'SPCR',   'SPIE SPE DORD MSTR CPOL CPHA SPR1 SPR0'),
  byteRegister(0x2b, 'GPIOR2'),
  byteRegister(0x2a, 'GPIOR1'),
  byteRegister(0x28, 'OCR0B'),
  byteRegister(0x27, 'OCR0A'),
  byteRegister(0x26, 'TCNT0'),
  register(0x25, 'TCCR0B', 'FOC0A FOC0B - - WGM02 CS02 CS01 CS00'),
  register(0x24, 'TCCR0A', 'COM0A1 COM0A0 COM0B1 COM0B0 - - WGM01 WGM00'),
  register(0x23, 'GTCCR',  'TSM - - - - - PSRASY PSRSYNC'),
  register(0x22, 'EEARH',  '- - - - - - 1 0'),
  byteRegister(0x21, 'EEARL'),
  byteRegister(0x20, 'EEDR'),
  register(0x1f, 'EECR',   '- - EEPM1 EEPM0 EERIE EEMPE EEPE EERE'),
  byteRegister(0x1e, 'GPIOR0'),
  register(0x1d, 'EIMSK',  '- - - - - - INT1 INT0'),
  register(0x1c, 'EIFR',   '- - - - - - INTF1 INTF0'),
  register(0x1b, 'PCIFR',  '- - - - - PCIF2 PCIF1 PCIF0'),
  register(0x17, 'TIFR2',  '- - - - - OCF2B OCF2A TOV2'),
  register(0x16, 'TIFR1',  '- - ICF1 - - OCF1B OCF1A TOV1'),
  register(0x15, 'TIFR0',  '- - - - - OCF0B OCF0A TOV0'),
  byteRegister(0x0b, 'PORTD'),
  byteRegister(0x0a, 'DDRD'),
  byteRegister(0x09, 'PIND'),
  register(0x08, 'PORTC',  '- 6 5 4 3 2 1 0'),
  register(0x07, 'DDRC',   '- 6 5 4 3 2 1 0'),
  register(0x06, 'PINC',   '- 6 5 4 3 2 1 0'),
  byteRegister(0x05, 'PORTB'),
  byteRegister(0x04, 'DDRB'),
  byteRegister(0x03, 'PINB'),
];

export const ATmega328P: Chip = chipOf({
  name: 'ATmega328P',
  flashWords: 16_384,
  registers: { first: 0, last: 31 },
  stackLevels: STACK_LEVELS_IN_RAM,
  ram: { first: 0x100, last: 0x8ff, pointer: ['SPL', 'SPH'] },
  highestXtal: 20_000_000,
  eepromBytes: 1024,
  signature: [0x1e, 0x95, 0x0f],
  ioRows: io,
  vectors: vectors(
    'RESET INT0 INT1 PCINT0 PCINT1 PCINT2 WDT TIMER2_COMPA TIMER2_COMPB TIMER2_OVF TIMER1_CAPT TIMER1_COMPA ' +
      'TIMER1_COMPB TIMER1_OVF TIMER0_COMPA TIMER0_COMPB TIMER0_OVF SPI_STC USART_RX USART_UDRE USART_TX ADC ' +
      'EE_READY ANA_COMP TWI SPM_READY',
    2,
    66,
  ),
  pins: pins(PDIP28),
});
