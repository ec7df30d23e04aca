/* A clock: ticks, seconds, minutes, hours, each counting on when the one before wraps. */
#include "chip.h"

static uint8_t ticks;
static uint8_t seconds;
static uint8_t minutes;
static uint8_t hours;

static void tick(void) {
  if (++ticks < 5) return;
  ticks = 0;
  if (++seconds < 60) return;
  seconds = 0;
  if (++minutes < 60) return;
  minutes = 0;
  if (++hours == 24) hours = 0;
}

int main(void) {
  for (;;) {
    wdr();
    tick();
    PORTB = seconds;
    PORTD = minutes ^ hours;
  }
}
