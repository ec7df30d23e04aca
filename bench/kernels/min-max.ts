/** The smallest and the largest of the bytes on port B so far; PD0 starts afresh. */
import { bit, in_, out, PINB, PIND, PORTB, PORTD, wdr } from './chip';

let smallest: u8 = 0xff;
let largest: u8 = 0;

export function main(): void {
  for (;;) {
    wdr();
    if (bit(PIND, 0)) {
      smallest = 0xff;
      largest = 0;
    }
    const value = in_(PINB);
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
    out(PORTB, smallest);
    out(PORTD, largest);
  }
}
