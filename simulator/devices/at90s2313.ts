/**
 * AT90S2313, serial programming: byte by byte, with data polling.
 *
 * Sources: D = AT90S2313 datasheet, Atmel 0839 (G 08/01 p65, p70; I 06/02 p68 to p71); P = PonyProg's AVR source.
 * "recalled" marks what could not be seen in print.
 */

import { type Device, instruction } from './device.ts';

export const at90s2313: Device = {
  name: 'AT90S2313',
  avrdude: '2313',
  signature: [0x1e, 0x91, 0x01], // application note AVR910, table 5
  flash: { bytes: 2048, polling: 0x7f }, // D p65; 0839I p70 "Data Polling Flash"
  eeprom: { bytes: 128, P1: 0x80, P2: 0x7f }, // 0839I p69 "Data Polling EEPROM", table 27
  lock: { LB1: 0x02, LB2: 0x04, hidesSignature: true }, // 0839I p70: "111x x21x", note 1
  instructions: [
    // 0839I p70, table 28
    instruction('Programming Enable', '1010 1100 0101 0011 xxxx xxxx xxxx xxxx'),
    instruction('Chip Erase', '1010 1100 100x xxxx xxxx xxxx xxxx xxxx'),
    instruction('Read Program Memory', '0010 H000 xxxx xxaa bbbb bbbb oooo oooo'),
    instruction('Write Program Memory', '0100 H000 xxxx xxaa bbbb bbbb iiii iiii'),
    instruction('Read EEPROM', '1010 0000 xxxx xxxx xbbb bbbb oooo oooo'),
    instruction('Write EEPROM', '1100 0000 xxxx xxxx xbbb bbbb iiii iiii'),
    instruction('Write Lock Bits', '1010 1100 111x xiix xxxx xxxx xxxx xxxx'),
    instruction('Read Signature', '0011 0000 xxxx xxxx xxxx xxbb oooo oooo'),
  ],
  sck: [{ from: 0, high: 2, low: 2 }], // D p65
  // 0839I p71 table 29; tSLIV (recalled): that of the AT90S1200
  timing: { tOVSH: { clocks: 1 }, tSHOX: { clocks: 2 }, tSLIV: 32 },
  waits: {
    // 0839I p71 tables 30 and 31
    tWD_ERASE: [
      [3.2, 18],
      [3.6, 14],
      [4.0, 12],
      [5.0, 8],
    ],
    tWD_PROG: [
      [3.2, 9],
      [3.6, 7],
      [4.0, 6],
      [5.0, 4],
    ],
  },
  eraseEndsBy: 'RESET', // 0839G p70, step 4
  sync: { wait: 20, echo: true, recovery: 'SCK pulse' }, // 0839G p70, steps 2 and 3
  cites: {
    sck: 'AT90S2313 0839G p65',
    timing: 'AT90S2313 0839I p71 table 29',
    waits: 'AT90S2313 0839I p71 tables 30 and 31',
    sync: 'AT90S2313 0839G p70',
  },
  // D p1: -4 from 2.7 V, -10 from 4.0 V
  speedGrades: [
    { volts: 2.7, hz: 4_000_000 },
    { volts: 4.0, hz: 10_000_000 },
  ],
};
