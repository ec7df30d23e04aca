/** Comparisons of 16 and 32 bits: CP and a chain of CPC, against a value, a constant and zero. */

import { cbi, in_, PINB, PIND, PORTB, sbi } from './chip';

export function main(): void {
  let most: u16 = 0;
  let total: u32 = 0;
  for (;;) {
    const value = ((<u16>in_(PIND)) << 8) | in_(PINB);
    total += value;
    if (value > most) {
      most = value;
      sbi(PORTB, 0);
    }
    if (value >= 0x1234) sbi(PORTB, 1);
    else cbi(PORTB, 1);
    if (total > 100000) {
      cbi(PORTB, 0);
      total = 0;
    }
    if (most === 0xffff) most = 0;
  }
}
