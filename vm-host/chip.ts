/**
 * The microcontrollers that a programmer's firmware runs on, as data: the types, and the AT90S1200.
 * Its kin have a file each in chips/.
 *
 * Pages are those of the AT90S1200 datasheet, Atmel 0838H-AVR-03/02. Where a
 * figure comes from elsewhere, the source stands beside it.
 */

/** One row of the I/O register table: where it is, its bits from 7 to 0, what it holds after reset. */
export interface IoRow {
  readonly name: string;
  readonly address: number;
  /** Bit names from bit 7 down to bit 0; '-' is a bit that does not exist and reads 0. */
  readonly bits: readonly string[];
  /** For the chip that the machine simulates. */
  readonly initial?: number;
  readonly page?: number;
}

/** A bit of an I/O register. */
export interface IoBit {
  readonly register: string;
  readonly bit: number;
}

/** An interrupt vector; the row's place in the table is its priority, the first wins. */
export interface Vector {
  readonly name: string;
  readonly address: number;
  readonly page?: number;
}

/** Data memory, where a chip has it. The compiler keeps return addresses in it and nothing else. */
export interface Ram {
  readonly first: number;
  /** RAMEND: the stack begins here and grows down, two bytes a return address. */
  readonly last: number;
  /** The I/O registers of the stack pointer, low byte first. A program sets them before its first call. */
  readonly pointer: readonly string[];
}

/** A port pin: which bit of which port, the number on the PDIP, the other job it can do. */
export interface PinRow {
  readonly name: string;
  readonly port: 'A' | 'B' | 'C' | 'D';
  readonly bit: number;
  readonly package: number;
  readonly alternate?: string;
}

/** A quantity that depends on the supply: pairs of volts and value, rising volts, straight lines between. */
export type ByVoltage = readonly (readonly [volts: number, value: number])[];

/**
 * Seconds that an oscillator counts whose frequency follows the supply on a straight line: through two points,
 * and on in both directions as far as the chip's supply reaches.
 */
export interface OscillatorTime {
  readonly points: readonly [
    slow: readonly [volts: number, seconds: number],
    fast: readonly [number, number],
  ];
  readonly supply: readonly [lowest: number, highest: number];
}

export interface Chip {
  readonly name: string;
  /** Program memory in 16-bit words (page 1). */
  readonly flashWords: number;
  /** The register file, R0 to R31 (page 1). */
  readonly registers: { readonly first: number; readonly last: number };
  /** Return addresses: those the hardware stack holds (page 8), or what a chip with RAM is granted. */
  readonly stackLevels: number;
  /** Absent on the AT90S1200 (page 1). */
  readonly ram?: Ram;
  /** The fastest clock that the datasheet allows, in Hz (page 1). */
  readonly highestXtal: number;
  /** EEPROM in bytes (page 25). */
  readonly eepromBytes: number;
  /** Signature bytes 0, 1, 2: manufacturer, memory size, part (AVR910 application note). */
  readonly signature: readonly [number, number, number];
  /** The I/O registers in the order of the datasheet's summary, highest address first. */
  readonly ioRows: readonly IoRow[];
  /** Address of each I/O register by name. */
  readonly io: Readonly<Record<string, number>>;
  /** Register and number of each bit by name; PORTB, TCNT0 and their like have none. */
  readonly bits: Readonly<Record<string, IoBit>>;
  readonly vectors: readonly Vector[];
  readonly pins: readonly PinRow[];
  /** Present on the chip that the machine simulates; the compiler needs none of it. */
  readonly timing?: ChipTiming;
}

/** What does not follow XTAL1 but an oscillator of its own, in seconds. */
export interface ChipTiming {
  /** From the start of an EEPROM write until EEWE reads 0. */
  readonly eepromWrite: ByVoltage;
  /** Watchdog period for WDP = 0; WDP doubles it. */
  readonly watchdog: OscillatorTime;
  /** From the end of a reset, or from the wake-up level in power-down, to the first clock of the program. */
  readonly startUp: OscillatorTime;
}

function register(address: number, name: string, bits: string, initial: number, page: number): IoRow {
  return { name, address, bits: bits.split(' '), initial, page };
}

/**
 * Addresses and bit numbers: the datasheet's register summary, as in the assembler's include file
 * 1200def.inc. The page is where the register is described; both ports are in the chapter from page 29.
 */
// biome-ignore format: a table reads by columns
const at90s1200Io: readonly IoRow[] = [
  register(0x3f, 'SREG',  'I T H S V N Z C',                                       0x00, 11),
  register(0x3b, 'GIMSK', '- INT0 - - - - - -',                                    0x00, 16),
  register(0x39, 'TIMSK', '- - - - - - TOIE0 -',                                   0x00, 16),
  register(0x38, 'TIFR',  '- - - - - - TOV0 -',                                    0x00, 16),
  register(0x35, 'MCUCR', '- - SE SM - - ISC01 ISC00',                             0x00, 18),
  register(0x33, 'TCCR0', '- - - - - CS02 CS01 CS00',                              0x00, 21),
  register(0x32, 'TCNT0', '7 6 5 4 3 2 1 0',                                       0x00, 22),
  register(0x21, 'WDTCR', '- - - - WDE WDP2 WDP1 WDP0',                            0x00, 23),
  register(0x1e, 'EEAR',  '- - 5 4 3 2 1 0',                                       0x00, 25),
  register(0x1d, 'EEDR',  '7 6 5 4 3 2 1 0',                                       0x00, 25),
  register(0x1c, 'EECR',  '- - - - - - EEWE EERE',                                 0x00, 26),
  register(0x18, 'PORTB', '7 6 5 4 3 2 1 0',                                       0x00, 29),
  register(0x17, 'DDRB',  '7 6 5 4 3 2 1 0',                                       0x00, 29),
  register(0x16, 'PINB',  '7 6 5 4 3 2 1 0',                                       0x00, 29),
  register(0x12, 'PORTD', '- 6 5 4 3 2 1 0',                                       0x00, 29),
  register(0x11, 'DDRD',  '- 6 5 4 3 2 1 0',                                       0x00, 29),
  register(0x10, 'PIND',  '- 6 5 4 3 2 1 0',                                       0x00, 29),
  register(0x08, 'ACSR',  'ACD - ACO ACI ACIE - ACIS1 ACIS0',                      0x00, 27),
];

