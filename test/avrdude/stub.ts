/**
 * A programmer that only recites: for each AVR910 letter a fixed answer, nothing wired to a target. A few lines
 * of assembler are enough to show a host what a firmware with one fault would show it.
 */
import { assemble } from '../../vm-host/index.ts';

/** One letter: how many bytes the host sends after it, and what comes back. */
export interface Recital {
  takes?: number;
  answers: readonly number[];
}

const CR = 0x0d;
const text = (s: string) => [...s].map(c => c.charCodeAt(0));

/** What a healthy programmer with an erased AT90S1200 in its socket says to avrdude. */
export const healthy: Readonly<Record<string, Recital>> = {
  S: { answers: text('AVR ISP') },
  V: { answers: text('22') },
  v: { answers: text('10') },
  p: { answers: text('S') },
  a: { answers: text('Y') },
  b: { answers: text('?') },
  t: { answers: [0x13, 0x00] },
  T: { takes: 1, answers: [CR] },
  P: { answers: [CR] },
  L: { answers: [CR] },
  e: { answers: [CR] },
  s: { answers: [0x01, 0x90, 0x1e] },
  A: { takes: 2, answers: [CR] },
  c: { takes: 1, answers: [CR] },
  C: { takes: 1, answers: [CR] },
  R: { answers: [0xff, 0xff] },
  D: { takes: 1, answers: [CR] },
  d: { answers: [0xff] },
};

/** Serial line of the published board: PD0 in, PD1 out; 208 clocks a bit are 19231 baud at 4 MHz. */
const UART = `
receive:  sbic 0x10, 0          ; PIND: wait for a start bit
          rjmp receive
          ldi r18, 102          ; one and a half bits
first:    dec r18
          brne first
          ldi r17, 8
sample:   clc
          sbic 0x10, 0
          sec
          ror r16
          ldi r18, 67
pause:    dec r18
          brne pause
          dec r17
          brne sample
          ret
send:     ldi r17, 9            ; start bit and eight data bits
          clc
out_bit:  brcs out_high
          cbi 0x12, 1           ; PORTD
          rjmp out_wait
out_high: sbi 0x12, 1
          nop
out_wait: ldi r18, 66
hold:     dec r18
          brne hold
          ror r16
          dec r17
          brne out_bit
          sbi 0x12, 1           ; stop bit
          ldi r18, 69
stop_bit: dec r18
          brne stop_bit
          ret
`;

function answer(letter: string, { takes = 0, answers }: Recital): string {
  const code = letter.charCodeAt(0);
  return [
    `          cpi r16, ${code}`,
    `          brne not_${code}`,
    ...Array<string>(takes).fill('          rcall receive'),
    ...answers.flatMap(byte => [`          ldi r16, ${byte}`, '          rcall send']),
    '          rjmp listen',
    `not_${code}:`,
  ].join('\n');
}

/** The words of a stub that knows these letters; every other byte gets `other`, by default a question mark. */
export function stub(letters: Readonly<Record<string, Recital>>, other = text('?')): Uint16Array {
  const dispatch = Object.entries(letters).map(([letter, recital]) => answer(letter, recital));
  const unknown = other.flatMap(byte => [`          ldi r16, ${byte}`, '          rcall send']);
  const source = [
    '          sbi 0x12, 1           ; idle line is high',
    '          sbi 0x11, 1           ; DDRD: PD1 drives',
    'listen:   rcall receive',
    ...dispatch,
    ...unknown,
    '          rjmp listen',
    UART,
  ].join('\n');
  return assemble(source).words;
}
