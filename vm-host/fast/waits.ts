/**
 * Sees what a loop waits for, so that its rounds can be counted instead of run.
 *
 * A round is one way from the head of a tree back to it. It can be counted when each register it changes is a
 * counter (it, or several as one number, moves by the same step every round), or is computed afresh from what
 * stands still, from counters and from inputs, or is handed from round to round but follows from what stands
 * still alone: that one stays as it is once a round has not changed it. And for each branch it has to be said how
 * long its answer stays. Nothing here knows names or addresses of a program.
 */

import type { IoSpace } from '../io.ts';
import type { Round } from './ahead.ts';
import { constantStep, roundsTo, roundsWithin } from './bounds.ts';
import { isBefore, type Needs, needs, needsOfRound } from './needs.ts';
import type { Input, Path } from './path.ts';
import { bits, type Flag, type FlagSource, type Question, type Sum, type Value } from './value.ts';

/** Registers that are one number, the lowest byte first, and what a round adds to it. */
export interface Counter {
  readonly registers: readonly number[];
  /** JavaScript for its value after the round just run. */
  readonly value: string;
  /** JavaScript for the step, to be taken modulo its size. */
  readonly step: string;
}

export interface Wait {
  readonly counters: readonly Counter[];
  /** JavaScript: how many more rounds an answer, or a register's content, surely stays. */
  readonly bounds: readonly string[];
  /** Registers, and bits of SREG, of which all this is true only when the round has left them as they were. */
  readonly assumed: { readonly registers: ReadonlySet<number>; readonly flags: number };
}

/** How a number changes from one round to the next. */
type Movement =
  | { readonly kind: 'still' }
  | { readonly kind: 'steps'; readonly step: string }
  | { readonly kind: 'timer'; readonly direction: 1 | -1; readonly input: Input };

const STILL: Movement = { kind: 'still' };
/**
 * Bytes of the widest counter; more would leave whole numbers that JavaScript counts exactly. Where a program looks
 * at the upper bytes alone, they are no counter together: each then stays until the one below carries.
 */
const WIDTHS = [3, 1];

/** The bytes as one number, in JavaScript. */
function wide(bytes: readonly Value[]): string {
  return bytes.map(({ js }, i) => (i === 0 ? js : `(${js} << ${8 * i})`)).join(' + ');
}

/**
 * True when rounds along this way can be counted instead of run.
 *
 * @param round one that was really gone: it must have left alone what a wait takes to stay
 */
export function isWait(path: Path, io: IoSpace, { from, to }: Round): boolean {
  const wait = findWait(path, io);
  if (!wait) return false;
  const stayed = [...wait.assumed.registers].every(number => from.r[number] === to.r[number]);
  return stayed && ((from.sreg ^ to.sreg) & wait.assumed.flags) === 0;
}

/** What the round waits for; undefined when its rounds have to be run. */
export function findWait(path: Path, io: IoSpace): Wait | undefined {
  for (const width of WIDTHS) {
    const wait = new WaitFinder(path, io, path.offset, width).find();
    if (wait) return wait;
  }
  return undefined;
}

class WaitFinder {
  private readonly changed = new Set<number>();
  private readonly counters: { registers: readonly number[]; step: string; sums: readonly Value[] }[] = [];
  private readonly bounds: string[] = [];
  /** Registers and flags that are handed from round to round and taken to stay as they are. */
  private readonly assumed = new Set<number>();
  private assumedFlags = 0;

  /**
   * @param period clocks of one round
   * @param width bytes of the widest counter
   */
  constructor(
    private readonly path: Path,
    private readonly io: IoSpace,
    private readonly period: number,
    private readonly width: number,
  ) {}

  find(): Wait | undefined {
    this.path.registers.forEach((value, number) => {
      if (value.kind !== 'register' || value.number !== number) this.changed.add(number);
    });
    this.findCounters();
    this.assume();
    if (!this.assumedStay()) return undefined;
    if (!this.path.questions.every(question => this.bound(question))) return undefined;
    for (const input of this.path.inputs) this.boundInput(input);
    const counters = this.counters.map(({ registers, step, sums }) => ({
      ...{ registers, step },
      value: wide(sums),
    }));
    const assumed = { registers: this.assumed, flags: this.assumedFlags };
    return { counters, bounds: [...new Set(this.bounds)], assumed };
  }

