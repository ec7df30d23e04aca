/** A byte as three decimal digits: hundreds on port D, tens and ones on port B. */
import { in_, out, PINB, PORTB, PORTD, wdr } from './chip';

function convert(value: u8): void {
  let hundreds: u8 = 0;
  while (value >= 100) {
    value -= 100;
    hundreds++;
  }
  let tens: u8 = 0;
  while (value >= 10) {
    value -= 10;
    tens++;
  }
  out(PORTD, hundreds);
  out(PORTB, (tens << 4) | value);
}

export function main(): void {
  for (;;) {
    wdr();
    convert(in_(PINB));
  }
}
