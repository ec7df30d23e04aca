/** A function with several ways out and a result on each: no way pays for another's registers. */

import { bit, in_, out, PINB, PIND, PORTB, PORTD } from './chip';

function classify(value: u8): u8 {
  if (value === 0xff) return 0;
  if (bit(PINB, 2)) return value + 1;
  if (value < 0x20) {
    out(PORTD, value);
    return 2;
  }
  if ((value & 0x81) === 0x81) return value >> 1;
  return value ^ 0x55;
}

export function main(): void {
  for (;;) {
    out(PORTB, classify(in_(PIND)));
    out(PORTB, classify(in_(PINB)));
  }
}
