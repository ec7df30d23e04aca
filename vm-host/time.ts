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
    this.queue.set(this, time);
  }

  cancel(): void {
    this.queue.set(this, Number.POSITIVE_INFINITY);
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
  /**
   * The time for which the timer that rings now was set, undefined when none rings. A callback may run
   * later than its time, at the end of an instruction; what it changes has happened at this time.
   */
  ringing: Cycle | undefined;

  /** Makes a timer that calls `callback` with the time it was set for. */
  timer(callback: TimerCallback): Timer {
    const timer = new QueuedTimer(this, callback);
    this.timers.push(timer);
    return timer;
  }

  /** Rings every timer that is due at or before `now`, earliest first. */
  runUntil(now: Cycle): void {
    try {
      while (this.nextTime <= now) this.ringFirst();
    } finally {
      this.ringing = undefined;
    }
  }

  save(): QueueState {
    return this.timers.map(({ due, order }) => ({ due, order }));
  }

  /** @throws RangeError when the state is that of a queue with other timers */
  restore(state: QueueState): void {
    if (state.length !== this.timers.length) {
      throw new RangeError(`the state has ${state.length} timers, the queue ${this.timers.length}`);
    }
    state.forEach(({ due, order }, i) => {
      this.timers[i].due = due;
      this.timers[i].order = order;
      this.arrivals = Math.max(this.arrivals, order);
    });
    this.findFirst();
  }

  /** Searches only when the earliest event itself was moved. @internal */
  set(timer: QueuedTimer, time: Cycle): void {
    timer.due = time;
    timer.order = ++this.arrivals;
    if (timer === this.first) this.findFirst();
    else if (time < this.nextTime) this.lead(timer);
  }

  private ringFirst(): void {
    const timer = this.first!;
    const time = timer.due;
    timer.due = Number.POSITIVE_INFINITY;
    this.findFirst();
    this.ringing = time;
    timer.callback(time);
  }

  private findFirst(): void {
    let first: QueuedTimer | undefined;
    for (const timer of this.timers) {
      if (timer.due === Number.POSITIVE_INFINITY) continue;
      if (!first || timer.due < first.due || (timer.due === first.due && timer.order < first.order)) {
        first = timer;
      }
    }
    this.lead(first);
  }

  private lead(timer: QueuedTimer | undefined): void {
    this.first = timer;
    this.nextTime = timer ? timer.due : Number.POSITIVE_INFINITY;
  }
}

/**
 * An exact ratio between two clocks. The other clock ticks `hz` times in
 * `cyclesPerSecond` cycles of the programmer; its tick 0 is at cycle 0 and tick
 * k at the instant k * cyclesPerSecond / hz, which is rarely a whole cycle.
 *
 * Whole seconds are split off, so that every product stays below hz *
 * cyclesPerSecond and is exact; two rates below 67 MHz always are.
 */
export class Ratio {
  /** @throws RangeError when a rate is not a positive whole number, or both are too high to be exact */
  constructor(
    readonly hz: number,
    readonly cyclesPerSecond: number,
  ) {
    if (!Number.isInteger(hz) || !Number.isInteger(cyclesPerSecond) || hz <= 0 || cyclesPerSecond <= 0) {
      throw new RangeError(`a clock ratio needs two positive whole rates, not ${hz} : ${cyclesPerSecond}`);
    }
    if (!Number.isSafeInteger(hz * cyclesPerSecond)) {
      throw new RangeError(`the rates ${hz} and ${cyclesPerSecond} are too high for an exact ratio`);
    }
  }

  /** How many ticks lie in [0, cycles): tick 0, tick 1, … that came strictly before `cycles`. */
  ticksBefore(cycles: Cycle): number {
    if (cycles <= 0) return 0;
    // tick k came before when k * cyclesPerSecond < cycles * hz; such k are as many as the quotient rounded up
    const seconds = Math.floor(cycles / this.cyclesPerSecond);
    const rest = cycles - seconds * this.cyclesPerSecond;
    return seconds * this.hz + divideUp(rest * this.hz, this.cyclesPerSecond);
  }

  /** The first whole cycle at or after tick `tick`. */
  cycleOf(tick: number): Cycle {
    const seconds = Math.floor(tick / this.hz);
    const rest = tick - seconds * this.hz;
    return seconds * this.cyclesPerSecond + divideUp(rest * this.cyclesPerSecond, this.hz);
  }
}

/** The quotient of whole numbers rounded up, without a rounded division on the way. */
function divideUp(dividend: number, divisor: number): number {
  const rest = dividend % divisor;
  return (dividend - rest) / divisor + (rest > 0 ? 1 : 0);
}
