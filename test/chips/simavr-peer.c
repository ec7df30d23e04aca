/*
 * A bit-level serial peer for a firmware on simavr.
 *
 *     simavr-peer MCU HZ BAUD HEX START TXD RXD [PIN...] < SESSION
 *
 * Runs the Intel HEX file on simavr's model of MCU at HZ, and talks to it over the pins RXD (to the chip) and TXD
 * (from it), 8N1 at BAUD, both named as D0 or B7. The first start bit begins at cycle START.
 *
 * SESSION is text, one exchange a line: bytes to send in hexadecimal (or - for none), a space, how many bytes to wait
 * for. The next exchange begins at the moment the last awaited stop bit was sampled. Prints one line `reply HEX` for
 * each exchange; an answer that takes more than three simulated seconds is short. Then one line `PIN CYCLE LEVEL` for
 * each edge of TXD and of the further pins.
 *
 * All bit edges are computed from the start edge, never accumulated: bit k begins ceil(k * HZ / BAUD) cycles after it
 * and is sampled half a bit later.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <simavr/avr_ioport.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_hex.h>

#define ANSWER_SECONDS 3
#define BITS_PER_CHARACTER 10
#define MOST_PINS 8
#define MOST_BYTES 4096

static avr_t *avr;
static uint64_t hz, baud;

static void fail(const char *what, const char *detail)
{
	fprintf(stderr, "simavr-peer: %s %s\n", what, detail);
	exit(2);
}

/* Half bits after a start edge, in whole cycles, rounded up. */
static uint64_t half_bits(uint64_t halves)
{
	return (halves * hz + 2 * baud - 1) / (2 * baud);
}

/* --- pins ------------------------------------------------------------------------------------------------------ */

struct pin {
	const char *name;
	int level, before; /* now, and before the last edge */
	avr_cycle_count_t changed;
};

static struct pin pins[MOST_PINS];
static int pin_count;
static avr_irq_t *rxd;

/* Edges are printed when all is over, for replies come first. */
static char *edges;
static size_t edges_size;
static FILE *edge_file;

static avr_irq_t *irq_of(const char *name)
{
	avr_irq_t *irq = avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ(name[0]), name[1] - '0');
	if (!irq)
		fail("no such pin:", name);
	return irq;
}

/*
 * simavr tells of an output at the start of the instruction that makes it. The pin changes at the end of that
 * instruction: SBI and CBI take two clocks, OUT one.
 */
static avr_cycle_count_t end_of_output(void)
{
	unsigned word = avr->flash[avr->pc] | avr->flash[avr->pc + 1] << 8;
	return avr->cycle + ((word & 0xfd00) == 0x9800 ? 2 : 1);
}

static void heard(struct pin *txd);

static void on_output(struct avr_irq_t *irq, uint32_t value, void *param)
{
	struct pin *pin = param;
	(void)irq;
	if ((int)(value & 1) == pin->level)
		return;
	pin->before = pin->level;
	pin->level = value & 1;
	pin->changed = end_of_output();
	fprintf(edge_file, "%s %llu %d\n", pin->name, (unsigned long long)pin->changed, pin->level);
	if (pin == pins)
		heard(pin);
}

/* The level just before a moment that is not further back than the last edge but one. */
static int level_before(const struct pin *pin, avr_cycle_count_t moment)
{
	return pin->changed < moment ? pin->level : pin->before;
}

static void watch(const char *name, int idle)
{
	if (pin_count == MOST_PINS)
		fail("too many pins:", name);
	struct pin *pin = &pins[pin_count++];
	*pin = (struct pin){ .name = name, .level = idle, .before = idle };
	avr_irq_register_notify(irq_of(name), on_output, pin);
}

/* --- the host -------------------------------------------------------------------------------------------------- */

static struct {
	uint8_t send[MOST_BYTES], reply[MOST_BYTES];
	int sends, awaited, got;
	int sending; /* bits of `send` are still on the line */
	int bit;
	avr_cycle_count_t base;
	int over;
} host;

static struct {
	int busy, bit, byte;
	avr_cycle_count_t start;
} receiver;

static avr_cycle_count_t give_up(avr_t *a, avr_cycle_count_t when, void *param);

static int read_exchange(void)
{
	char bytes[2 * MOST_BYTES + 1];
	if (scanf("%8192s %d", bytes, &host.awaited) != 2)
		return 0;
	host.sends = bytes[0] == '-' ? 0 : strlen(bytes) / 2;
	for (int i = 0; i < host.sends; i++)
		sscanf(bytes + 2 * i, "%2hhx", &host.send[i]);
	if (host.awaited > MOST_BYTES)
		fail("too many bytes awaited after", bytes);
	return 1;
}

