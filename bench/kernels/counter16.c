/* Counts the runs in which PB0 is high; PB1 sets the 16-bit count to 0. */
#include "chip.h"

static uint16_t count;

int main(void) {
  for (;;) {
    wdr();
    if (PINB & (1 << 1)) count = 0;
    else if (PINB & (1 << 0)) count++;
    PORTB = count >> 8;
    PORTD = (uint8_t)count;
  }
}
