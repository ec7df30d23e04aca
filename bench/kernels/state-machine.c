/* A traffic light with a button at PD0 and a tick per run: red, red and yellow, green, yellow. */
#include "chip.h"

enum { RED, GET_READY, GREEN, YELLOW };

static uint8_t state = RED;
static uint8_t ticks;

static void enter(uint8_t next) {
  state = next;
  ticks = 0;
}

static void tick(void) {
  ticks++;
  switch (state) {
    case RED:
      PORTB = 0x01;
      if (ticks >= 10 || (ticks >= 4 && (PIND & (1 << 0)))) enter(GET_READY);
      break;
    case GET_READY:
      PORTB = 0x03;
      if (ticks == 2) enter(GREEN);
      break;
    case GREEN:
      PORTB = 0x04;
      if (ticks >= 12) enter(YELLOW);
      break;
    case YELLOW:
      PORTB = 0x02;
      if (ticks == 3) enter(RED);
      break;
  }
}

int main(void) {
  for (;;) {
    wdr();
    tick();
  }
}
