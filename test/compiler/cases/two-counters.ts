/** Two loops, one in the other: the inner counter begins anew in every turn, the outer one is read inside. */

import { in_, out, PIND, PORTB, PORTD } from './chip';

export function main(): void {
  for (;;) {
    const start = in_(PIND);
    for (let row: u8 = 0; row < 5; row++) {
      out(PORTD, row);
      for (let column: u8 = row; column < 7; column += 2) out(PORTB, start + column);
    }
  }
}
