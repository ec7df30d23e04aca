/** A counter of 16 bits, up and down by a pin: adding to two registers with the carry, and its end at zero. */

import { bit, out, PINB, PORTB, PORTD, wdr } from './chip';

let count: u16 = 0xfd;

export function main(): void {
  for (;;) {
    if (bit(PINB, 0)) count++;
    else count -= 3;
    out(PORTB, <u8>count);
    out(PORTD, <u8>(count >> 8));
    if (count === 0) wdr();
  }
}
