/**
 * The ATtiny2313 and its successor ATtiny2313A: pin for pin in the place of the AT90S1200, on sale, with an
 * internal oscillator of 8 MHz.
 *
 * Sources: ATtiny2313 datasheet, Atmel 2543L-AVR-08/10 (fuses page 159), and ATtiny2313A datasheet, 8246A-AVR-11/09
 * (vectors page 47, signature and calibration bytes page 181) and 8246B-AVR-09/11 (oscillator page 28, CLKPR
 * page 33); registers from their Register Summaries. Checked against avr-libc's iotn2313.h and iotn2313a.h in the
 * tests.
 */

import { type Chip, chipOf, type IoRow } from '../chip.ts';
import { byteRegister, PDIP20, pins, register, STACK_LEVELS_IN_RAM, vectors } from './rows.ts';

/** What both have. */
// biome-ignore format: a table reads by columns
const shared: readonly IoRow[] = [
  register(0x3f, 'SREG',   'I T H S V N Z C'),
  register(0x3d, 'SPL',    'SP7 SP6 SP5 SP4 SP3 SP2 SP1 SP0'),
  byteRegister(0x3c, 'OCR0B'),
  register(0x39, 'TIMSK',  'TOIE1 OCIE1A OCIE1B - ICIE1 OCIE0B TOIE0 OCIE0A'),
  register(0x38, 'TIFR',   'TOV1 OCF1A OCF1B - ICF1 OCF0B TOV0 OCF0A'),
  byteRegister(0x36, 'OCR0A'),
  register(0x35, 'MCUCR',  'PUD SM1 SE SM0 ISC11 ISC10 ISC01 ISC00'),
  register(0x34, 'MCUSR',  '- - - - WDRF BORF EXTRF PORF'),
  register(0x33, 'TCCR0B', 'FOC0A FOC0B - - WGM02 CS02 CS01 CS00'),
  byteRegister(0x32, 'TCNT0'),
  register(0x31, 'OSCCAL', '- CAL6 CAL5 CAL4 CAL3 CAL2 CAL1 CAL0'),
  register(0x30, 'TCCR0A', 'COM0A1 COM0A0 COM0B1 COM0B0 - - WGM01 WGM00'),
  register(0x2f, 'TCCR1A', 'COM1A1 COM1A0 COM1B1 COM1B0 - - WGM11 WGM10'),
  register(0x2e, 'TCCR1B', 'ICNC1 ICES1 - WGM13 WGM12 CS12 CS11 CS10'),
  byteRegister(0x2d, 'TCNT1H'),
  byteRegister(0x2c, 'TCNT1L'),
  byteRegister(0x2b, 'OCR1AH'),
  byteRegister(0x2a, 'OCR1AL'),
  byteRegister(0x29, 'OCR1BH'),
  byteRegister(0x28, 'OCR1BL'),
  register(0x26, 'CLKPR',  'CLKPCE - - - CLKPS3 CLKPS2 CLKPS1 CLKPS0'),
  byteRegister(0x25, 'ICR1H'),
  byteRegister(0x24, 'ICR1L'),
  register(0x23, 'GTCCR',  '- - - - - - - PSR10'),
  register(0x22, 'TCCR1C', 'FOC1A FOC1B - - - - - -'),
  register(0x21, 'WDTCSR', 'WDIF WDIE WDP3 WDCE WDE WDP2 WDP1 WDP0'),
  register(0x1e, 'EEAR',   '- 6 5 4 3 2 1 0'),
  byteRegister(0x1d, 'EEDR'),
  register(0x1c, 'EECR',   '- - EEPM1 EEPM0 EERIE EEMPE EEPE EERE'),
  register(0x1b, 'PORTA',  '- - - - - 2 1 0'),
  register(0x1a, 'DDRA',   '- - - - - 2 1 0'),
  register(0x19, 'PINA',   '- - - - - 2 1 0'),
  byteRegister(0x18, 'PORTB'),
  byteRegister(0x17, 'DDRB'),
  byteRegister(0x16, 'PINB'),
  byteRegister(0x15, 'GPIOR2'),
  byteRegister(0x14, 'GPIOR1'),
  byteRegister(0x13, 'GPIOR0'),
  register(0x12, 'PORTD',  '- 6 5 4 3 2 1 0'),
  register(0x11, 'DDRD',   '- 6 5 4 3 2 1 0'),
  register(0x10, 'PIND',   '- 6 5 4 3 2 1 0'),
  byteRegister(0x0f, 'USIDR'),
  register(0x0e, 'USISR',  'USISIF USIOIF USIPF USIDC USICNT3 USICNT2 USICNT1 USICNT0'),
  register(0x0d, 'USICR',  'USISIE USIOIE USIWM1 USIWM0 USICS1 USICS0 USICLK USITC'),
  byteRegister(0x0c, 'UDR'),
  register(0x0b, 'UCSRA',  'RXC TXC UDRE FE DOR UPE U2X MPCM'),
  register(0x0a, 'UCSRB',  'RXCIE TXCIE UDRIE RXEN TXEN UCSZ2 RXB8 TXB8'),
  byteRegister(0x09, 'UBRRL'),
  register(0x08, 'ACSR',   'ACD ACBG ACO ACI ACIE ACIC ACIS1 ACIS0'),
  register(0x02, 'UBRRH',  '- - - - 3 2 1 0'),
  register(0x01, 'DIDR',   '- - - - - - AIN1D AIN0D'),
];

