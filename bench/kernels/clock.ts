/** A clock: ticks, seconds, minutes, hours, each counting on when the one before wraps. */
import { out, PORTB, PORTD, wdr } from './chip';

let ticks: u8 = 0;
let seconds: u8 = 0;
let minutes: u8 = 0;
let hours: u8 = 0;

function tick(): void {
  if (++ticks < 5) return;
  ticks = 0;
  if (++seconds < 60) return;
  seconds = 0;
  if (++minutes < 60) return;
  minutes = 0;
  if (++hours === 24) hours = 0;
}

export function main(): void {
  for (;;) {
    wdr();
    tick();
    out(PORTB, seconds);
    out(PORTD, minutes ^ hours);
  }
}
