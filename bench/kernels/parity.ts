/** The parity of a byte decides PB0. */
import { cbi, in_, PIND, PORTB, sbi, wdr } from './chip';

function odd(byte: u8): bool {
  byte ^= byte >> 4;
  byte ^= byte >> 2;
  byte ^= byte >> 1;
  return (byte & 1) !== 0;
}

export function main(): void {
  for (;;) {
    wdr();
    if (odd(in_(PIND))) sbi(PORTB, 0);
    else cbi(PORTB, 0);
  }
}
