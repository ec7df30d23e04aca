/**
 * AT90S1200, serial programming.
 *
 * Sources: D = AT90S1200 datasheet, Atmel 0838H (03/02), by page; E = its edition 0838D (07/98); N = application
 * note AVR910, Atmel 0943. "recalled" marks what could not be seen in print; docs/discrepancies.md says what stands
 * against what.
 */

import { type Device, instruction } from './device.ts';

export const at90s1200: Device = {
  name: 'AT90S1200',
  avrdude: '1200',
  signature: [0x1e, 0x90, 0x01], // N table 5
  // D p45 "Data Polling Flash"; the value is what avrdude and PonyProg use
  flash: { bytes: 1024, polling: 0xff },
  // D p45 "Data Polling EEPROM" with table 18; the values as avrdude and PonyProg use them
  eeprom: { bytes: 64, P1: 0x00, P2: 0xff },
  lock: { LB1: 0x02, LB2: 0x04, hidesSignature: true }, // D p46: "1111 1211", note 1
  instructions: [
    // D p46, table 19. Where the datasheet prints zeros for address bits that the part
    // does not have, the part is taken not to look; the lock bits' neighbours likewise,
    // because the published programmer sends 111x xLL0 and older tables print 111x x21x.
    instruction('Programming Enable', '1010 1100 0101 0011 xxxx xxxx xxxx xxxx'),
    instruction('Chip Erase', '1010 1100 100x xxxx xxxx xxxx xxxx xxxx'),
    instruction('Read Program Memory', '0010 H000 ---- ---a bbbb bbbb oooo oooo'),
    instruction('Write Program Memory', '0100 H000 ---- ---a bbbb bbbb iiii iiii'),
    instruction('Read EEPROM', '1010 0000 ---- ---- --bb bbbb oooo oooo'),
    instruction('Write EEPROM', '1100 0000 ---- ---- --bb bbbb iiii iiii'),
    instruction('Write Lock Bits', '1010 1100 111+ +ii+ xxxx xxxx xxxx xxxx'),
    instruction('Read Signature', '0011 0000 xxxx xxxx xxxx xxbb oooo oooo'),
  ],
  sck: [{ from: 0, high: 4, low: 1 }], // N "SCK"; E p31, p34 table 18
  // E p34 table 18
  timing: { tOVSH: { clocks: 1.25 }, tSHOX: { clocks: 2.5 }, tSLIV: 32 },
  waits: {
    // D p47 tables 21 and 22 (recalled; AT90S2313 0839I p71 tables 30 and 31 has the same)
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
  eraseEndsBy: 'RESET', // D p45; N "Chip Erase"
  // N "Programming Protocol" and "MISO"
  sync: { wait: 20, echo: false, recovery: 'RESET pulse' },
  cites: {
    sck: 'note AVR910 "SCK"; AT90S1200 0838D p34 table 18',
    timing: 'AT90S1200 0838D p34 table 18',
    waits: 'AT90S1200 0838H p47 tables 21 and 22 (recalled); the same: AT90S2313 0839I p71',
    sync: 'note AVR910 "Programming Protocol"; AT90S1200 0838H p45',
  },
  // D p1, E p34 table 18: -4 from 2.7 V, -12 from 4.0 V
  speedGrades: [
    { volts: 2.7, hz: 4_000_000 },
    { volts: 4.0, hz: 12_000_000 },
  ],
};
