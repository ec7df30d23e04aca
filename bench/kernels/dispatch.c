/* A letter on port D, an action on port B: the command dispatch of a small protocol. */
#include "chip.h"

static uint8_t address;

static uint8_t carry_out(uint8_t command) {
  switch (command) {
    case 0x41: // A: set address
      address = PINB;
      break;
    case 0x50: // P: on
      PORTB |= 1 << 4;
      break;
    case 0x4c: // L: off
      PORTB &= ~(1 << 4);
      break;
    case 0x52: // R: read, and on to the next
      return address++;
    case 0x53: // S
      return 0x31;
    case 0x56: // V
      return 0x32;
    case 0x61: // a
      return 0x59;
    case 0x63: // c
      PORTB = address;
      break;
    case 0x78: // x
      PORTB |= 1 << 0;
      break;
    case 0x79: // y
      PORTB &= ~(1 << 0);
      break;
    default:
      return 0x3f;
  }
  return 0x0d;
}

int main(void) {
  for (;;) {
    wdr();
    PORTD = carry_out(PIND);
  }
}
