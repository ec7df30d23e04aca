/** Programs that every engine can run: the AT90S1200 and the ATtiny2313 share the I/O addresses they use. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHex } from '../../compiler/index.ts';
import { type Exchange, parseSession } from '../../simulator/index.ts';
import { assemble } from '../../vm-host/index.ts';

/** CRC-16 (polynomial 0xA001) of an endless stream: nothing waits, and every bit depends on the one before. */
const crc16 = `
        ldi r24, 0xFF
        ldi r25, 0xFF
        ldi r18, 0x01
        ldi r19, 0xA0
        clr r20
byte:   inc r20
        eor r24, r20
        ldi r21, 8
bit:    lsr r25
        ror r24
        brcc even
        eor r24, r18
        eor r25, r19
even:   dec r21
        brne bit
        rjmp byte`;

/** Waits for TCNT0 to come past a mark, 208 clocks ahead of the last, and toggles a pin: a bit clock. */
const timerWait = `
        ldi r16, 1
        out TCCR0, r16
        sbi DDRB, 0
        ldi r18, 1
        clr r20
        clr r17
bit:    subi r20, 48
wait:   in r19, TCNT0
        sub r19, r20
        cpi r19, 47
        brcc wait
        eor r17, r18
        out PORTB, r17
        rjmp bit`;

/** Waits for the start bit that never comes, as a programmer does between two commands. */
const pinWait = `
wait:   sbic PIND, 0
        rjmp wait
        rjmp wait`;

/** Counts down from 65536 and toggles a pin: a delay. */
const counterWait = `
        sbi DDRB, 0
        ldi r19, 1
again:  clr r16
        clr r17
wait:   subi r16, 1
        sbci r17, 0
        brne wait
        eor r18, r19
        out PORTB, r18
        rjmp again`;

/** Words of the programs, by the names of the table. */
export const programs: Readonly<Record<string, Uint16Array>> = {
  'CRC-16': assemble(crc16).words,
  'waiting for a pin': assemble(pinWait).words,
  'waiting for the timer': assemble(timerWait).words,
  'waiting for a counter': assemble(counterWait).words,
};

export const DATA = join(process.cwd(), 'bench/data');

/** An AVR910 programmer for 4 MHz and 19200 baud, built by this project. */
export function programmer(): Uint16Array {
  const { bytes } = parseHex(readFileSync(join(DATA, 'programmer.hex'), 'utf8'));
  return Uint16Array.from({ length: bytes.length / 2 }, (_, i) => bytes[2 * i] | (bytes[2 * i + 1] << 8));
}

/** A session with it: erase, write and verify 1 KB. */
export function jobSession(): Exchange[] {
  return parseSession(readFileSync(join(DATA, 'job.session'), 'utf8'), 'job.session');
}
