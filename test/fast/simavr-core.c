/* simavr's core as a judge. Reads from standard input and answers on standard output:
 *   I, 1024 bytes             an image of 512 words, seen twice in flash
 *   S, pc (2), R0..R31, SREG, steps   runs so many instructions: R0..R31, SREG, pc (2), clocks (2) */
#include <simavr/sim_avr.h>
#include <simavr/sim_core.h>
#include <stdio.h>
#include <string.h>

int main(void) {
  avr_t *avr = avr_make_mcu_by_name("attiny2313");
  if (!avr) return 1;
  avr_init(avr);
  avr->log = LOG_NONE;
  avr->codeend = avr->flashend;
  for (int command = getchar(); command != EOF; command = getchar()) {
    if (command == 'I') {
      if (fread(avr->flash, 1, 1024, stdin) != 1024) return 1;
      memcpy(avr->flash + 1024, avr->flash, 1024);
      continue;
    }
    unsigned char in[36], out[37];
    if (fread(in, 1, sizeof in, stdin) != sizeof in) return 1;
    avr->pc = 1024 + 2 * (in[0] | in[1] << 8);
    memcpy(avr->data, in + 2, 32);
    for (int bit = 0; bit < 8; bit++) avr->sreg[bit] = in[34] >> bit & 1;
    avr->cycle = 0;
    avr->state = cpu_Running;
    for (int i = 0; i < in[35]; i++) {
      avr->run_cycle_count = avr->run_cycle_limit = 1;
      /* it has a larger flash: bring every jump back into the second of the two images */
      avr->pc = 1024 + (avr_run_one(avr) & 1023);
    }
    memcpy(out, avr->data, 32);
    out[32] = 0;
    for (int bit = 0; bit < 8; bit++) out[32] |= (avr->sreg[bit] & 1) << bit;
    unsigned pc = (avr->pc & 1023) / 2;
    out[33] = pc, out[34] = pc >> 8;
    out[35] = avr->cycle, out[36] = avr->cycle >> 8;
    fwrite(out, 1, sizeof out, stdout);
  }
  return 0;
}
