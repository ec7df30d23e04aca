/* A pulse as long as port D says: three loops, one in the other, that count variables down. */
#include "chip.h"

static void wait(uint8_t units) {
  for (uint8_t unit = units; unit > 0; unit--) {
    for (uint8_t outer = 3; outer > 0; outer--) {
      for (uint8_t inner = 25; inner > 0; inner--) nop();
    }
  }
}

int main(void) {
  for (;;) {
    wdr();
    PORTB |= 1 << 0;
    wait(PIND & 7);
    PORTB &= ~(1 << 0);
  }
}
