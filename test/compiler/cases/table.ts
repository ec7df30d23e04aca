/**
 * Digits on a seven-segment display. The chip reads no tables from its flash, so a table is a
 * choice; the cases that end alike share their end.
 */

import { in_, out, PIND, PORTB } from './chip';

function segments(digit: u8): u8 {
  if (digit === 0) return 0x3f;
  if (digit === 1) return 0x06;
  if (digit === 2) return 0x5b;
  if (digit === 3) return 0x4f;
  if (digit === 4) return 0x66;
  if (digit === 5) return 0x6d;
  if (digit === 6) return 0x7d;
  if (digit === 7) return 0x07;
  if (digit === 8) return 0x7f;
  if (digit === 9) return 0x6f;
  return 0x40;
}

export function main(): void {
  for (;;) {
    const both = in_(PIND);
    out(PORTB, segments(both & 0x0f));
    out(PORTB, segments(both >> 4));
  }
}
