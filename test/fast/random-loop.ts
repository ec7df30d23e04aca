/** Loops nobody thought of: counters, pins, the timer, WDR, LD, ST, calls and further loops, put together at random. */
import { Random } from '../vm-host/helpers.ts';
import { placed, setUp } from './placed.ts';

const BRANCHES = ['brne', 'breq', 'brcc', 'brcs', 'brpl', 'brmi', 'brge', 'brlt', 'brvc', 'brhs', 'brts'];
const SKIPS = ['sbic PIND,', 'sbis PIND,', 'sbic PINB,', 'sbis PORTB,', 'sbic EECR,', 'sbis ACSR,'];

class LoopWriter {
  private labels = 0;

  constructor(private readonly random: Random) {}

  /** A loop of a few lines, with one way back and perhaps some ways out. */
  loop(depth: number): string {
    const { random } = this;
    const name = this.labels++;
    // now and then one that goes too many ways for a tree of all of them
    const length = depth === 0 && random.below(6) === 0 ? 9 + random.below(6) : 1 + random.below(5);
    const lines = Array.from({ length }, () => this.line(name, depth));
    return [...this.starts(), `l${name}:`, ...lines, ...this.back(name), `x${name}: nop`].join('\n');
  }

  private get upper(): string {
    return `r${16 + this.random.below(6)}`;
  }

  private get byte(): number {
    return this.random.pick([1, 1, 1, 2, 3, 255, 254, 128, this.random.below(256)]);
  }

  private get skip(): string {
    const { random } = this;
    if (random.below(3) === 0) return `${random.pick(['sbrc', 'sbrs'])} ${this.upper}, ${random.below(8)}`;
    if (random.below(4) === 0) return `cpse ${this.upper}, ${this.upper}`;
    return `${random.pick(SKIPS)} ${random.below(7)}`;
  }

  /** What a person sets before a loop. */
  private starts(): string[] {
    return Array.from({ length: this.random.below(4) }, () => `ldi ${this.upper}, ${this.random.below(256)}`);
  }

  /** One line that needs no label. */
  private plain(): string {
    const { random, upper } = this;
    const kinds: readonly (() => string)[] = [
      () => `${random.pick(['dec', 'inc'])} ${upper}`,
      () => `subi ${upper}, ${this.byte}`,
      () => `in ${upper}, ${random.pick(['TCNT0', 'TIFR', 'PIND', 'PINB', 'SREG'])}`,
      () => `${random.pick(['andi', 'ori', 'cpi'])} ${upper}, ${this.byte}`,
      () => random.pick(['wdr', 'nop', 'wdr', 'sec', 'clc', 'set']),
      () => `${random.pick(['ld @, Z', 'st Z, @'])}`.replace('@', upper),
      () => `${random.pick(['mov', 'add', 'sub', 'cp', 'eor', 'cpc', 'adc'])} ${upper}, ${this.upper}`,
      () => `${random.pick(['lsr', 'swap', 'neg', 'ror', 'com', 'tst'])} ${upper}`,
      () => `rcall ${random.pick(['delay', 'look', 'flag'])}`,
      () => `ldi ${upper}, ${random.below(256)}`,
      () => `in ${upper}, PIND\nout PORTB, ${upper}`,
      () =>
        `sbi${random.pick(['s', 'c'])} PIND, ${random.below(7)}\n${random.pick(['sbi', 'cbi'])} PORTB, ${random.below(8)}`,
      () => `in r15, SREG\ndec ${upper}\nout SREG, r15`,
      () => `${random.pick(['lsl', 'rol', 'asr'])} ${upper}`,
      () => random.pick(['sleep', 'nop']),
    ];
    return random.pick(kinds)();
  }

  private line(name: number, depth: number): string {
    const { random, upper } = this;
    switch (random.below(9)) {
      case 0:
        return `${this.skip}\n${this.plain()}`;
      case 1:
        return `${this.skip}\nrjmp x${name}`;
      case 2:
        return `cpi ${upper}, ${random.below(256)}\n${random.pick(BRANCHES)} x${name}`;
      case 3:
        return `subi ${upper}, ${this.byte}\nsbci ${this.upper}, ${random.below(2)}`;
      case 4:
        return depth > 0 ? this.loop(depth - 1) : this.plain();
      case 5:
        return random.below(3) ? this.plain() : `out PORTB, ${upper}`;
      default:
        return this.plain();
    }
  }

  private back(name: number): string[] {
    const { random, upper } = this;
    const to = `l${name}`;
    if (random.below(4) === 0) return [this.skip, `rjmp ${to}`];
    const first = random.pick([`dec ${upper}`, `inc ${upper}`, `subi ${upper}, ${this.byte}`, this.plain()]);
    return [first, `${random.pick(BRANCHES)} ${to}`];
  }
}

/** A program of such loops, with interrupts that count and a watchdog that may run. */
export function loopProgram(seed: number, depth = 2): Uint16Array {
  const random = new Random(seed * 31 + 7);
  const writer = new LoopWriter(random);
  const loops = Array.from({ length: 1 + random.below(3) }, () =>
    writer.loop(random.below(Math.max(depth, 0) + 1)),
  );
  const rounds = [...loops.map(loop => `${loop}\nsbi PORTB, 0\ncbi PORTB, 0`), SHOW];
  const place = new Random(seed);
  try {
    return placed({ low: routines(random), setUp: setUp(random), rounds }, place);
  } catch (error) {
    // loops may be too long for a branch, or all of them for the flash, but hardly always
    if (depth < -9) throw error;
    return loopProgram(depth > 0 ? seed : seed + 1_000_003, depth - 1);
  }
}

/** Makes a difference at each round of the program. */
const SHOW = 'in r31, PORTB\ninc r31\nout PORTB, r31';

function routines(random: Random): string {
  return `
        rjmp main
        rjmp service
        rjmp service
service: in r15, SREG
        inc r14
        out PORTB, r14
        out SREG, r15
        reti
delay:  ldi r25, ${random.below(256)}
dloop:  dec r25
        brne dloop
        ret
look:   in r25, PIND
        andi r25, ${1 << random.below(7)}
        ret
flag:   in r25, TIFR
        sbrs r25, 1
        rjmp flag
        ldi r25, 2
        out TIFR, r25
        ret`;
}
