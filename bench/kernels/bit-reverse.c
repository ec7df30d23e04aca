/* Turns the bits of a byte round. */
#include "chip.h"

static uint8_t reverse(uint8_t byte) {
  uint8_t turned = 0;
  for (uint8_t i = 0; i < 8; i++) {
    turned = (turned << 1) | (byte & 1);
    byte >>= 1;
  }
  return turned;
}

int main(void) {
  for (;;) {
    wdr();
    PORTD = reverse(PINB);
  }
}
