/** Counts the runs in which PB0 is high; PB1 sets the 16-bit count to 0. */
import { bit, out, PINB, PORTB, PORTD, wdr } from './chip';

let count: u16 = 0;

export function main(): void {
  for (;;) {
    wdr();
    if (bit(PINB, 1)) count = 0;
    else if (bit(PINB, 0)) count++;
    out(PORTB, <u8>(count >> 8));
    out(PORTD, <u8>count);
  }
}
