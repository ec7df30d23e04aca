/* A switch of 20 cases, each with something to do. */
#include "chip.h"

static uint8_t mode;

static void act(uint8_t code) {
  switch (code) {
    case 0:
      PORTB |= 1 << 0;
      break;
    case 1:
      PORTB &= ~(1 << 0);
      break;
    case 2:
      PORTB |= 1 << 1;
      break;
    case 3:
      PORTB &= ~(1 << 1);
      break;
    case 4:
      PORTB |= 1 << 2;
      break;
    case 5:
      PORTB &= ~(1 << 2);
      break;
    case 6:
      PORTD = 0;
      break;
    case 7:
      PORTD = 0x55;
      break;
    case 8:
      PORTD = 0x2a;
      break;
    case 9:
      PORTD = mode;
      break;
    case 10:
      mode = 0;
      break;
    case 11:
      mode++;
      break;
    case 12:
      mode--;
      break;
    case 13:
      mode = ~mode;
      break;
    case 14:
      mode = PINB;
      break;
    case 15:
      mode <<= 1;
      break;
    case 16:
      mode >>= 1;
      break;
    case 17:
      DDRB = mode;
      break;
    case 18:
      DDRB = 0xff;
      break;
    case 19:
      DDRB = 0;
      break;
  }
}

int main(void) {
  for (;;) {
    wdr();
    act(PIND);
  }
}
