/** 8 by 8 bits to 16 by shifts and additions; the product on ports B and D. */
import { in_, out, PINB, PIND, PORTB, PORTD, wdr } from './chip';

function multiply(a: u8, b: u8): u16 {
  let product: u16 = 0;
  let addend: u16 = a;
  while (b !== 0) {
    if (b & 1) product += addend;
    addend <<= 1;
    b >>= 1;
  }
  return product;
}

export function main(): void {
  for (;;) {
    wdr();
    const a = in_(PINB);
    const product = multiply(a, in_(PIND));
    out(PORTB, <u8>(product >> 8));
    out(PORTD, <u8>product);
  }
}
