/* Receives a byte, 8N1, with counted delays between the samples; 0 after a false start. */
#include "chip.h"

#define RXD_BIT 0
#define BIT 208

static uint8_t receive(void) {
  while (PIND & (1 << RXD_BIT)) {}
  delay_cycles(BIT / 2 - 6);
  if (PIND & (1 << RXD_BIT)) return 0;
  uint8_t byte = 0;
  uint8_t bits = 8;
  do {
    delay_cycles(BIT - 7);
    byte >>= 1;
    if (PIND & (1 << RXD_BIT)) byte |= 0x80;
  } while (--bits);
  delay_cycles(BIT - 7);
  return byte;
}

int main(void) {
  for (;;) {
    wdr();
    PORTB = receive();
  }
}
