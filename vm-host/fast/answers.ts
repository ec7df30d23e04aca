/** How long the answers that a round gets stay as they are. */
import type { IoSpace } from '../io.ts';
import { roundsOfBoth, roundsTo, roundsWithin } from './bounds.ts';
import { type Motion, wide } from './motion.ts';
import type { Input } from './path.ts';
import { combined, constantStep, fixedWay, type Step } from './step.ts';
import { bits, type Flag, type FlagSource, type Question, type Sum, type Value } from './value.ts';

export class Answers {
  private readonly noted = new Set<string>();
  /** What was found of bytes, and of flags by bit: both share what they follow from, over and over. */
  private readonly bytes = new Map<Value, boolean>();
  private readonly flags = Array.from({ length: 8 }, () => new Map<FlagSource, boolean>());

  /** @param period clocks of one round */
  constructor(
    private readonly motion: Motion,
    private readonly io: IoSpace,
    private readonly period: number,
  ) {}

  /** JavaScript: for how many more rounds all that was asked here surely stays. */
  get bounds(): readonly string[] {
    return [...this.noted];
  }

  /** A byte stays when it follows from what stands still and from answers that stay. */
  stays(value: Value): boolean {
    return remembered(this.bytes, value, () => this.byteStays(value));
  }

  private byteStays(value: Value): boolean {
    if (this.motion.isStill(value)) return true;
    if (value.kind === 'and' || value.kind === 'or') return this.stays(value.a) && this.stays(value.b);
    if (value.kind === 'other') {
      return value.of.every(each => this.stays(each)) && value.flags.every(flag => this.flagStays(flag));
    }
    if (value.kind !== 'sum' || !this.stays(value.a) || !this.stays(value.b)) return false;
    return !value.carry || this.flagStays({ bit: bits.C, source: value.carry });
  }

  flagStays({ bit, source }: Flag): boolean {
    return remembered(this.flags[bit], source, () => this.bound({ kind: 'flag', bit, source }));
  }

  /** Notes how long the answer stays. False when that cannot be said. */
  bound(question: Question): boolean {
    return this.asksWhatIsStill(question) || this.boundByMovement(question) || this.asksWhatStays(question);
  }

  private asksWhatIsStill(question: Question): boolean {
    if (question.kind === 'bit') return this.motion.isStill(question.value);
    if (question.kind === 'equal') return this.motion.isStill(question.a) && this.motion.isStill(question.b);
    return this.motion.flagIsStill(question.source);
  }

  private asksWhatStays(question: Question): boolean {
    if (question.kind === 'bit') return this.stays(question.value);
    if (question.kind === 'equal') return this.stays(question.a) && this.stays(question.b);
    const { source } = question;
    if (source.kind === 'before' || source.kind === 'fixed') return source.kind === 'fixed';
    if (source.kind === 'stored') return this.stays(source.of);
    if (source.kind === 'zero') {
      return this.stays(source.sum) && this.flagStays({ bit: bits.Z, source: source.before });
    }
    return this.stays(source.kind === 'sum' ? source.sum : source.result);
  }

  private boundByMovement(question: Question): boolean {
    if (question.kind === 'bit') return this.boundBit([question.value], question.bit);
    if (question.kind === 'flag') return this.boundFlag(question.bit, question.source);
    const { a, b } = question;
    if (this.motion.isStill(b)) return this.boundAt([a], b.js, `${b.js} + 1`);
    if (this.motion.isStill(a)) return this.boundAt([b], a.js, `${a.js} + 1`);
    return this.boundMeeting(a, b);
  }

  /** Whether two counters are equal. */
  private boundMeeting(a: Value, b: Value): boolean {
    const [one, other] = [this.motion.movement([a]), this.motion.movement([b])];
    if (one?.kind !== 'steps' || other?.kind !== 'steps') return false;
    const step = combined(one.step, other.step, -1);
    if (step) this.noted.add(roundsTo(`${a.js} - ${b.js}`, step, 256, ['0', '1']));
    return step !== undefined;
  }

