/* A byte as three decimal digits: hundreds on port D, tens and ones on port B. */
#include "chip.h"

static void convert(uint8_t value) {
  uint8_t hundreds = 0;
  while (value >= 100) {
    value -= 100;
    hundreds++;
  }
  uint8_t tens = 0;
  while (value >= 10) {
    value -= 10;
    tens++;
  }
  PORTD = hundreds;
  PORTB = (tens << 4) | value;
}

int main(void) {
  for (;;) {
    wdr();
    convert(PINB);
  }
}
