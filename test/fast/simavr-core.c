/* simavr's core as a judge. Reads from standard input and answers on standard output:
 *   I, 1024 bytes             an image of 512 words, seen twice in flash
 *   S, pc (2), R0..R31, SREG, PORTB, DDRB, EEDR, depth, three return addresses (2 each, the latest last), steps
 *                             runs so many instructions: answers with the same, but the clocks (2) for the steps */
#include <simavr/sim_avr.h>
#include <simavr/sim_core.h>
#include <stdio.h>
#include <string.h>

/* the addresses of PORTB, DDRB and EEDR among the data, as on the AT90S1200 */
static const int io[] = {0x38, 0x37, 0x3d};
enum { PC, R = 2, SREG = 34, IO, DEPTH = 38, STACK, STEPS = 45, START = 46, ANSWER = 47, TOP = 0xdf };

static void set_stack(avr_t *avr, const unsigned char *in) {
  int sp = TOP;
  for (int i = 0; i < in[DEPTH]; i++) {
    avr->data[sp--] = in[STACK + 2 * i];
    avr->data[sp--] = in[STACK + 2 * i + 1];
  }
  avr->data[R_SPL] = sp;
}

static void get_stack(avr_t *avr, unsigned char *out) {
  out[DEPTH] = (TOP - avr->data[R_SPL]) / 2;
  for (int i = 0; i < out[DEPTH] && i < 3; i++) {
    unsigned back = (avr->data[TOP - 2 * i] | avr->data[TOP - 2 * i - 1] << 8) & 511;
    out[STACK + 2 * i] = back, out[STACK + 2 * i + 1] = back >> 8;
  }
}

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
    unsigned char in[START], out[ANSWER] = {0};
    if (fread(in, 1, sizeof in, stdin) != sizeof in) return 1;
    avr->pc = 1024 + 2 * (in[PC] | in[PC + 1] << 8);
    memcpy(avr->data, in + R, 32);
    for (int bit = 0; bit < 8; bit++) avr->sreg[bit] = in[SREG] >> bit & 1;
    for (int i = 0; i < 3; i++) avr->data[io[i]] = in[IO + i];
    set_stack(avr, in);
    avr->cycle = 0;
    avr->state = cpu_Running;
    for (int i = 0; i < in[STEPS]; i++) {
      avr->run_cycle_count = avr->run_cycle_limit = 1;
      /* it has a larger flash: bring every jump back into the second of the two images */
      avr->pc = 1024 + (avr_run_one(avr) & 1023);
    }
    unsigned pc = (avr->pc & 1023) / 2;
    out[PC] = pc, out[PC + 1] = pc >> 8;
    memcpy(out + R, avr->data, 32);
    for (int bit = 0; bit < 8; bit++) out[SREG] |= (avr->sreg[bit] & 1) << bit;
    for (int i = 0; i < 3; i++) out[IO + i] = avr->data[io[i]];
    get_stack(avr, out);
    out[STEPS] = avr->cycle, out[STEPS + 1] = avr->cycle >> 8;
    fwrite(out, 1, sizeof out, stdout);
  }
  return 0;
}