  /** A condition that can only change at `mark` and at `other`. */
  private boundAt(bytes: readonly Value[], mark: string, other: string, size = 256 ** bytes.length): boolean {
    return this.boundBy(bytes, (value, step) => roundsTo(value, step, size, [mark, other]));
  }

  /** A condition on this and higher bits only: it changes at multiples of 2 to that power. */
  private boundFrom(bytes: readonly Value[], bit: number): boolean {
    const [size, stretch] = [256 ** bytes.length, 2 ** bit];
    return this.boundBy(bytes, (value, step) => {
      const way = fixedWay(step, size);
      // each step would change it: nothing to count
      if (way !== undefined && Math.abs(way) >= stretch) return undefined;
      return roundsWithin(value, step, size, stretch);
    });
  }

  /** A condition on one bit: steps that leave it alone do not matter. */
  private boundBit(bytes: readonly Value[], bit: number): boolean {
    const movement = this.motion.movement(bytes);
    const way = movement?.kind === 'steps' && fixedWay(movement.step, 256 ** bytes.length);
    return (way !== undefined && way !== false && way % 2 ** (bit + 1) === 0) || this.boundFrom(bytes, bit);
  }

  /** @param stays JavaScript for how many steps an answer about a value stays; undefined: none */
  private boundBy(
    bytes: readonly Value[],
    stays: (value: string, step: Step) => string | undefined,
  ): boolean {
    const movement = this.motion.movement(bytes);
    if (!movement || movement.kind === 'still') return movement !== undefined;
    const step = movement.kind === 'steps' ? movement.step : constantStep(movement.direction);
    const steps = stays(wide(bytes), step);
    if (steps === undefined) return false;
    this.noted.add(movement.kind === 'steps' ? steps : this.before(movement.input, steps));
    return true;
  }

  /** Rounds before an input has changed once more than `times` times. */
  private before({ address, offset }: Input, times: string): string {
    return `(io[${address}].after(base + (t + ${offset}), ${times} + 1) - 1) / ${this.period} | 0`;
  }

  private boundFlag(bit: number, source: FlagSource): boolean {
    if (source.kind === 'stored') return this.boundBit([source.of], source.bit);
    if (source.kind === 'zero') return this.boundZeroOf(source);
    if (source.kind === 'logic') return this.boundLogic(bit, source.result);
    if (source.kind === 'count') return this.boundCount(bit, source.result, source.up);
    return source.kind === 'sum' && this.boundSum(bit, source.sum);
  }

  private boundSum(bit: number, sum: Sum): boolean {
    const chain = this.motion.chainOf(sum);
    if (!chain) return false;
    if (bit === bits.C) return this.boundOrder(chain);
    if (bit === bits.N) return this.boundResult(bit, chain);
    if (bit === bits.S || bit === bits.V) return this.boundSigned(bit, chain);
    // Z and H of the highest byte alone are not those of the number
    if (chain.length > 1) return false;
    return bit === bits.Z ? this.boundResult(bit, chain) : this.boundHalf(sum);
  }

  /** Z or N of a result. */
  private boundResult(bit: number, result: readonly Value[]): boolean {
    if (bit === bits.Z) return this.boundAt(result, '0', '1');
    return bit === bits.N && this.boundBit(result, 8 * result.length - 1);
  }

  /** Flags of INC and DEC: V is set by the step over the largest number with a sign, and S is N but there. */
  private boundCount(bit: number, result: Value, up: boolean): boolean {
    const [odd, negative] = up ? ['128', '129'] : ['127', '127'];
    if (bit === bits.V) return this.boundAt([result], odd, String(+odd + 1));
    return bit === bits.S ? this.boundAt([result], negative, '0') : this.boundResult(bit, [result]);
  }

