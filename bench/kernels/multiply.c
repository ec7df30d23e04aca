/* 8 by 8 bits to 16 by shifts and additions; the product on ports B and D. */
#include "chip.h"

static uint16_t multiply(uint8_t a, uint8_t b) {
  uint16_t product = 0;
  uint16_t addend = a;
  while (b != 0) {
    if (b & 1) product += addend;
    addend <<= 1;
    b >>= 1;
  }
  return product;
}

int main(void) {
  for (;;) {
    wdr();
    uint8_t a = PINB;
    uint16_t product = multiply(a, PIND);
    PORTB = product >> 8;
    PORTD = (uint8_t)product;
  }
}