  private findCounters(): void {
    const claimed = new Set<number>();
    // the longest first: the low byte of a wide counter is a counter too
    const candidates = [...this.changed].flatMap(number => this.counterAt(number) ?? []);
    candidates.sort((one, other) => other.registers.length - one.registers.length);
    for (const candidate of candidates) {
      if (candidate.registers.some(number => claimed.has(number))) continue;
      for (const number of candidate.registers) claimed.add(number);
      this.counters.push(candidate);
    }
  }

  /** A sum and those of the lower bytes that it continues, lowest first; undefined when the lowest takes a carry. */
  private chainOf(sum: Sum): Sum[] | undefined {
    const chain = [sum];
    while (chain[0].lower) chain.unshift(chain[0].lower);
    return chain[0].carry || chain.length > this.width ? undefined : chain;
  }

  /** The counter whose highest byte is this register. */
  private counterAt(number: number): (typeof this.counters)[number] | undefined {
    const value = this.path.registers[number];
    if (value.kind !== 'sum') return undefined;
    if (!value.carry) {
      const step = this.distance(value, number);
      return step === undefined ? undefined : { registers: [number], step, sums: [value] };
    }
    const sums = value.lower && this.chainOf(value);
    if (!sums?.every(({ a, b }) => a.kind === 'register' && this.isStill(b))) return undefined;
    const registers = sums.map(({ a }) => (a.kind === 'register' ? a.number : -1));
    if (!registers.every((each, i) => this.path.registers[each] === sums[i])) return undefined;
    return { registers, sums, step: signed(value.sign, wide(sums.map(({ b }) => b))) };
  }

  /** What a round adds to a register, when that is the same every round. */
  private distance(value: Value, number: number): string | undefined {
    if (value.kind === 'register') return value.number === number ? '0' : undefined;
    if (value.kind !== 'sum' || value.carry || !this.isStill(value.b)) return undefined;
    const before = this.distance(value.a, number);
    return before === undefined ? undefined : `${before} ${signed(value.sign, value.b.js)}`;
  }

  /** Takes for granted that what is handed from round to round, counters apart, stays. */
  private assume(): void {
    const counting = new Set(this.counters.flatMap(({ registers }) => registers));
    const { registers, flags } = needsOfRound(this.path);
    for (const number of registers) {
      if (this.changed.has(number) && !counting.has(number)) this.assumed.add(number);
    }
    for (const { bit } of flags) if (!isBefore(this.path.flags[bit], bit)) this.assumedFlags |= 1 << bit;
  }

  /** True when what is taken to stay does so if it has stayed once: it follows from nothing that moves. */
  private assumedStay(): boolean {
    const { registers, flags } = this.path;
    return (
      [...this.assumed].every(number => this.stays(registers[number])) &&
      flags.every((source, bit) => !(this.assumedFlags & (1 << bit)) || this.flagStays({ bit, source }))
    );
  }

  /** A byte stays when it follows from what stands still and from answers that stay. */
  private stays(value: Value): boolean {
    if (this.isStill(value)) return true;
    if (value.kind === 'and' || value.kind === 'or') return this.stays(value.a) && this.stays(value.b);
    if (value.kind === 'other') {
      return value.of.every(each => this.stays(each)) && value.flags.every(flag => this.flagStays(flag));
    }
    if (value.kind !== 'sum' || !this.stays(value.a) || !this.stays(value.b)) return false;
    return !value.carry || this.flagStays({ bit: bits.C, source: value.carry });
  }

  private flagStays({ bit, source }: Flag): boolean {
    return this.bound({ kind: 'flag', bit, source });
  }

  private isStill(value: Value): boolean {
    return this.areStill(needs([value], []));
  }

  private areStill({ registers, inputs, flags }: Needs): boolean {
    return (
      ![...registers].some(each => this.changed.has(each) && !this.assumed.has(each)) &&
      ![...inputs].some(input => this.runsOn(input)) &&
      [...flags].every(({ bit }) => this.assumedFlags & (1 << bit) || isBefore(this.path.flags[bit], bit))
    );
  }

  /** True for a register that counts by itself. */
  private runsOn({ address }: Input): boolean {
    return this.io[address]?.counts ?? false;
  }

  private movement(bytes: readonly Value[]): Movement | undefined {
    if (bytes.every(byte => this.isStill(byte))) return STILL;
    const byRegisters = this.movementOfCounter(bytes);
    if (byRegisters) return byRegisters;
    if (bytes.length === 1 && bytes[0].kind === 'input') {
      return this.runsOn(bytes[0]) ? { kind: 'timer', direction: 1, input: bytes[0] } : undefined;
    }
    return this.movementOfSum(bytes);
  }