static int level_of(int bit)
{
	int place = bit % BITS_PER_CHARACTER;
	if (place == 0)
		return 0;
	return place == BITS_PER_CHARACTER - 1 ? 1 : host.send[bit / BITS_PER_CHARACTER] >> (place - 1) & 1;
}

static void answered(avr_cycle_count_t now);

/* Puts the next bit on the line; after the last stop bit the answer's time begins. */
static avr_cycle_count_t send_bit(avr_t *a, avr_cycle_count_t when, void *param)
{
	(void)a, (void)param;
	if (host.bit < BITS_PER_CHARACTER * host.sends) {
		avr_raise_irq(rxd, level_of(host.bit));
		return host.base + half_bits(2 * ++host.bit);
	}
	host.sending = 0;
	if (host.got == host.awaited)
		answered(when);
	else
		avr_cycle_timer_register(avr, when + ANSWER_SECONDS * hz - avr->cycle, give_up, NULL);
	return 0;
}

static void begin(avr_cycle_count_t now)
{
	host.got = host.bit = 0;
	host.base = now;
	host.over = !read_exchange();
	if (host.over)
		return;
	host.sending = 1;
	avr_cycle_timer_register(avr, now > avr->cycle ? now - avr->cycle : 0, send_bit, NULL);
}

static void answered(avr_cycle_count_t now)
{
	printf("reply ");
	for (int i = 0; i < host.got; i++)
		printf("%02x", host.reply[i]);
	printf("\n");
	avr_cycle_timer_cancel(avr, give_up, NULL);
	begin(now);
}

static avr_cycle_count_t give_up(avr_t *a, avr_cycle_count_t when, void *param)
{
	(void)a, (void)param;
	answered(when);
	return 0;
}

static void received(int byte, avr_cycle_count_t now)
{
	if (host.got < host.awaited)
		host.reply[host.got++] = byte;
	if (host.got == host.awaited && !host.sending && !host.over)
		answered(now);
}

/* Middle of a bit: the start bit is only awaited, data bits are kept, the stop bit ends the character. */
static avr_cycle_count_t sample(avr_t *a, avr_cycle_count_t when, void *param)
{
	(void)a, (void)param;
	int level = level_before(pins, when);
	if (receiver.bit > 0 && receiver.bit < BITS_PER_CHARACTER - 1)
		receiver.byte |= level << (receiver.bit - 1);
	if (++receiver.bit < BITS_PER_CHARACTER)
		return receiver.start + half_bits(2 * receiver.bit + 1);
	receiver.busy = 0;
	if (!level)
		fail("frame error", "");
	received(receiver.byte, when);
	return 0;
}

static void heard(struct pin *txd)
{
	if (txd->level || receiver.busy)
		return;
	receiver.busy = 1;
	receiver.bit = receiver.byte = 0;
	receiver.start = txd->changed;
	avr_cycle_timer_register(avr, receiver.start + half_bits(1) - avr->cycle, sample, NULL);
}

/* --- the chip -------------------------------------------------------------------------------------------------- */

static void quiet(avr_t *a, const int level, const char *format, va_list arguments)
{
	(void)a;
	if (level <= LOG_ERROR)
		vfprintf(stderr, format, arguments);
}

static void load(const char *mcu, const char *file)
{
	uint32_t size = 0, start = 0;
	uint8_t *image = read_ihex_file(file, &size, &start);
	if (!image)
		fail("cannot read", file);
	avr_global_logger_set(quiet);
	avr = avr_make_mcu_by_name(mcu);
	if (!avr)
		fail("simavr does not know the", mcu);
	avr_init(avr);
	avr->frequency = hz;
	avr_loadcode(avr, image, size, start);
	avr->codeend = avr->flashend;
}

int main(int count, char **words)
{
	if (count < 8)
		fail("usage:", "simavr-peer MCU HZ BAUD HEX START TXD RXD [PIN...] < SESSION");
	hz = strtoull(words[2], NULL, 10);
	baud = strtoull(words[3], NULL, 10);
	load(words[1], words[4]);
	edge_file = open_memstream(&edges, &edges_size);
	watch(words[6], 1);
	for (int i = 8; i < count; i++)
		watch(words[i], 0);
	rxd = irq_of(words[7]);
	avr_raise_irq(rxd, 1);
	begin(strtoull(words[5], NULL, 10));
	while (!host.over) {
		int state = avr_run(avr);
		if (state == cpu_Done || state == cpu_Crashed)
			fail("the program stopped", state == cpu_Crashed ? "in a crash" : "asleep for ever");
	}
	fclose(edge_file);
	fputs(edges, stdout);
	return 0;
}
