/* A byte to Gray code on port D, and from Gray code on port B. */
#include "chip.h"

static uint8_t to_gray(uint8_t value) {
  return value ^ (value >> 1);
}

static uint8_t from_gray(uint8_t code) {
  uint8_t value = 0;
  while (code != 0) {
    value ^= code;
    code >>= 1;
  }
  return value;
}

int main(void) {
  for (;;) {
    wdr();
    uint8_t value = PINB;
    PORTD = to_gray(value);
    PORTB = from_gray(value);
  }
}
