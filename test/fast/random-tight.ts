/** Short loops of arithmetic alone: counters, bytes that follow from them, and one question of any kind at the end. */
import { assemble } from '../../vm-host/index.ts';
import { Random } from '../vm-host/helpers.ts';

const COUNTERS = ['r16', 'r17', 'r18', 'r19'];
const DERIVED = ['r20', 'r21', 'r22', 'r23'];
const STILL = ['r2', 'r3', 'r24'];
const BRANCHES =
  'brcs brcc breq brne brmi brpl brvs brvc brlt brge brhs brhc brts brtc brne brcc brcs brpl brge'.split(' ');

class TightWriter {
  constructor(private readonly random: Random) {}

  get loop(): string {
    const { random } = this;
    const lines = [
      ...Array.from({ length: 1 + random.below(2) }, () => this.step()),
      ...Array.from({ length: random.below(4) }, () => this.derive()),
    ];
    return `l: ${this.shuffled(lines).join('\n')}\n${this.question()}`;
  }

  get byte(): number {
    const { random } = this;
    return random.pick([0, 1, 1, 2, 3, 7, 100, 128, 127, 156, 254, 255, 255, random.below(256)]);
  }

  private shuffled(lines: readonly string[]): string[] {
    const rest = [...lines];
    return lines.map(() => rest.splice(this.random.below(rest.length), 1)[0]);
  }

  private get any(): string {
    const { random } = this;
    return random.pick(random.pick([COUNTERS, DERIVED, STILL]));
  }

  /** What a counter does in a round. */
  private step(): string {
    const { random } = this;
    const low = random.below(COUNTERS.length - 1);
    const [counter, next] = [COUNTERS[low], COUNTERS[low + 1]];
    return random.pick<() => string>([
      () => `${random.pick(['dec', 'inc'])} ${counter}`,
      () => `subi ${counter}, ${this.byte}`,
      () => `${random.pick(['add', 'sub'])} ${counter}, ${random.pick(STILL)}`,
      () => `subi ${counter}, ${this.byte}\nsbci ${next}, ${random.pick([0, 0, 255, this.byte])}`,
      () => `add ${counter}, ${random.pick(STILL)}\nadc ${next}, ${random.pick(STILL)}`,
    ])();
  }

  /** A byte from others. */
  private derive(): string {
    const { random } = this;
    const to = random.pick(DERIVED);
    const first = random.pick([
      `mov ${to}, ${this.any}`,
      `mov ${to}, ${random.pick(COUNTERS)}`,
      `ldi ${to}, ${this.byte}`,
    ]);
    const then = random.pick<() => string>([
      () =>
        `${random.pick(['sub', 'add', 'and', 'or', 'eor', 'cp', 'adc', 'sbc', 'cpc'])} ${to}, ${this.any}`,
      () => `${random.pick(['andi', 'ori', 'subi', 'sbci', 'cpi'])} ${to}, ${this.byte}`,
      () =>
        `${random.pick(['com', 'neg', 'swap', 'lsr', 'ror', 'asr', 'inc', 'dec', 'lsl', 'rol', 'tst'])} ${to}`,
      () => `${random.pick(['bst', 'bld'])} ${to}, ${random.below(8)}`,
      () => random.pick(['sec', 'clc', 'set', 'clt', 'sez']),
    ]);
    return random.below(4) ? `${first}\n${then()}` : then();
  }

  private question(): string {
    const { random } = this;
    const skip = random.below(4) === 0;
    if (skip) {
      const ask = random.pick([
        `sbrc ${this.any}, ${random.below(8)}`,
        `sbrs ${this.any}, ${random.below(8)}`,
        `cpse ${this.any}, ${this.any}`,
      ]);
      return `${ask}\nrjmp l`;
    }
    const compare = random.pick([
      '',
      `cpi ${random.pick(COUNTERS)}, ${this.byte}`,
      `cpi ${random.pick(DERIVED)}, ${this.byte}`,
      `cp ${this.any}, ${this.any}`,
      `cp ${random.pick(COUNTERS)}, ${this.any}\ncpc ${random.pick(COUNTERS)}, ${this.any}`,
      `tst ${this.any}`,
    ]);
    return `${compare}\n${random.pick(BRANCHES)} l`;
  }
}

/** Such a loop, once, from whatever the registers hold. */
export function tightLoopOnce(seed: number): Uint16Array {
  return assemble(`${new TightWriter(new Random(seed * 19 + 3)).loop}\nend: rjmp end`).words;
}

/** Such a loop for ever, begun with ever other counters; what it left is shown on port B. */
export function tightLoop(seed: number): Uint16Array {
  const random = new Random(seed * 17 + 5);
  const writer = new TightWriter(random);
  const starts = COUNTERS.map(counter =>
    random.pick([`ldi ${counter}, ${writer.byte}`, `subi ${counter}, ${writer.byte}`, '']),
  );
  return assemble(`
        ldi r25, 255
        out DDRB, r25
        ldi r24, ${writer.byte}
again:
        ${starts.join('\n')}
        ${writer.loop}
        ${[...COUNTERS, ...DERIVED].map(register => `out PORTB, ${register}`).join('\n')}
        in r25, SREG
        out PORTB, r25
        rjmp again`).words;
}
