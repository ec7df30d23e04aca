/** Every chip a firmware can be built for. The machine simulates the AT90S1200; see docs/chips.md for the others. */

import { AT90S1200, type Chip } from '../chip.ts';
import { AT90S2313 } from './at90s2313.ts';
import { ATmega8 } from './atmega8.ts';
import { ATmega328P } from './atmega328p.ts';
import { ATtiny2313, ATtiny2313A } from './attiny2313.ts';

/** By name in lower case. */
export const chips: Readonly<Record<string, Chip>> = {
  at90s1200: AT90S1200,
  at90s2313: AT90S2313,
  attiny2313: ATtiny2313,
  attiny2313a: ATtiny2313A,
  atmega8: ATmega8,
  atmega328p: ATmega328P,
};
