/** The LED of commands x and y, on boards that have one. */

import { cbi, DDRB, DDRD, PORTB, PORTD, sbi } from './chip';
import { LED, LED_LIT_WHEN_HIGH, LED_ON_PORTB } from './options';

const PORT: u8 = LED_ON_PORTB ? PORTB : PORTD;
const DIRECTION: u8 = LED_ON_PORTB ? DDRB : DDRD;

/** The LED among the bits of port B, where the lines to the target are; 0 when it is not there. */
export const LED_OF_PORTB: u8 = LED >= 0 && LED_ON_PORTB ? 1 << (<u8>LED) : 0;

/** Makes the pin an output, dark. */
export function startLed(): void {
  if (LED < 0) return;
  ledOff();
  sbi(DIRECTION, <u8>LED);
}

export function ledOn(): void {
  if (LED < 0) return;
  if (LED_LIT_WHEN_HIGH) sbi(PORT, <u8>LED);
  else cbi(PORT, <u8>LED);
}

export function ledOff(): void {
  if (LED < 0) return;
  if (LED_LIT_WHEN_HIGH) cbi(PORT, <u8>LED);
  else sbi(PORT, <u8>LED);
}
