/* simavr's core as fast as it goes: an image on an ATtiny2313 for so many clocks, all of port D high.
 *   simavr-run IMAGE CLOCKS    prints clocks done and processor seconds */
#include <simavr/avr_ioport.h>
#include <simavr/sim_avr.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  FILE *file = fopen(argv[1], "rb");
  if (!file) return 2;
  static unsigned char image[2048];
  size_t bytes = fread(image, 1, sizeof image, file);
  fclose(file);
  unsigned long long clocks = strtoull(argv[2], NULL, 10);
  avr_t *avr = avr_make_mcu_by_name("attiny2313");
  if (!avr) return 1;
  avr_init(avr);
  avr->frequency = 4000000;
  avr->log = LOG_NONE;
  avr_loadcode(avr, image, bytes, 0);
  avr->codeend = avr->flashend;
  for (int bit = 0; bit < 7; bit++) avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), bit), 1);
  clock_t start = clock();
  while (avr->cycle < clocks) {
    int state = avr_run(avr);
    if (state == cpu_Done || state == cpu_Crashed) return 1;
  }
  printf("%llu %.6f\n", (unsigned long long)avr->cycle, (double)(clock() - start) / CLOCKS_PER_SEC);
  return 0;
}
