/* A 16-bit value from ports D and B sorted into six classes by a chain of comparisons. */
#include "chip.h"

static uint8_t class_of(uint16_t value) {
  if (value < 100) return 0;
  if (value < 1000) return 1;
  if (value == 0x1234) return 2;
  if (value <= 10000) return 3;
  if (value > 30000) return 4;
  return 5;
}

int main(void) {
  for (;;) {
    wdr();
    uint16_t high = PIND;
    PORTD = class_of((high << 8) | PINB);
  }
}
