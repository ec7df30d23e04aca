/** A letter on port D, an action on port B: the command dispatch of a small protocol. */
import { cbi, in_, out, PINB, PIND, PORTB, PORTD, sbi, wdr } from './chip';

let address: u8 = 0;

function carryOut(command: u8): u8 {
  switch (command) {
    case 0x41: // A: set address
      address = in_(PINB);
      break;
    case 0x50: // P: on
      sbi(PORTB, 4);
      break;
    case 0x4c: // L: off
      cbi(PORTB, 4);
      break;
    case 0x52: // R: read, and on to the next
      return address++;
    case 0x53: // S
      return 0x31;
    case 0x56: // V
      return 0x32;
    case 0x61: // a
      return 0x59;
    case 0x63: // c
      out(PORTB, address);
      break;
    case 0x78: // x
      sbi(PORTB, 0);
      break;
    case 0x79: // y
      cbi(PORTB, 0);
      break;
    default:
      return 0x3f;
  }
  return 0x0d;
}

export function main(): void {
  for (;;) {
    wdr();
    out(PORTD, carryOut(in_(PIND)));
  }
}
