/** A 16-bit shift register with feedback makes a random byte per run. */
import { out, PORTB, PORTD, wdr } from './chip';

let lfsr: u16 = 0xace1;

function next(): void {
  let steps: u8 = 8;
  do {
    const last = lfsr & 1;
    lfsr >>= 1;
    if (last) lfsr ^= 0xb400;
  } while (--steps);
}

export function main(): void {
  for (;;) {
    wdr();
    next();
    out(PORTB, <u8>lfsr);
    out(PORTD, <u8>(lfsr >> 8));
  }
}
