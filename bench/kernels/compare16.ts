/** A 16-bit value from ports D and B sorted into six classes by a chain of comparisons. */
import { in_, out, PINB, PIND, PORTD, wdr } from './chip';

function classOf(value: u16): u8 {
  if (value < 100) return 0;
  if (value < 1000) return 1;
  if (value === 0x1234) return 2;
  if (value <= 10000) return 3;
  if (value > 30000) return 4;
  return 5;
}

export function main(): void {
  for (;;) {
    wdr();
    const high: u16 = in_(PIND);
    out(PORTD, classOf((high << 8) | in_(PINB)));
  }
}
