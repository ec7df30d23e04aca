/** A byte to Gray code on port D, and from Gray code on port B. */
import { in_, out, PINB, PORTB, PORTD, wdr } from './chip';

function toGray(value: u8): u8 {
  return value ^ (value >> 1);
}

function fromGray(code: u8): u8 {
  let value: u8 = 0;
  while (code !== 0) {
    value ^= code;
    code >>= 1;
  }
  return value;
}

export function main(): void {
  for (;;) {
    wdr();
    const value = in_(PINB);
    out(PORTD, toGray(value));
    out(PORTB, fromGray(value));
  }
}
