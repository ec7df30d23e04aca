/** A pulse generator: as many pulses on PB1 as port D says, high and low as long as port B says. */
import { cbi, in_, nop, PINB, PIND, PORTB, sbi, wdr } from './chip';

function pause(turns: u8): void {
  do nop();
  while (--turns);
}

function pulses(count: u8, high: u8, low: u8): void {
  while (count-- > 0) {
    sbi(PORTB, 1);
    pause(high);
    cbi(PORTB, 1);
    pause(low);
  }
}

export function main(): void {
  for (;;) {
    wdr();
    const count: u8 = in_(PIND) & 15;
    const times = in_(PINB);
    pulses(count, (times & 15) + 1, (times >> 4) + 1);
  }
}