/** Vectors in order of priority; RESET is not an interrupt but shares the table. */
const at90s1200Vectors: readonly Vector[] = [
  { name: 'RESET', address: 0x000, page: 16 },
  { name: 'INT0', address: 0x001, page: 16 },
  { name: 'TIMER0_OVF', address: 0x002, page: 16 },
  { name: 'ANA_COMP', address: 0x003, page: 16 },
];

/** The PDIP20, pages 1 to 4: package numbers of port B from 12, of port D as drawn. */
// biome-ignore format: a table reads by columns
const at90s1200Pins: readonly PinRow[] = [
  { name: 'PB0', port: 'B', bit: 0, package: 12, alternate: 'AIN0' },
  { name: 'PB1', port: 'B', bit: 1, package: 13, alternate: 'AIN1' },
  { name: 'PB2', port: 'B', bit: 2, package: 14 },
  { name: 'PB3', port: 'B', bit: 3, package: 15 },
  { name: 'PB4', port: 'B', bit: 4, package: 16 },
  { name: 'PB5', port: 'B', bit: 5, package: 17, alternate: 'MOSI' },
  { name: 'PB6', port: 'B', bit: 6, package: 18, alternate: 'MISO' },
  { name: 'PB7', port: 'B', bit: 7, package: 19, alternate: 'SCK' },
  { name: 'PD0', port: 'D', bit: 0, package: 2 },
  { name: 'PD1', port: 'D', bit: 1, package: 3 },
  { name: 'PD2', port: 'D', bit: 2, package: 6, alternate: 'INT0' },
  { name: 'PD3', port: 'D', bit: 3, package: 7 },
  { name: 'PD4', port: 'D', bit: 4, package: 8, alternate: 'T0' },
  { name: 'PD5', port: 'D', bit: 5, package: 9 },
  { name: 'PD6', port: 'D', bit: 6, package: 11 },
];

function addresses(rows: readonly IoRow[]): Record<string, number> {
  return Object.fromEntries(rows.map(row => [row.name, row.address]));
}

/** Named bits only: a bit called by its number has no name of its own. */
function bitsOf(rows: readonly IoRow[]): Record<string, IoBit> {
  const named = rows.flatMap(row =>
    row.bits.map((name, i) => [name, { register: row.name, bit: 7 - i }] as const),
  );
  return Object.fromEntries(named.filter(([name]) => /[A-Z]/.test(name)));
}

/** Completes a chip: the look-up tables by name follow from its rows. */
export function chipOf(facts: Omit<Chip, 'io' | 'bits'>): Chip {
  return { ...facts, io: addresses(facts.ioRows), bits: bitsOf(facts.ioRows) };
}

export const AT90S1200: Chip = chipOf({
  name: 'AT90S1200',
  flashWords: 512,
  registers: { first: 0, last: 31 },
  stackLevels: 3,
  highestXtal: 12_000_000,
  eepromBytes: 64,
  signature: [0x1e, 0x90, 0x01],
  ioRows: at90s1200Io,
  vectors: at90s1200Vectors,
  pins: at90s1200Pins,
  timing: {
    // page 25: 2.5 ms typical at 5 V, 4 ms at 2.7 V
    eepromWrite: [
      [2.7, 4e-3],
      [5.0, 2.5e-3],
    ],
    // page 24: 16 K cycles of the watchdog oscillator, typical; the line between is that of the
    // oscillator's printed curve (0838D-07/98 page 37), the supply that of page 1
    watchdog: {
      points: [
        [3.0, 47e-3],
        [5.0, 15e-3],
      ],
      supply: [2.7, 6.0],
    },
    // page 13: tTOUT, typical at 5 V; it is counted by the watchdog's oscillator and follows its supply
    startUp: {
      points: [
        [3.0, 16e-3 * (47 / 15)],
        [5.0, 16e-3],
      ],
      supply: [2.7, 6.0],
    },
  },
});

/** The bits of a register that exist, as a mask. */
export function existingBits(row: IoRow): number {
  return row.bits.reduce((mask, name, i) => (name === '-' ? mask : mask | (0x80 >> i)), 0);
}

/** Reads a {@link ByVoltage} table; outside its ends the end's value holds. */
export function atVoltage(table: ByVoltage, volts: number): number {
  const after = table.findIndex(([at]) => at >= volts);
  if (after === 0) return table[0][1];
  if (after < 0) return table[table.length - 1][1];
  const [[v0, y0], [v1, y1]] = [table[after - 1], table[after]];
  return y0 + ((y1 - y0) * (volts - v0)) / (v1 - v0);
}

/** Reads an {@link OscillatorTime}; beyond the chip's supply the end's value holds. */
export function oscillatorTime({ points, supply }: OscillatorTime, volts: number): number {
  const within = Math.min(Math.max(volts, supply[0]), supply[1]);
  const [[v0, y0], [v1, y1]] = points;
  // the points themselves, to the last digit
  if (within === v0) return y0;
  if (within === v1) return y1;
  return 1 / (1 / y0 + ((1 / y1 - 1 / y0) * (within - v0)) / (v1 - v0));
}
