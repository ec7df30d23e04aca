/** Sends a byte, 8N1, each bit when Timer/Counter0 says so. */
import { cbi, in_, out, PIND, PORTB, PORTD, sbi, TCNT0, wdr } from './chip';

const TXD: u8 = 1;
const BIT: u8 = 208;

let edge: u8 = 0;

function nextBit(): void {
  edge += BIT;
  while (<u8>(in_(TCNT0) - edge) >= 255 - BIT) {}
}

function send(byte: u8): void {
  edge = in_(TCNT0);
  cbi(PORTD, TXD);
  let bits: u8 = 9;
  do {
    nextBit();
    if (byte & 1) sbi(PORTD, TXD);
    else cbi(PORTD, TXD);
    byte = (byte >> 1) | 0x80;
  } while (--bits);
  nextBit();
}

export function main(): void {
  for (;;) {
    wdr();
    send(in_(PIND));
    out(PORTB, edge);
  }
}
