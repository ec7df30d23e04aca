/* The smallest and the largest of the bytes on port B so far; PD0 starts afresh. */
#include "chip.h"

static uint8_t smallest = 0xff;
static uint8_t largest;

int main(void) {
  for (;;) {
    wdr();
    if (PIND & (1 << 0)) {
      smallest = 0xff;
      largest = 0;
    }
    uint8_t value = PINB;
    if (value < smallest) smallest = value;
    if (value > largest) largest = value;
    PORTB = smallest;
    PORTD = largest;
  }
}
