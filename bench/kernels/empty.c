/* No kernel at all: what main's loop costs by itself. */
#include "chip.h"

int main(void) {
  for (;;) wdr();
}
