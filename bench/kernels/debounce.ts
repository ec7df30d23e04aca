/** A key at PB0 counts as pressed or released when eight samples in a row agree; each press toggles PD0. */
import { bit, cbi, out, PINB, PORTB, PORTD, sbi, wdr } from './chip';

let history: u8 = 0;
let pressed: bool = false;
let light: bool = false;

function sample(): void {
  history <<= 1;
  if (bit(PINB, 0)) history |= 1;
  if (history === 0xff && !pressed) {
    pressed = true;
    light = !light;
    if (light) sbi(PORTD, 0);
    else cbi(PORTD, 0);
  } else if (history === 0) {
    pressed = false;
  }
}

export function main(): void {
  for (;;) {
    wdr();
    sample();
    out(PORTB, history);
  }
}
