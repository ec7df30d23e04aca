/** Reads three signature bytes from port B and tells the device: 1 to 4, 0 when it is not known. */
import { in_, out, PINB, PORTD, wdr } from './chip';

function identify(): u8 {
  const maker = in_(PINB);
  const size = in_(PINB);
  const part = in_(PINB);
  if (maker !== 0x1e) return 0;
  if (size === 0x90 && part === 0x01) return 1; // AT90S1200
  if (size === 0x91 && part === 0x01) return 2; // AT90S2313
  if (size === 0x91 && part === 0x0a) return 3; // ATtiny2313
  if (size === 0x93 && part === 0x07) return 4; // ATmega8
  return 0;
}

export function main(): void {
  for (;;) {
    wdr();
    out(PORTD, identify());
  }
}
