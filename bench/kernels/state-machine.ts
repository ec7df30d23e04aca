/** A traffic light with a button at PD0 and a tick per run: red, red and yellow, green, yellow. */
import { bit, out, PIND, PORTB, wdr } from './chip';

const RED: u8 = 0;
const GET_READY: u8 = 1;
const GREEN: u8 = 2;
const YELLOW: u8 = 3;

let state: u8 = RED;
let ticks: u8 = 0;

function enter(next: u8): void {
  state = next;
  ticks = 0;
}

function tick(): void {
  ticks++;
  switch (state) {
    case RED:
      out(PORTB, 0x01);
      if (ticks >= 10 || (ticks >= 4 && bit(PIND, 0))) enter(GET_READY);
      break;
    case GET_READY:
      out(PORTB, 0x03);
      if (ticks === 2) enter(GREEN);
      break;
    case GREEN:
      out(PORTB, 0x04);
      if (ticks >= 12) enter(YELLOW);
      break;
    case YELLOW:
      out(PORTB, 0x02);
      if (ticks === 3) enter(RED);
      break;
  }
}

export function main(): void {
  for (;;) {
    wdr();
    tick();
  }
}
