/* The segments of a hexadecimal digit, from a table written as a switch. */
#include "chip.h"

static uint8_t segments(uint8_t digit) {
  switch (digit) {
    case 0: return 0x3f;
    case 1: return 0x06;
    case 2: return 0x5b;
    case 3: return 0x4f;
    case 4: return 0x66;
    case 5: return 0x6d;
    case 6: return 0x7d;
    case 7: return 0x07;
    case 8: return 0x7f;
    case 9: return 0x6f;
    default: return 0x40;
  }
}

int main(void) {
  for (;;) {
    wdr();
    PORTB = segments(PIND & 15);
  }
}
