/**
 * Time on a board: counted in clocks, never summed in fractions.
 *
 * The axis of every board is the programmer's XTAL: cycle n is the n-th rising
 * edge of XTAL1 after reset. Other clocks (the target's XTAL, the host's baud
 * rate) are exact ratios to it, see {@link Ratio}.
 */

/** A point or a span on the programmer's clock, in whole XTAL cycles. */
export type Cycle = number;

/** What a timer calls when its time has come. */
export type TimerCallback = (now: Cycle) => void;

/** One alarm of one part. At most one time is pending; setting it again moves it. */
export interface Timer {
  /** The pending time, or Infinity when nothing is pending. */
  readonly due: Cycle;
  /** Rings at `time`; a time that has passed rings at the next opportunity. */
  at(time: Cycle): void;
  cancel(): void;
}

/** Moments of a queue as plain data, in the order in which its timers were made. */
export type QueueState = readonly { due: Cycle; order: number }[];

class QueuedTimer implements Timer {
  due: Cycle = Number.POSITIVE_INFINITY;
  /** Arrival number: equal times ring in the order in which they were set. */
  order = 0;

  constructor(
    private readonly queue: EventQueue,
    readonly callback: TimerCallback,
  ) {}

  at(time: Cycle): void {
    this.due = time;
    this.order = this.queue.nextOrder();
    this.queue.refresh();
  }

  cancel(): void {
    this.due = Number.POSITIVE_INFINITY;
    this.queue.refresh();
  }
}

/**
 * The one queue of a board, ordered by time and then by arrival.
 *
 * Parts make their timers once, when they are built, and set them as often as
 * they like. A board has a few dozen timers, so a linear search for the next
 * one is faster than a heap and leaves the whole state as plain numbers.
 */
export class EventQueue {
  private readonly timers: QueuedTimer[] = [];
  private arrivals = 0;
  private first: QueuedTimer | undefined;
  /** The time of the earliest pending event, or Infinity. */
  nextTime: Cycle = Number.POSITIVE_INFINITY;

  /** Makes a timer that calls `callback` with the time it was set for. */
  timer(callback: TimerCallback): Timer {
    const timer = new QueuedTimer(this, callback);
    this.timers.push(timer);
    return timer;
  }

  /** Rings every timer that is due at or before `now`, earliest first. */
  runUntil(now: Cycle): void {
    while (this.nextTime <= now) {
      const timer = this.first!;
      const time = timer.due;
      timer.due = Number.POSITIVE_INFINITY;
      this.refresh();
      timer.callback(time);
    }
  }

  save(): QueueState {
    return this.timers.map(({ due, order }) => ({ due, order }));
  }

  restore(state: QueueState): void {
    state.forEach(({ due, order }, i) => {
      this.timers[i].due = due;
      this.timers[i].order = order;
      this.arrivals = Math.max(this.arrivals, order);
    });
    this.refresh();
  }

  /** @internal */
  nextOrder(): number {
    return ++this.arrivals;
  }

  /** Finds the earliest timer again. @internal */
  refresh(): void {
    let first: QueuedTimer | undefined;
    for (const timer of this.timers) {
      if (timer.due === Number.POSITIVE_INFINITY) continue;
      if (!first || timer.due < first.due || (timer.due === first.due && timer.order < first.order))
        first = timer;
    }
    this.first = first;
    this.nextTime = first ? first.due : Number.POSITIVE_INFINITY;
  }
}

/**
 * An exact ratio between two clocks: `hz` ticks of the other clock in
 * `cyclesPerSecond` cycles of the programmer, tick 0 at cycle `origin`.
 * Whole seconds are split off, so no product leaves the range of exact integers
 * as long as both rates are below 67 MHz.
 */
export class Ratio {
  constructor(
    readonly hz: number,
    readonly cyclesPerSecond: number,
  ) {
    if (!Number.isInteger(hz) || !Number.isInteger(cyclesPerSecond) || hz <= 0 || cyclesPerSecond <= 0) {
      throw new RangeError(`a clock ratio needs two positive whole rates, not ${hz} : ${cyclesPerSecond}`);
    }
  }

  /** How many ticks lie in [0, cycles): ticks at 0, 1/hz, 2/hz, … that came strictly before `cycles`. */
  ticksBefore(cycles: Cycle): number {
    if (cycles <= 0) return 0;
    const seconds = Math.floor((cycles - 1) / this.cyclesPerSecond);
    const rest = cycles - 1 - seconds * this.cyclesPerSecond;
    // the last tick k with k * cps / hz <= cycles - 1/∞ satisfies k * cps < cycles * hz
    const product = (rest + 1) * this.hz;
    return seconds * this.hz + Math.ceil(product / this.cyclesPerSecond);
  }

  /** The first whole cycle at or after tick `tick`. */
  cycleOf(tick: number): Cycle {
    const seconds = Math.floor(tick / this.hz);
    const rest = tick - seconds * this.hz;
    return seconds * this.cyclesPerSecond + Math.ceil((rest * this.cyclesPerSecond) / this.hz);
  }
}
