/* What the C kernels share: the part's own register names, and the mark of a run. */
#include <avr/io.h>
#include <stdbool.h>
#include <stdint.h>

/* Every run of a kernel begins with it: the bench counts clocks from one to the next. */
#define wdr() __builtin_avr_wdr()
#define nop() __builtin_avr_nop()
/* A counted delay of a constant number of clocks. */
#define delay_cycles(n) __builtin_avr_delay_cycles(n)

/* main never returns: without this attribute gcc would save registers in it for nobody. */
int main(void) __attribute__((OS_main));