/** Where the older one differs. */
// biome-ignore format: a table reads by columns
const onlyATtiny2313: readonly IoRow[] = [
  register(0x3b, 'GIMSK',  'INT1 INT0 PCIE - - - - -'),
  register(0x3a, 'EIFR',   'INTF1 INTF0 PCIF - - - - -'),
  register(0x37, 'SPMCSR', '- - - CTPB RFLB PGWRT PGERS SELFPRGEN'),
  register(0x20, 'PCMSK',  'PCINT7 PCINT6 PCINT5 PCINT4 PCINT3 PCINT2 PCINT1 PCINT0'),
  register(0x03, 'UCSRC',  '- UMSEL UPM1 UPM0 USBS UCSZ1 UCSZ0 UCPOL'),
];

/** Pin changes on all ports, a second serial mode, less power. */
// biome-ignore format: a table reads by columns
const onlyATtiny2313A: readonly IoRow[] = [
  register(0x3b, 'GIMSK',  'INT1 INT0 PCIE0 PCIE2 PCIE1 - - -'),
  register(0x3a, 'GIFR',   'INTF1 INTF0 PCIF0 PCIF2 PCIF1 - - -'),
  register(0x37, 'SPMCSR', '- - - CTPB RFLB PGWRT PGERS SPMEN'),
  register(0x20, 'PCMSK0', 'PCINT7 PCINT6 PCINT5 PCINT4 PCINT3 PCINT2 PCINT1 PCINT0'),
  register(0x07, 'BODCR',  '- - - - - - BPDS BPDSE'),
  register(0x06, 'PRR',    '- - - - PRTIM1 PRTIM0 PRUSI PRUSART'),
  register(0x05, 'PCMSK2', '- PCINT17 PCINT16 PCINT15 PCINT14 PCINT13 PCINT12 PCINT11'),
  register(0x04, 'PCMSK1', '- - - - - PCINT10 PCINT9 PCINT8'),
  register(0x03, 'UCSRC',  'UMSEL1 UMSEL0 UPM1 UPM0 USBS UCSZ1 UCSZ0 UCPOL'),
  byteRegister(0x00, 'USIBR'),
];

const VECTORS =
  'RESET INT0 INT1 TIMER1_CAPT TIMER1_COMPA TIMER1_OVF TIMER0_OVF USART_RX USART_UDRE USART_TX ANA_COMP PCINT0 ' +
  'TIMER1_COMPB TIMER0_COMPA TIMER0_COMPB USI_START USI_OVERFLOW EE_READY WDT_OVERFLOW';

/** Both answer with the same signature. */
const common = {
  flashWords: 1024,
  registers: { first: 0, last: 31 },
  stackLevels: STACK_LEVELS_IN_RAM,
  ram: { first: 0x60, last: 0xdf, pointer: ['SPL'] },
  highestXtal: 20_000_000,
  eepromBytes: 128,
  signature: [0x1e, 0x91, 0x0a],
  pins: pins(`4:PA1=XTAL2 5:PA0=XTAL1 1:PA2=RESET ${PDIP20}`),
} as const;

export const ATtiny2313: Chip = chipOf({
  ...common,
  name: 'ATtiny2313',
  ioRows: [...shared, ...onlyATtiny2313],
  vectors: vectors(VECTORS, 1, 47),
});

export const ATtiny2313A: Chip = chipOf({
  ...common,
  name: 'ATtiny2313A',
  ioRows: [...shared, ...onlyATtiny2313A],
  vectors: vectors(`${VECTORS} PCINT1 PCINT2`, 1, 47),
});
