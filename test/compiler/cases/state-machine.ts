/** Four states in one global, moved on by a pin: each state compares, acts and names the next one. */

import { bit, cbi, PINB, PORTB, sbi, wdr } from './chip';

const IDLE: u8 = 0;
const PRESSED: u8 = 1;
const HELD: u8 = 2;
const RELEASED: u8 = 3;

let state: u8 = IDLE;
let ticks: u8 = 0;

function step(button: bool): void {
  switch (state) {
    case IDLE:
      if (button) state = PRESSED;
      break;
    case PRESSED:
      sbi(PORTB, 1);
      ticks = 0;
      state = button ? HELD : RELEASED;
      break;
    case HELD:
      if (++ticks > 2) sbi(PORTB, 2);
      if (!button) state = RELEASED;
      break;
    default:
      cbi(PORTB, 1);
      cbi(PORTB, 2);
      state = IDLE;
  }
}

export function main(): void {
  for (;;) {
    step(bit(PINB, 3));
    wdr();
  }
}