  /** Bytes of a counter from its lowest on, as they were at the head. */
  private movementOfCounter(bytes: readonly Value[]): Movement | undefined {
    const numbers = bytes.map(byte => (byte.kind === 'register' ? byte.number : -1));
    const counter = this.counters.find(({ registers }) => numbers.every((each, i) => each === registers[i]));
    return counter && { kind: 'steps', step: counter.step };
  }

  private movementOfSum(bytes: readonly Value[]): Movement | undefined {
    const top = bytes[bytes.length - 1];
    if (top.kind !== 'sum') return undefined;
    const chain = this.chainOf(top);
    if (chain?.length !== bytes.length || !chain.every((sum, i) => sum === bytes[i])) return undefined;
    const [a, b] = [chain.map(sum => sum.a), chain.map(sum => sum.b)];
    if (b.every(byte => this.isStill(byte))) return this.movement(a);
    const moving = a.every(byte => this.isStill(byte)) ? this.movement(b) : undefined;
    return moving && top.sign < 0 ? reversed(moving) : moving;
  }

  /** Notes how long the answer stays. False when that cannot be said. */
  private bound(question: Question): boolean {
    return this.asksWhatIsStill(question) || this.boundByMovement(question) || this.asksWhatStays(question);
  }

  private asksWhatIsStill(question: Question): boolean {
    if (question.kind === 'bit') return this.isStill(question.value);
    if (question.kind === 'equal') return this.isStill(question.a) && this.isStill(question.b);
    return this.areStill(needs([], [question.source]));
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
    if (this.isStill(b)) return this.boundAt([a], b.js, `${b.js} + 1`);
    return this.isStill(a) && this.boundAt([b], a.js, `${a.js} + 1`);
  }

  /** A condition that can only change at `mark` and at `other`. */
  private boundAt(bytes: readonly Value[], mark: string, other: string, size = 256 ** bytes.length): boolean {
    return this.boundBy(bytes, (value, step) => roundsTo(value, step, size, [mark, other]));
  }

  /** A condition on this and higher bits only: it changes at multiples of 2 to that power. */
  private boundFrom(bytes: readonly Value[], bit: number): boolean {
    const [size, stretch] = [256 ** bytes.length, 2 ** bit];
    return this.boundBy(bytes, (value, step) => {
      const way = constantStep(step, size);
      // each step would change it: nothing to count
      if (way !== undefined && Math.abs(way) >= stretch) return undefined;
      return roundsWithin(value, step, size, stretch);
    });
  }

  /** A condition on one bit: steps that leave it alone do not matter. */
  private boundBit(bytes: readonly Value[], bit: number): boolean {
    const movement = this.movement(bytes);
    const way = movement?.kind === 'steps' && constantStep(movement.step, 256 ** bytes.length);
    return (way !== undefined && way !== false && way % 2 ** (bit + 1) === 0) || this.boundFrom(bytes, bit);
  }

  /** @param stays JavaScript for how many steps an answer about a value stays; undefined: none */
  private boundBy(
    bytes: readonly Value[],
    stays: (value: string, step: string) => string | undefined,
  ): boolean {
    const movement = this.movement(bytes);
    if (!movement || movement.kind === 'still') return movement !== undefined;
    const steps = stays(wide(bytes), movement.kind === 'steps' ? movement.step : String(movement.direction));
    if (steps === undefined) return false;
    this.bounds.push(movement.kind === 'steps' ? steps : this.before(movement.input, steps));
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
    const chain = this.chainOf(sum);
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
    const chain = this.chainOf(source.sum);
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
    if (b.every(byte => this.isStill(byte))) {
      return this.boundAt(a, String(turn), differs ? `${wide(b)} + ${zero}` : `${zero} - (${wide(b)})`, size);
    }
    if (!a.every(byte => this.isStill(byte))) return false;
    return this.boundAt(
      b,
      String(turn),
      differs ? `${wide(a)} + ${zero + 1}` : `${zero} - (${wide(a)})`,
      size,
    );
  }

  /** Registers that change by themselves and are no counters: they stay until then. */
  private boundInput(input: Input): void {
    if (this.runsOn(input) || !this.io[input.address]?.after) return;
    this.bounds.push(this.before(input, '0'));
  }
}

function signed(sign: 1 | -1, js: string): string {
  return `${sign > 0 ? '+' : '-'} (${js})`;
}

function reversed(movement: Movement): Movement {
  if (movement.kind === 'steps') return { kind: 'steps', step: `-(${movement.step})` };
  return movement.kind === 'timer' ? { ...movement, direction: -movement.direction as 1 | -1 } : movement;
}
