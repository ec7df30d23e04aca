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

/**
 * Moments of a queue as plain data, in the order in which its timers were made. `order` is 1 for the one that
 * rings first and 0 for one that is not set.
 */
export type QueueState = readonly { due: Cycle; order: number }[];

class QueuedTimer implements Timer {
  due: Cycle = Number.POSITIVE_INFINITY;
  /** Arrival number: equal times ring in the order in which they were set. */
  order = 0;
  /** Its neighbours among the pending timers. */
  before: QueuedTimer | undefined;
  after: QueuedTimer | undefined;

  constructor(
    private readonly queue: EventQueue,
    readonly callback: TimerCallback,
  ) {}

  at(time: Cycle): void {
    this.queue.set(this, time);
  }

  cancel(): void {
    this.queue.cancel(this);
  }
}

/**
 * The one queue of a board, ordered by time and then by arrival.
 *
 * Parts make their timers once, when they are built, and set them as often as
 * they like. Of a few dozen timers a handful is pending at a time: a linked list
 * of those is faster than a heap, and the whole state is plain numbers.
 */
export class EventQueue {
  private readonly timers: QueuedTimer[] = [];
  private arrivals = 0;
  /** The pending timers, the next to ring first. */
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
    const places = new Map<QueuedTimer, number>();
    for (let timer = this.first; timer; timer = timer.after) places.set(timer, places.size + 1);
    return this.timers.map(timer => ({ due: timer.due, order: places.get(timer) ?? 0 }));
  }

  /** @throws RangeError when the state is that of a queue with other timers */
  restore(state: QueueState): void {
    if (state.length !== this.timers.length) {
      throw new RangeError(`the state has ${state.length} timers, the queue ${this.timers.length}`);
    }
    this.first = undefined;
    this.arrivals = 0;
    state.forEach(({ due, order }, i) => {
      const timer = this.timers[i];
      Object.assign(timer, { due, order, before: undefined, after: undefined });
      this.arrivals = Math.max(this.arrivals, order);
    });
    const pending = this.timers.filter(({ due }) => due !== Number.POSITIVE_INFINITY);
    pending.sort((one, other) => one.due - other.due || one.order - other.order);
    for (const timer of pending) this.insert(timer);
    this.nextTime = pending[0]?.due ?? Number.POSITIVE_INFINITY;
  }

  /** @internal */
  set(timer: QueuedTimer, time: Cycle): void {
    if (timer.due !== Number.POSITIVE_INFINITY) this.remove(timer);
    timer.due = time;
    timer.order = ++this.arrivals;
    if (time !== Number.POSITIVE_INFINITY) this.insert(timer);
  }

  /** @internal */
  cancel(timer: QueuedTimer): void {
    if (timer.due === Number.POSITIVE_INFINITY) return;
    this.remove(timer);
    timer.due = Number.POSITIVE_INFINITY;
  }

  private ringFirst(): void {
    const timer = this.first!;
    const time = timer.due;
    const { after } = timer;
    timer.after = undefined;
    if (after) after.before = undefined;
    this.lead(after);
    timer.due = Number.POSITIVE_INFINITY;
    this.ringing = time;
    timer.callback(time);
  }

  /** Behind all that ring before it or at the same time. */
  private insert(timer: QueuedTimer): void {
    const { due } = timer;
    let before: QueuedTimer | undefined;
    let after = this.first;
    while (after !== undefined && after.due <= due) {
      before = after;
      after = after.after;
    }
    timer.before = before;
    timer.after = after;
    if (after) after.before = timer;
    if (before) before.after = timer;
    else this.lead(timer);
  }

  private remove(timer: QueuedTimer): void {
    const { before, after } = timer;
    timer.before = undefined;
    timer.after = undefined;
    if (after) after.before = before;
    if (before) before.after = after;
    else this.lead(after);
  }

  private lead(timer: QueuedTimer | undefined): void {
    this.first = timer;
    this.nextTime = timer === undefined ? Number.POSITIVE_INFINITY : timer.due;
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