  private boundLogic(bit: number, result: Value): boolean {
    if (result.kind === 'and' && bit === 1) return this.boundMasked(result.a, result.b);
    if (result.kind === 'or' && bit === 1) {
      return this.boundAt([result.a, result.b], '0', '1') || this.boundAt([result.b, result.a], '0', '1');
    }
    return this.boundResult(bit, [result]);
  }

  /** The lowest bit of a constant mask is the lowest that matters. */
  private boundMasked(a: Value, b: Value): boolean {
    const [value, mask] = a.kind === 'constant' ? [b, a] : [a, b];
    if (mask.kind !== 'constant' || mask.n === 0) return false;
    return this.boundFrom([value], 31 - Math.clz32(mask.n & -mask.n));
  }

  /** Z of a number of several bytes: set only when all of them are zero. */
  private boundZeroOf(source: Extract<FlagSource, { kind: 'zero' }>): boolean {
    const chain = this.motion.chainOf(source.sum);
    if (!chain) return false;
    let below: FlagSource = source;
    for (let i = chain.length - 1; i > 0; i--) {
      if (below.kind !== 'zero' || below.sum !== chain[i]) return false;
      below = below.before;
    }
    return below.kind === 'sum' && below.sum === chain[0] && this.boundAt(chain, '0', '1');
  }

  /** C: the order of two numbers, or whether a sum is too large. */
  private boundOrder(chain: readonly Sum[]): boolean {
    return this.boundOperands(chain, 0, 0);
  }

  /** S and V: the same of numbers with a sign, and whether the result has the wrong one. */
  private boundSigned(bit: number, chain: readonly Sum[]): boolean {
    const half = 256 ** chain.length / 2;
    return this.boundOperands(chain, half, bit === bits.V ? half : 0);
  }

  /** H: C of the lower four bits. */
  private boundHalf(sum: Sum): boolean {
    return this.boundOperands([sum], 0, 0, 16);
  }

  /**
   * A condition on a ± b, one of them still: it turns where the other comes to `turn`, and where the result
   * comes to `zero`, or past it when it falls as the other rises.
   *
   * @param size of the numbers; the condition knows no higher bits
   */
  private boundOperands(chain: readonly Sum[], turn: number, zero: number, size?: number): boolean {
    const [a, b] = [chain.map(sum => sum.a), chain.map(sum => sum.b)];
    const differs = chain[0].sign < 0;
    if (b.every(byte => this.motion.isStill(byte))) {
      return this.boundAt(a, String(turn), differs ? `${wide(b)} + ${zero}` : `${zero} - (${wide(b)})`, size);
    }
    if (a.every(byte => this.motion.isStill(byte))) {
      const mark = differs ? `${wide(a)} + ${zero + 1}` : `${zero} - (${wide(a)})`;
      return this.boundAt(b, String(turn), mark, size);
    }
    // both move: neither may come around, nor the result
    const meet = (bytes: readonly Value[]) => this.boundAt(bytes, String(turn), String(turn), size);
    return meet(a) && meet(b) && this.boundResultOf(chain, zero, size ?? 256 ** chain.length);
  }

  /** Where a ± b comes to `mark` when both move: it goes as far as both do, which may be the longer way round. */
  private boundResultOf(chain: readonly Sum[], mark: number, size: number): boolean {
    const [one, other] = [
      this.motion.movement(chain.map(sum => sum.a)),
      this.motion.movement(chain.map(sum => sum.b)),
    ];
    if (one?.kind !== 'steps' || other?.kind !== 'steps') return false;
    this.noted.add(roundsOfBoth(wide(chain), one.step, other.step, chain[0].sign, size, mark));
    return true;
  }

  /** Registers that change by themselves and are no counters: they stay until then. */
  boundInput(input: Input): void {
    if (this.motion.runsOn(input) || !this.io[input.address]?.after) return;
    this.noted.add(this.before(input, '0'));
  }
}

function remembered<T>(known: Map<T, boolean>, key: T, find: () => boolean): boolean {
  const found = known.get(key) ?? find();
  known.set(key, found);
  return found;
}
