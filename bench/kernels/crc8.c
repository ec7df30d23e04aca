/* CRC-8, polynomial 0x07, over the bytes on port D; the sum so far on port B. */
#include "chip.h"

static uint8_t crc;

static void update(uint8_t byte) {
  crc ^= byte;
  for (uint8_t i = 0; i < 8; i++) {
    if (crc & 0x80) crc = (crc << 1) ^ 0x07;
    else crc <<= 1;
  }
}

int main(void) {
  for (;;) {
    wdr();
    update(PIND);
    PORTB = crc;
  }
}
