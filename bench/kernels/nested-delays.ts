/** A pulse as long as port D says: three loops, one in the other, that count variables down. */
import { cbi, in_, nop, PIND, PORTB, sbi, wdr } from './chip';

function wait(units: u8): void {
  for (let unit: u8 = units; unit > 0; unit--) {
    for (let outer: u8 = 3; outer > 0; outer--) {
      for (let inner: u8 = 25; inner > 0; inner--) nop();
    }
  }
}

export function main(): void {
  for (;;) {
    wdr();
    sbi(PORTB, 0);
    wait(in_(PIND) & 7);
    cbi(PORTB, 0);
  }
}
