/* The parity of a byte decides PB0. */
#include "chip.h"

static bool odd(uint8_t byte) {
  byte ^= byte >> 4;
  byte ^= byte >> 2;
  byte ^= byte >> 1;
  return (byte & 1) != 0;
}

int main(void) {
  for (;;) {
    wdr();
    if (odd(PIND)) PORTB |= 1 << 0;
    else PORTB &= ~(1 << 0);
  }
}
