/**
 * The ATmega8: the same core with more of everything. Its registers lie where the AT90S1200 has them, its pins
 * do not: PB6 and PB7 carry the crystal.
 *
 * Source: ATmega8 datasheet, Atmel 2486AA-AVR-02/2013: vectors page 46, signature page 218, oscillator calibration
 * page 31, registers from its Register Summary. Checked against avr-libc's iom8.h in the tests.
 */

import { type Chip, chipOf, type IoRow } from '../chip.ts';
import { byteRegister, PDIP28, pins, register, STACK_LEVELS_IN_RAM, vectors } from './rows.ts';

// biome-ignore format: a table reads by columns
const io: readonly IoRow[] = [
  register(0x3f, 'SREG',   'I T H S V N Z C'),
  register(0x3e, 'SPH',    '- - - - - SP10 SP9 SP8'),
  register(0x3d, 'SPL',    'SP7 SP6 SP5 SP4 SP3 SP2 SP1 SP0'),
  register(0x3b, 'GICR',   'INT1 INT0 - - - - IVSEL IVCE'),
  register(0x3a, 'GIFR',   'INTF1 INTF0 - - - - - -'),
  register(0x39, 'TIMSK',  'OCIE2 TOIE2 TICIE1 OCIE1A OCIE1B TOIE1 - TOIE0'),
  register(0x38, 'TIFR',   'OCF2 TOV2 ICF1 OCF1A OCF1B TOV1 - TOV0'),
  register(0x37, 'SPMCR',  'SPMIE RWWSB - RWWSRE BLBSET PGWRT PGERS SPMEN'),
  register(0x36, 'TWCR',   'TWINT TWEA TWSTA TWSTO TWWC TWEN - TWIE'),
  register(0x35, 'MCUCR',  'SE SM2 SM1 SM0 ISC11 ISC10 ISC01 ISC00'),
  register(0x34, 'MCUCSR', '- - - - WDRF BORF EXTRF PORF'),
  register(0x33, 'TCCR0',  '- - - - - CS02 CS01 CS00'),
  byteRegister(0x32, 'TCNT0'),
  register(0x31, 'OSCCAL', 'CAL7 CAL6 CAL5 CAL4 CAL3 CAL2 CAL1 CAL0'),
  register(0x30, 'SFIOR',  '- - - - ACME PUD PSR2 PSR10'),
  register(0x2f, 'TCCR1A', 'COM1A1 COM1A0 COM1B1 COM1B0 FOC1A FOC1B WGM11 WGM10'),
  register(0x2e, 'TCCR1B', 'ICNC1 ICES1 - WGM13 WGM12 CS12 CS11 CS10'),
  byteRegister(0x2d, 'TCNT1H'),
  byteRegister(0x2c, 'TCNT1L'),
  byteRegister(0x2b, 'OCR1AH'),
  byteRegister(0x2a, 'OCR1AL'),
  byteRegister(0x29, 'OCR1BH'),
  byteRegister(0x28, 'OCR1BL'),
  byteRegister(0x27, 'ICR1H'),
  byteRegister(0x26, 'ICR1L'),
  register(0x25, 'TCCR2',  'FOC2 WGM20 COM21 COM20 WGM21 CS22 CS21 CS20'),
  byteRegister(0x24, 'TCNT2'),
  byteRegister(0x23, 'OCR2'),
  register(0x22, 'ASSR',   '- - - - AS2 TCN2UB OCR2UB TCR2UB'),
  register(0x21, 'WDTCR',  '- - - WDCE WDE WDP2 WDP1 WDP0'),
  // one address, two registers: written with URSEL = 1 it is UCSRC
  register(0x20, 'UCSRC',  'URSEL UMSEL UPM1 UPM0 USBS UCSZ1 UCSZ0 UCPOL'),
  register(0x20, 'UBRRH',  '7 - - - 3 2 1 0'),
  register(0x1f, 'EEARH',  '- - - - - - - 0'),
  byteRegister(0x1e, 'EEARL'),
  byteRegister(0x1d, 'EEDR'),
  register(0x1c, 'EECR',   '- - - - EERIE EEMWE EEWE EERE'),
  byteRegister(0x18, 'PORTB'),
  byteRegister(0x17, 'DDRB'),
  byteRegister(0x16, 'PINB'),
  register(0x15, 'PORTC',  '- 6 5 4 3 2 1 0'),
  register(0x14, 'DDRC',   '- 6 5 4 3 2 1 0'),
  register(0x13, 'PINC',   '- 6 5 4 3 2 1 0'),
  byteRegister(0x12, 'PORTD'),
  byteRegister(0x11, 'DDRD'),
  byteRegister(0x10, 'PIND'),
  byteRegister(0x0f, 'SPDR'),
  register(0x0e, 'SPSR',   'SPIF WCOL - - - - - SPI2X'),
  register(0x0d, 'SPCR',   'SPIE SPE DORD MSTR CPOL CPHA SPR1 SPR0'),
  byteRegister(0x0c, 'UDR'),
  register(0x0b, 'UCSRA',  'RXC TXC UDRE FE DOR PE U2X MPCM'),
  register(0x0a, 'UCSRB',  'RXCIE TXCIE UDRIE RXEN TXEN UCSZ2 RXB8 TXB8'),
  byteRegister(0x09, 'UBRRL'),
  register(0x08, 'ACSR',   'ACD ACBG ACO ACI ACIE ACIC ACIS1 ACIS0'),
  register(0x07, 'ADMUX',  'REFS1 REFS0 ADLAR - MUX3 MUX2 MUX1 MUX0'),
  register(0x06, 'ADCSRA', 'ADEN ADSC ADFR ADIF ADIE ADPS2 ADPS1 ADPS0'),
  byteRegister(0x05, 'ADCH'),
  byteRegister(0x04, 'ADCL'),
  byteRegister(0x03, 'TWDR'),
  register(0x02, 'TWAR',   'TWA6 TWA5 TWA4 TWA3 TWA2 TWA1 TWA0 TWGCE'),
  register(0x01, 'TWSR',   'TWS7 TWS6 TWS5 TWS4 TWS3 - TWPS1 TWPS0'),
  byteRegister(0x00, 'TWBR'),
];

export const ATmega8: Chip = chipOf({
  name: 'ATmega8',
  flashWords: 4096,
  registers: { first: 0, last: 31 },
  stackLevels: STACK_LEVELS_IN_RAM,
  ram: { first: 0x60, last: 0x45f, pointer: ['SPL', 'SPH'] },
  highestXtal: 16_000_000,
  eepromBytes: 512,
  signature: [0x1e, 0x93, 0x07],
  ioRows: io,
  vectors: vectors(
    'RESET INT0 INT1 TIMER2_COMP TIMER2_OVF TIMER1_CAPT TIMER1_COMPA TIMER1_COMPB TIMER1_OVF TIMER0_OVF ' +
      'SPI_STC USART_RX USART_UDRE USART_TX ADC EE_READY ANA_COMP TWI SPM_READY',
    1,
    46,
  ),
  pins: pins(PDIP28),
});
