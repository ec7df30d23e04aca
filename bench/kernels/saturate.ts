/** A sum of bytes that stays at 255 and a difference that stays at 0. */
import { in_, out, PINB, PIND, PORTB, PORTD, wdr } from './chip';

let sum: u8 = 0;
let rest: u8 = 0xff;

function addSaturated(a: u8, b: u8): u8 {
  const total: u8 = a + b;
  return total < a ? 0xff : total;
}

function subtractSaturated(a: u8, b: u8): u8 {
  return a > b ? a - b : 0;
}

export function main(): void {
  for (;;) {
    wdr();
    sum = addSaturated(sum, in_(PINB) & 15);
    rest = subtractSaturated(rest, in_(PIND) & 7);
    out(PORTB, sum);
    out(PORTD, rest);
  }
}
