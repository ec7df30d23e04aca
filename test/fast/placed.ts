/** Where random programs lie in flash, and how they set the chip up. */
import { assemble } from '../../vm-host/index.ts';
import type { Random } from '../vm-host/helpers.ts';

const FLASH_WORDS = 512;

/** What a main loop waits for at the seam: this stands in the last words of flash, BRNE at address 0 goes back to it. */
const SEAMS = [
  'dec r16',
  'subi r16, 1\nsbci r17, 0',
  'in r16, PIND\nandi r16, 4',
  'wdr\ndec r17',
  'inc r18\ncpi r18, 9',
];

/** A program in three pieces. */
export interface Pieces {
  /** Vectors and routines. */
  readonly low: string;
  /** What is done once. */
  readonly setUp: string;
  /** What is done over and over. */
  readonly rounds: readonly string[];
}

/**
 * The words of a program. One in three ends at the last word of flash and goes on at address 0: a part of its
 * rounds lies at the top, jumps and calls go over the end, and in half of them a wait does.
 */
export function placed({ low, setUp, rounds }: Pieces, random: Random): Uint16Array {
  if (random.below(3) > 0)
    return assemble([low, 'main:', setUp, 'again:', ...rounds, 'rjmp again'].join('\n')).words;
  const middle = Math.ceil(rounds.length / 2);
  const seam = random.below(2)
    ? { top: `tail: ${random.pick(SEAMS)}`, bottom: 'brne tail' }
    : { top: '', bottom: '' };
  const top = ['again:', ...rounds.slice(0, middle), seam.top];
  const bottom = ['bottom:', low, 'main:', seam.bottom, setUp, ...rounds.slice(middle), 'rjmp again'];
  const { words, labels } = assemble([...top, ...bottom].join('\n'));
  const flash = new Uint16Array(FLASH_WORDS).fill(0xffff);
  words.forEach((word, i) => {
    flash[(FLASH_WORDS + i - labels.bottom) % FLASH_WORDS] = word;
  });
  return flash;
}

/** SE and SM in MCUCR. */
const IDLE = 0x20;
const POWER_DOWN = 0x30;

/** Every part of the chip at work in some of the programs. */
export function setUp(random: Random): string {
  const sleep = random.pick([0, IDLE, IDLE, POWER_DOWN, POWER_DOWN]);
  // from power-down only the low level of INT0 wakes
  const [int0, sense] = sleep === POWER_DOWN ? [1, 0] : [random.below(2), random.below(4)];
  return `
        ldi r16, ${random.pick([255, random.below(256)])}
        out DDRB, r16
        ldi r16, ${random.below(4) ? 1 + random.below(4) : random.below(8)}
        out TCCR0, r16
        ldi r16, ${random.below(2) * 2}
        out TIMSK, r16
        ldi r16, ${int0 * 0x40}
        out GIMSK, r16
        ldi r16, ${sleep + sense}
        out MCUCR, r16
        ldi r16, ${random.pick([0, 0x08, 0x0a, 0x0b, 0x80])}
        out ACSR, r16
        ldi r16, ${random.below(4) ? 0 : 8 + random.below(random.pick([2, 8]))}
        out WDTCR, r16
        ldi r30, ${random.below(30)}
        ${random.below(3) === 0 ? 'cli' : 'sei'}`;
}
