/* Sends seven constant characters, each with a strobe on PB7. */
#include "chip.h"

static void send(uint8_t character) {
  PORTD = character;
  PORTB |= 1 << 7;
  PORTB &= ~(1 << 7);
}

int main(void) {
  for (;;) {
    wdr();
    send(0x41); // A
    send(0x56); // V
    send(0x52); // R
    send(0x20);
    send(0x49); // I
    send(0x53); // S
    send(0x50); // P
  }
}
