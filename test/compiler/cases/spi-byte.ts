/**
 * A byte over SPI, mode 0: the loop that a programmer spends its life in. One register is
 * shifted out and filled again; the bit that leaves it decides about MOSI, the pin about the bit
 * that comes in, and neither ever becomes a number.
 */

import { bit, cbi, in_, out, PINB, PIND, PORTB, PORTD, sbi } from './chip';

const MISO: u8 = 5;
const MOSI: u8 = 6;
const SCK: u8 = 7;

function transfer(byte: u8): u8 {
  for (let i: u8 = 0; i < 8; i++) {
    if (byte & 0x80) sbi(PORTB, MOSI);
    else cbi(PORTB, MOSI);
    byte <<= 1;
    sbi(PORTB, SCK);
    if (bit(PINB, MISO)) byte++;
    cbi(PORTB, SCK);
  }
  return byte;
}

export function main(): void {
  for (;;) out(PORTD, transfer(in_(PIND)));
}
