/**
 * In-system programmer for AVR targets on the board of application note AVR910:
 * after reset, for ever, read a letter and answer it.
 */

import { Command, carryOut } from './avr910';
import { startIsp } from './isp';
import { checkOptions } from './options';
import { receive, startSerial, transmit } from './serial';

export function main(): void {
  checkOptions();
  startIsp();
  startSerial();
  while (true) {
    const command = receive();
    if (command !== Command.Escape) transmit(carryOut(command));
  }
}
