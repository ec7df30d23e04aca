/* A key at PB0 counts as pressed or released when eight samples in a row agree; each press toggles PD0. */
#include "chip.h"

static uint8_t history;
static bool pressed;
static bool light;

static void sample(void) {
  history <<= 1;
  if (PINB & (1 << 0)) history |= 1;
  if (history == 0xff && !pressed) {
    pressed = true;
    light = !light;
    if (light) PORTD |= 1 << 0;
    else PORTD &= ~(1 << 0);
  } else if (history == 0) {
    pressed = false;
  }
}

int main(void) {
  for (;;) {
    wdr();
    sample();
    PORTB = history;
  }
}
