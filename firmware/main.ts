/**
 * In-system programmer for AVR targets on the board of application note AVR910:
 * after reset, for ever, read a letter and answer it.
 */

import { carryOut } from './avr910';
import { startClock } from './clock';
import { startIsp } from './isp';
import { startLed } from './led';
import { checkOptions } from './rates';
import { dropped, ESCAPE, receiveCommand, startSerial, transmit } from './serial';

export function main(): void {
  checkOptions();
  startIsp();
  startLed();
  startClock();
  startSerial();
  while (true) {
    const command = receiveCommand();
    if (command === ESCAPE) continue;
    const answer = carryOut(command);
    if (!dropped) transmit(answer);
  }
}
