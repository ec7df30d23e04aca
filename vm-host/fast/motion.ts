/** What stands still and what moves, and how, from one round of a loop to the next. */
import type { IoSpace } from '../io.ts';
import { isBefore, type Needs, needs, needsOfRound } from './needs.ts';
import type { Input, Path } from './path.ts';
import { combined, constantStep, type Step, stepOf } from './step.ts';
import type { FlagSource, Sum, Value } from './value.ts';

/** Registers that are one number, the lowest byte first. */
interface WideNumber {
  readonly registers: readonly number[];
  /** What they hold after the round. */
  readonly sums: readonly Value[];
  readonly step: Step;
}

/** How a number changes from one round to the next. */
export type Movement =
  | { readonly kind: 'still' }
  | { readonly kind: 'steps'; readonly step: Step }
  | { readonly kind: 'timer'; readonly direction: 1 | -1; readonly input: Input };

const STILL: Movement = { kind: 'still' };

/** The bytes as one number, in JavaScript. */
export function wide(bytes: readonly Value[]): string {
  return bytes.map(({ js }, i) => (i === 0 ? js : `(${js} << ${8 * i})`)).join(' + ');
}

export class Motion {
  /** Registers that the round leaves otherwise than it found them. */
  private readonly changed: ReadonlySet<number>;
  readonly counters: WideNumber[] = [];
  /** Registers and flags that are handed from round to round and taken to stay as they are. */
  readonly assumed = new Set<number>();
  assumedFlags = 0;
  /** What was found, by the bytes' names: sums share what they are made of, over and over. */
  private readonly movements = new Map<string, Movement | undefined>();

  /** @param width bytes of the widest counter */
  constructor(
    readonly path: Path,
    private readonly io: IoSpace,
    private readonly width: number,
  ) {
    this.changed = new Set(path.changed);
    this.findCounters();
    this.assume();
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
  chainOf(sum: Sum): Sum[] | undefined {
    const chain = [sum];
    while (chain[0].lower) chain.unshift(chain[0].lower);
    return chain[0].carry || chain.length > this.width ? undefined : chain;
  }

  /** The counter whose highest byte is this register. */
  private counterAt(number: number): WideNumber | undefined {
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
    const step = combined(constantStep(0), stepOf(sums.map(({ b }) => b)), value.sign);
    return step && { registers, sums, step };
  }

  /** What a round adds to a register, when that is the same every round. */
  private distance(value: Value, number: number): Step | undefined {
    if (value.kind === 'register') return value.number === number ? constantStep(0) : undefined;
    if (value.kind !== 'sum' || value.carry || !this.isStill(value.b)) return undefined;
    const before = this.distance(value.a, number);
    return before && combined(before, stepOf([value.b]), value.sign);
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

  /** True for a byte that is the same in every round. */
  isStill(value: Value): boolean {
    return this.areStill(needs([value], []));
  }

  /** The same of a flag. */
  flagIsStill(source: FlagSource): boolean {
    return this.areStill(needs([], [source]));
  }

  private areStill({ registers, inputs, flags }: Needs): boolean {
    return (
      ![...registers].some(each => this.changed.has(each) && !this.assumed.has(each)) &&
      ![...inputs].some(input => this.runsOn(input)) &&
      [...flags].every(({ bit }) => this.assumedFlags & (1 << bit) || isBefore(this.path.flags[bit], bit))
    );
  }

  /** True for a register that counts by itself. */
  runsOn({ address }: Input): boolean {
    return this.io[address]?.counts ?? false;
  }

  /** How a number moves, its bytes given from the lowest on; undefined when that cannot be said. */
  movement(bytes: readonly Value[]): Movement | undefined {
    const key = bytes.map(({ js }) => js).join();
    if (!this.movements.has(key)) this.movements.set(key, this.findMovement(bytes));
    return this.movements.get(key);
  }

  private findMovement(bytes: readonly Value[]): Movement | undefined {
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
    const a = this.movement(chain.map(sum => sum.a));
    const b = this.movement(chain.map(sum => sum.b));
    return a && b && together(a, b, top.sign);
  }
}

/** How a ± b moves. */
function together(a: Movement, b: Movement, sign: 1 | -1): Movement | undefined {
  if (b.kind === 'still') return a;
  if (b.kind === 'timer') {
    return a.kind === 'still' ? { ...b, direction: (sign * b.direction) as 1 | -1 } : undefined;
  }
  if (a.kind === 'timer') return undefined;
  const step = combined(a.kind === 'still' ? constantStep(0) : a.step, b.step, sign);
  return step && { kind: 'steps', step };
}
