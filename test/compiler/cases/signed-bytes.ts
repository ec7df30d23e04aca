/** Signed bytes: comparison by the sign flag, halving that keeps the sign, limits, absolute value. */

import { in_, out, PIND, PORTB, PORTD } from './chip';

function limited(value: i8): i8 {
  if (value > 50) return 50;
  return value < -50 ? -50 : value;
}

export function main(): void {
  let sum: i8 = 0;
  for (;;) {
    const step = <i8>in_(PIND);
    sum = limited(<i8>((sum >> 1) + (step >> 2)));
    out(PORTB, <u8>sum);
    out(PORTD, <u8>(sum < 0 ? -sum : sum));
  }
}
