/* A sum of bytes that stays at 255 and a difference that stays at 0. */
#include "chip.h"

static uint8_t sum;
static uint8_t rest = 0xff;

static uint8_t add_saturated(uint8_t a, uint8_t b) {
  uint8_t total = a + b;
  return total < a ? 0xff : total;
}

static uint8_t subtract_saturated(uint8_t a, uint8_t b) {
  return a > b ? a - b : 0;
}

int main(void) {
  for (;;) {
    wdr();
    sum = add_saturated(sum, PINB & 15);
    rest = subtract_saturated(rest, PIND & 7);
    PORTB = sum;
    PORTD = rest;
  }
}
