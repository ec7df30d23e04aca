/** The same as wrong-firmware.ts for the constraints that only a part with pages has: an ATmega8. */

import { atmega8, parseSession, program, replay } from '../../simulator/index.ts';
import { bytes, type Change } from './build.ts';
import type { Wrong } from './wrong-firmware.ts';

const options = (line: string, becomes: string): Change => ({ file: 'options.ts', line, becomes });

/** Two pages and some bytes of EEPROM. */
const pagesJob = () => program(bytes(66), { device: atmega8, eeprom: bytes(4) });

const common = { board: { target: atmega8 }, names: { file: 'isp.ts', line: 'sbi(PORTB, SCK);' } };

export const wrongPages: readonly Wrong[] = [
  {
    ...common,
    id: 'tWD_FLASH',
    mistake: 'waits 1 ms after each page',
    change: options('export const PAGE_WRITE_MS: u8 = 56;', 'export const PAGE_WRITE_MS: u8 = 1;'),
    host: pagesJob,
  },
  {
    ...common,
    id: 'tWD_EEPROM',
    mistake: 'waits 1 ms after each byte of EEPROM',
    change: options(
      'export const POLLED_BYTE_WRITE_MS: u8 = 20;',
      'export const POLLED_BYTE_WRITE_MS: u8 = 1;',
    ),
    host: pagesJob,
  },
  {
    ...common,
    id: 'tWD_FUSE',
    mistake: 'waits 1 ms after a universal command',
    change: { file: 'memory.ts', line: 'wait(ERASE_MS);', becomes: 'wait(1);' },
    host: () => replay(parseSession('5465 1\n50 1\n2eaca000e1 2\n73 3\n4c 1')),
  },
];
