/** Receives a byte, 8N1, with counted delays between the samples; 0 after a false start. */
import { bit, delayCycles, out, PIND, PORTB, wdr } from './chip';

const RXD: u8 = 0;
const BIT: u32 = 208;

function receive(): u8 {
  while (bit(PIND, RXD)) {}
  delayCycles(BIT / 2 - 6);
  if (bit(PIND, RXD)) return 0;
  let byte: u8 = 0;
  let bits: u8 = 8;
  do {
    delayCycles(BIT - 7);
    byte >>= 1;
    if (bit(PIND, RXD)) byte |= 0x80;
  } while (--bits);
  delayCycles(BIT - 7);
  return byte;
}

export function main(): void {
  for (;;) {
    wdr();
    out(PORTB, receive());
  }
}
