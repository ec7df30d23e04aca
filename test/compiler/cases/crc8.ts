/** CRC-8, polynomial 0x07: the bit that a shift moves out is asked for by the carry. */

import { in_, out, PIND, PORTB } from './chip';

let crc: u8 = 0xff;

function update(byte: u8): void {
  crc ^= byte;
  for (let i: u8 = 8; i; i--) {
    if (crc & 0x80) crc = (crc << 1) ^ 0x07;
    else crc <<= 1;
  }
}

export function main(): void {
  for (;;) {
    update(in_(PIND));
    out(PORTB, crc);
  }
}
