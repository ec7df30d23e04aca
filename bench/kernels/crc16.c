/* CRC-16 CCITT, polynomial 0x1021, over the bytes on port D; the sum so far on ports B and D. */
#include "chip.h"

static uint16_t crc = 0xffff;

static void update(uint8_t byte) {
  crc ^= (uint16_t)byte << 8;
  for (uint8_t i = 0; i < 8; i++) {
    if (crc & 0x8000) crc = (crc << 1) ^ 0x1021;
    else crc <<= 1;
  }
}

int main(void) {
  for (;;) {
    wdr();
    update(PIND);
    PORTB = crc >> 8;
    PORTD = (uint8_t)crc;
  }
}
