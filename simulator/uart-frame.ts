/**
 * Asynchronous characters on a wire: 8 data bits, no parity, 1 stop bit.
 *
 * Bit k of a character lies at its start edge plus k bit times, computed from that
 * edge each time and never added up. A sample in the middle of a bit sees the level
 * just before its moment, so it does not matter which of two events in one cycle is
 * told first.
 */

import { type Cycle, Ratio } from '../vm-host/time.ts';

/** One bit time is cut into this many ticks, so that a baud error can be small. */
const TICKS_PER_BIT = 200;
/** Start bit, eight data bits, stop bit. */
export const BITS_PER_CHARACTER = 10;

/** Bit times of one end of a serial line, in programmer cycles. */
export class BitTimes {
  private readonly ratio: Ratio;
  /** Those of one character, which are asked for at every edge. */
  private readonly edges: Cycle[] = [];
  private readonly middles: Cycle[] = [];

  /**
   * @param baud nominal bits per second
   * @param error how much faster this end is than nominal: 0.02 is two per cent
   * @param xtal programmer cycles per second
   */
  constructor(
    readonly baud: number,
    error: number,
    readonly xtal: number,
  ) {
    if (!(baud > 0)) throw new RangeError(`the baud rate must be positive, not ${baud}`);
    this.ratio = new Ratio(Math.round(baud * (1 + error) * TICKS_PER_BIT), xtal);
    for (let k = 0; k < BITS_PER_CHARACTER; k++) {
      this.edges.push(this.ratio.cycleOf(k * TICKS_PER_BIT));
      this.middles.push(this.ratio.cycleOf(k * TICKS_PER_BIT + TICKS_PER_BIT / 2));
    }
  }

  /** One bit in cycles, which is rarely a whole number. */
  get length(): number {
    return (TICKS_PER_BIT * this.xtal) / this.ratio.hz;
  }

  /** From a start edge to the beginning of bit `k` (0 is the start bit), in whole cycles, rounded up. */
  edge(k: number): Cycle {
    return k < BITS_PER_CHARACTER ? this.edges[k] : this.ratio.cycleOf(k * TICKS_PER_BIT);
  }

  /** From a start edge to the middle of bit `k`, in whole cycles, rounded up. */
  middle(k: number): Cycle {
    return k < BITS_PER_CHARACTER
      ? this.middles[k]
      : this.ratio.cycleOf(k * TICKS_PER_BIT + TICKS_PER_BIT / 2);
  }
}

export interface Character {
  readonly byte: number;
  /** The start edge, and the middle of the stop bit. */
  readonly start: Cycle;
  readonly end: Cycle;
  /** False when the stop bit was low: a frame error. */
  readonly framed: boolean;
  /** All ten bits low: a break. */
  readonly broken: boolean;
}

export interface ReceiverState {
  readonly start: Cycle | undefined;
  readonly level: 0 | 1;
  readonly edges: readonly { readonly time: Cycle; readonly level: 0 | 1 }[];
}

/**
 * Collects edges and gives characters. It sets no alarms: its owner calls
 * {@link finish} when the stop bit's middle has come, or feeds later edges.
 */
export class CharacterReceiver {
  private start: Cycle | undefined;
  private level: 0 | 1 = 1;
  /** Edges of the present character, the start edge first. */
  private edges: { time: Cycle; level: 0 | 1 }[] = [];

  constructor(
    private readonly bits: BitTimes,
    private readonly onCharacter: (character: Character) => void,
  ) {}

  /** The middle of the present character's stop bit, or Infinity when the line is idle. */
  get due(): Cycle {
    return this.start === undefined ? Number.POSITIVE_INFINITY : this.start + this.bits.middle(9);
  }

  /** The wire changed to `level`. */
  edge(level: 0 | 1, time: Cycle): void {
    if (time > this.due) this.finish();
    if (level === this.level) return;
    this.level = level;
    if (this.start === undefined && level === 0) this.begin(time);
    else this.edges.push({ time, level });
  }

  /** Takes the present character as complete. Call it when {@link due} has come. */
  finish(): void {
    const { start } = this;
    if (start === undefined) return;
    const character = this.read(start);
    const late = this.edges.findLast(({ time, level }) => time >= character.end && level === 0);
    this.start = undefined;
    if (late && character.framed) this.begin(late.time);
    this.onCharacter(character);
  }

  save(): ReceiverState {
    return { start: this.start, level: this.level, edges: [...this.edges] };
  }

  restore(state: ReceiverState): void {
    this.start = state.start;
    this.level = state.level;
    this.edges = [...state.edges];
  }

  private begin(time: Cycle): void {
    this.start = time;
    this.edges = [{ time, level: 0 }];
  }

  private read(start: Cycle): Character {
    let byte = 0;
    for (let k = 1; k <= 8; k++) byte |= this.levelAt(start + this.bits.middle(k)) << (k - 1);
    const end = start + this.bits.middle(9);
    const framed = this.levelAt(end) === 1;
    return { byte, start, end, framed, broken: !framed && byte === 0 };
  }

  /** The level just before `time`. */
  private levelAt(time: Cycle): 0 | 1 {
    let level: 0 | 1 = 0;
    for (const edge of this.edges) {
      if (edge.time >= time) break;
      level = edge.level;
    }
    return level;
  }
}
