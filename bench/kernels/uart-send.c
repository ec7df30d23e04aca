/* Sends a byte, 8N1, each bit when Timer/Counter0 says so. */
#include "chip.h"

#define TXD_BIT 1
#define BIT 208

static uint8_t edge;

static void next_bit(void) {
  edge += BIT;
  while ((uint8_t)(TCNT0 - edge) >= 255 - BIT) {}
}

static void send(uint8_t byte) {
  edge = TCNT0;
  PORTD &= ~(1 << TXD_BIT);
  uint8_t bits = 9;
  do {
    next_bit();
    if (byte & 1) PORTD |= 1 << TXD_BIT;
    else PORTD &= ~(1 << TXD_BIT);
    byte = (byte >> 1) | 0x80;
  } while (--bits);
  next_bit();
}

int main(void) {
  for (;;) {
    wdr();
    send(PIND);
    PORTB = edge;
  }
}
