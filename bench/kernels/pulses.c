/* A pulse generator: as many pulses on PB1 as port D says, high and low as long as port B says. */
#include "chip.h"

static void pause(uint8_t turns) {
  do nop();
  while (--turns);
}

static void pulses(uint8_t count, uint8_t high, uint8_t low) {
  while (count-- > 0) {
    PORTB |= 1 << 1;
    pause(high);
    PORTB &= ~(1 << 1);
    pause(low);
  }
}

int main(void) {
  for (;;) {
    wdr();
    uint8_t count = PIND & 15;
    uint8_t times = PINB;
    pulses(count, (times & 15) + 1, (times >> 4) + 1);
  }
}
