/* Exchanges one byte over SPI, mode 0, most significant bit first. */
#include "chip.h"

#define MISO 5
#define MOSI 6
#define SCK 7

static uint8_t transfer(uint8_t byte) {
  uint8_t bits = 8;
  do {
    if (byte & 0x80) PORTB |= 1 << MOSI;
    else PORTB &= ~(1 << MOSI);
    byte <<= 1;
    PORTB |= 1 << SCK;
    if (PINB & (1 << MISO)) byte |= 1;
    PORTB &= ~(1 << SCK);
  } while (--bits);
  return byte;
}

int main(void) {
  for (;;) {
    wdr();
    PORTD = transfer(PIND);
  }
}
