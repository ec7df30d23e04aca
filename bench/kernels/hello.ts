/** Sends seven constant characters, each with a strobe on PB7. */
import { cbi, out, PORTB, PORTD, sbi, wdr } from './chip';

function send(character: u8): void {
  out(PORTD, character);
  sbi(PORTB, 7);
  cbi(PORTB, 7);
}

export function main(): void {
  for (;;) {
    wdr();
    send(0x41); // A
    send(0x56); // V
    send(0x52); // R
    send(0x20);
    send(0x49); // I
    send(0x53); // S
    send(0x50); // P
  }
}
