/** A switch of 20 cases, each with something to do. */
import { cbi, DDRB, in_, out, PINB, PIND, PORTB, PORTD, sbi, wdr } from './chip';

let mode: u8 = 0;

function act(code: u8): void {
  switch (code) {
    case 0:
      sbi(PORTB, 0);
      break;
    case 1:
      cbi(PORTB, 0);
      break;
    case 2:
      sbi(PORTB, 1);
      break;
    case 3:
      cbi(PORTB, 1);
      break;
    case 4:
      sbi(PORTB, 2);
      break;
    case 5:
      cbi(PORTB, 2);
      break;
    case 6:
      out(PORTD, 0);
      break;
    case 7:
      out(PORTD, 0x55);
      break;
    case 8:
      out(PORTD, 0x2a);
      break;
    case 9:
      out(PORTD, mode);
      break;
    case 10:
      mode = 0;
      break;
    case 11:
      mode++;
      break;
    case 12:
      mode--;
      break;
    case 13:
      mode = ~mode;
      break;
    case 14:
      mode = in_(PINB);
      break;
    case 15:
      mode <<= 1;
      break;
    case 16:
      mode >>= 1;
      break;
    case 17:
      out(DDRB, mode);
      break;
    case 18:
      out(DDRB, 0xff);
      break;
    case 19:
      out(DDRB, 0);
      break;
  }
}

export function main(): void {
  for (;;) {
    wdr();
    act(in_(PIND));
  }
}
