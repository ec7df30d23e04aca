/** Exchanges one byte over SPI, mode 0, most significant bit first. */
import { bit, cbi, in_, out, PINB, PIND, PORTB, PORTD, sbi, wdr } from './chip';

const MISO: u8 = 5;
const MOSI: u8 = 6;
const SCK: u8 = 7;

function transfer(byte: u8): u8 {
  let bits: u8 = 8;
  do {
    if (byte & 0x80) sbi(PORTB, MOSI);
    else cbi(PORTB, MOSI);
    byte <<= 1;
    sbi(PORTB, SCK);
    if (bit(PINB, MISO)) byte |= 1;
    cbi(PORTB, SCK);
  } while (--bits);
  return byte;
}

export function main(): void {
  for (;;) {
    wdr();
    out(PORTD, transfer(in_(PIND)));
  }
}
