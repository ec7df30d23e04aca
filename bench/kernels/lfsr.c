/* A 16-bit shift register with feedback makes a random byte per run. */
#include "chip.h"

static uint16_t lfsr = 0xace1;

static void next(void) {
  uint8_t steps = 8;
  do {
    uint8_t last = lfsr & 1;
    lfsr >>= 1;
    if (last) lfsr ^= 0xb400;
  } while (--steps);
}

int main(void) {
  for (;;) {
    wdr();
    next();
    PORTB = (uint8_t)lfsr;
    PORTD = lfsr >> 8;
  }
}
