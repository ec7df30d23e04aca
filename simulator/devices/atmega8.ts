/**
 * ATmega8, serial programming: flash by pages, EEPROM byte by byte, data polling.
 *
 * Sources: D = ATmega8 datasheet, Atmel 2486AA (02/2013), by page; A = ATmega8A datasheet, Atmel 8159E, whose
 * chapter says the same; M = the siblings' datasheet, Atmel 8271H.
 */

import { type Device, instruction } from './device.ts';

export const atmega8: Device = {
  name: 'ATmega8',
  avrdude: 'm8',
  signature: [0x1e, 0x93, 0x07], // D p218
  // D p218 table 89: 32 words, 128 pages; A "Data Polling Flash"
  flash: { bytes: 8192, polling: 0xff, page: 32 },
  eeprom: { bytes: 512, P1: 0xff, P2: 0xff }, // D p232 "Data Polling EEPROM": one value for both
  lock: { LB1: 0x01, LB2: 0x02, hidesSignature: false }, // D p215 table 85; p218 "Signature Bytes"
  // D p216 table 87, p217 table 88; SPIEN (bit 5) cannot be reached over SPI, EESAVE is bit 3
  fuses: { low: 0xe1, high: 0xd9, unreachable: 0x20, EESAVE: 0x08 },
  calibration: [0xae, 0xac, 0xa5, 0xa3], // D p218: one for each RC frequency. Each chip has its own; these stand for any
  instructions: [
    // D p233, table 98
    instruction('Programming Enable', '1010 1100 0101 0011 xxxx xxxx xxxx xxxx'),
    instruction('Chip Erase', '1010 1100 100x xxxx xxxx xxxx xxxx xxxx'),
    instruction('Read Program Memory', '0010 H000 0000 aaaa bbbb bbbb oooo oooo'),
    instruction('Load Program Memory Page', '0100 H000 0000 xxxx xxxb bbbb iiii iiii'),
    instruction('Write Program Memory Page', '0100 1100 0000 aaaa bbbx xxxx xxxx xxxx'),
    instruction('Read EEPROM', '1010 0000 00xx xxxa bbbb bbbb oooo oooo'),
    instruction('Write EEPROM', '1100 0000 00xx xxxa bbbb bbbb iiii iiii'),
    instruction('Read Lock Bits', '0101 1000 0000 0000 xxxx xxxx xxoo oooo'),
    instruction('Write Lock Bits', '1010 1100 111x xxxx xxxx xxxx ++ii iiii'),
    instruction('Read Signature', '0011 0000 00xx xxxx xxxx xxbb oooo oooo'),
    instruction('Write Fuse Bits', '1010 1100 1010 0000 xxxx xxxx iiii iiii'),
    instruction('Write Fuse High Bits', '1010 1100 1010 1000 xxxx xxxx iiii iiii'),
    instruction('Read Fuse Bits', '0101 0000 0000 0000 xxxx xxxx oooo oooo'),
    instruction('Read Fuse High Bits', '0101 1000 0000 1000 xxxx xxxx oooo oooo'),
    instruction('Read Calibration Byte', '0011 1000 00xx xxxx 0000 00bb oooo oooo'),
  ],
  // D p230: longer than 2 CPU clocks below 12 MHz, than 3 from there
  sck: [
    { from: 0, high: 2, low: 2 },
    { from: 12_000_000, high: 3, low: 3 },
  ],
  // D p239 table 102, the SPI as a slave: set-up and hold 10 ns, output 15 ns. M p311 has one clock for the hold,
  // which is what a part needs that looks at MOSI with its own clock
  timing: { tOVSH: { ns: 10 }, tSHOX: { clocks: 1 }, tSLIV: 15 },
  // D p232 table 97: the same at any supply voltage
  waits: {
    tWD_FUSE: [[5, 4.5]],
    tWD_FLASH: [[5, 4.5]],
    tWD_EEPROM: [[5, 9]],
    tWD_ERASE: [[5, 9]],
  },
  eraseEndsBy: 'time', // D p231: no word of RESET
  sync: { wait: 20, echo: true, recovery: 'RESET pulse' }, // D p231, steps 2 and 3
  cites: {
    sck: 'ATmega8 2486AA p230',
    timing: 'ATmega8 2486AA p239 table 102; hold: ATmega328P 8271H p311',
    waits: 'ATmega8 2486AA p232 table 97',
    sync: 'ATmega8 2486AA p231',
  },
  // D p1: the L from 2.7 V, the other from 4.5 V
  speedGrades: [
    { volts: 2.7, hz: 8_000_000 },
    { volts: 4.5, hz: 16_000_000 },
  ],
};
