/** Turns the bits of a byte round. */
import { in_, out, PINB, PORTD, wdr } from './chip';

function reverse(byte: u8): u8 {
  let turned: u8 = 0;
  for (let i: u8 = 0; i < 8; i++) {
    turned = (turned << 1) | (byte & 1);
    byte >>= 1;
  }
  return turned;
}

export function main(): void {
  for (;;) {
    wdr();
    out(PORTD, reverse(in_(PINB)));
  }
}
