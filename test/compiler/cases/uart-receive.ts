/** A byte from the serial line, 8N1: the golden listing of how a start bit is found and bits are sampled. */
import { bit, delayCycles, out, PIND, PORTB } from './chip';

/** 4 MHz and 19200 Bd: 208 clocks a bit, of which the loop itself takes 6. */
const BIT_REST: i32 = 202;

function receive(): u8 {
  do {
    while (bit(PIND, 0)) {}
    delayCycles(BIT_REST / 2);
  } while (bit(PIND, 0)); // noise
  let byte: u8 = 0;
  for (let bits: u8 = 8; bits; bits--) {
    delayCycles(BIT_REST);
    byte >>= 1;
    if (bit(PIND, 0)) byte |= 0x80;
  }
  return byte;
}

export function main(): void {
  for (;;) out(PORTB, receive());
}
