/** CRC-8, polynomial 0x07, over the bytes on port D; the sum so far on port B. */
import { in_, out, PIND, PORTB, wdr } from './chip';

let crc: u8 = 0;

function update(byte: u8): void {
  crc ^= byte;
  for (let i: u8 = 0; i < 8; i++) {
    if (crc & 0x80) crc = (crc << 1) ^ 0x07;
    else crc <<= 1;
  }
}

export function main(): void {
  for (;;) {
    wdr();
    update(in_(PIND));
    out(PORTB, crc);
  }
}
