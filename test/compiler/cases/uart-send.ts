/**
 * A byte over a serial line, 8N1, bits timed by counting: ten bits from one 16-bit register, the
 * start bit shifted in below and the stop bit above. Both levels must take the same time.
 */

import { cbi, delayCycles, in_, PIND, PORTD, sbi } from './chip';

const TXD: u8 = 1;

function send(byte: u8): void {
  let frame: u16 = ((<u16>byte) << 1) | 0x200;
  for (let bits: u8 = 10; bits; bits--) {
    if (frame & 1) sbi(PORTD, TXD);
    else cbi(PORTD, TXD);
    frame >>= 1;
    delayCycles(90);
  }
}

export function main(): void {
  sbi(PORTD, TXD);
  for (;;) send(in_(PIND));
}
