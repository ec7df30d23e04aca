/**
 * The AT90S2313: the AT90S1200 with RAM, a UART and Timer/Counter1, pin for pin in the same package.
 * Out of production, in many drawers.
 *
 * Source: AT90S2313 datasheet, Atmel 0839I-AVR-06/02: sizes, supply and clock page 1, stack pointer page 17,
 * registers from its Register Summary. Checked against avr-libc's io2313.h in the tests.
 */

import { type Chip, chipOf, type IoRow } from '../chip.ts';
import { byteRegister, PDIP20, pins, register, STACK_LEVELS_IN_RAM, vectors } from './rows.ts';

// biome-ignore format: a table reads by columns
const io: readonly IoRow[] = [
  register(0x3f, 'SREG',   'I T H S V N Z C'),
  register(0x3d, 'SPL',    'SP7 SP6 SP5 SP4 SP3 SP2 SP1 SP0'),
  register(0x3b, 'GIMSK',  'INT1 INT0 - - - - - -'),
  register(0x3a, 'GIFR',   'INTF1 INTF0 - - - - - -'),
  register(0x39, 'TIMSK',  'TOIE1 OCIE1A - - TICIE1 - TOIE0 -'),
  register(0x38, 'TIFR',   'TOV1 OCF1A - - ICF1 - TOV0 -'),
  register(0x35, 'MCUCR',  '- - SE SM ISC11 ISC10 ISC01 ISC00'),
  register(0x33, 'TCCR0',  '- - - - - CS02 CS01 CS00'),
  byteRegister(0x32, 'TCNT0'),
  register(0x2f, 'TCCR1A', 'COM1A1 COM1A0 - - - - PWM11 PWM10'),
  register(0x2e, 'TCCR1B', 'ICNC1 ICES1 - - CTC1 CS12 CS11 CS10'),
  byteRegister(0x2d, 'TCNT1H'),
  byteRegister(0x2c, 'TCNT1L'),
  byteRegister(0x2b, 'OCR1AH'),
  byteRegister(0x2a, 'OCR1AL'),
  byteRegister(0x25, 'ICR1H'),
  byteRegister(0x24, 'ICR1L'),
  register(0x21, 'WDTCR',  '- - - WDTOE WDE WDP2 WDP1 WDP0'),
  register(0x1e, 'EEAR',   '- 6 5 4 3 2 1 0'),
  byteRegister(0x1d, 'EEDR'),
  register(0x1c, 'EECR',   '- - - - - EEMWE EEWE EERE'),
  byteRegister(0x18, 'PORTB'),
  byteRegister(0x17, 'DDRB'),
  byteRegister(0x16, 'PINB'),
  register(0x12, 'PORTD',  '- 6 5 4 3 2 1 0'),
  register(0x11, 'DDRD',   '- 6 5 4 3 2 1 0'),
  register(0x10, 'PIND',   '- 6 5 4 3 2 1 0'),
  byteRegister(0x0c, 'UDR'),
  register(0x0b, 'USR',    'RXC TXC UDRE FE DOR - - -'),
  register(0x0a, 'UCR',    'RXCIE TXCIE UDRIE RXEN TXEN CHR9 RXB8 TXB8'),
  byteRegister(0x09, 'UBRR'),
  register(0x08, 'ACSR',   'ACD - ACO ACI ACIE ACIC ACIS1 ACIS0'),
];

export const AT90S2313: Chip = chipOf({
  name: 'AT90S2313',
  flashWords: 1024,
  registers: { first: 0, last: 31 },
  stackLevels: STACK_LEVELS_IN_RAM,
  ram: { first: 0x60, last: 0xdf, pointer: ['SPL'] },
  highestXtal: 10_000_000,
  eepromBytes: 128,
  signature: [0x1e, 0x91, 0x01],
  ioRows: io,
  vectors: vectors(
    'RESET INT0 INT1 TIMER1_CAPT TIMER1_COMPA TIMER1_OVF TIMER0_OVF UART_RX UART_UDRE UART_TX ANA_COMP',
    1,
  ),
  pins: pins(PDIP20),
});
