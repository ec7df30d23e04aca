/** CRC-16 CCITT, polynomial 0x1021, over the bytes on port D; the sum so far on ports B and D. */
import { in_, out, PIND, PORTB, PORTD, wdr } from './chip';

let crc: u16 = 0xffff;

function update(byte: u8): void {
  crc ^= (<u16>byte) << 8;
  for (let i: u8 = 0; i < 8; i++) {
    if (crc & 0x8000) crc = (crc << 1) ^ 0x1021;
    else crc <<= 1;
  }
}

export function main(): void {
  for (;;) {
    wdr();
    update(in_(PIND));
    out(PORTB, <u8>(crc >> 8));
    out(PORTD, <u8>crc);
  }
}
