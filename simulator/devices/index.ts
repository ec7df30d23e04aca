/** The parts that the simulator can put into the socket. A new part is a new file and a line here. */

import { at90s1200 } from './at90s1200.ts';
import { at90s2313 } from './at90s2313.ts';
import { atmega8 } from './atmega8.ts';
import type { Device } from './device.ts';

export * from './avr910-codes.ts';
export * from './bit-strings.ts';
export * from './device.ts';
export { at90s1200, at90s2313, atmega8 };

/** By lower-case name, as `--target` takes it. */
export const devices: Readonly<Record<string, Device>> = { at90s1200, at90s2313, atmega8 };
