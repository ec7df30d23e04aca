/** Pulses of an exact length and a counted number: SBI and CBI with a delay between, nothing that moves. */

import { cbi, delayCycles, in_, PIND, PORTB, sbi } from './chip';

function pulses(count: u8): void {
  while (count--) {
    sbi(PORTB, 4);
    delayCycles(40);
    cbi(PORTB, 4);
    delayCycles(1000);
  }
}

export function main(): void {
  for (;;) pulses(in_(PIND) & 3);
}
