/**
 * How a target sees SCK and MOSI: through its own clock.
 *
 * The target looks at SCK on its XTAL1 edges. A high is taken for real at the
 * n-th sample in a row that finds it (n = 4 on the AT90S1200), a low likewise (n = 1).
 * A sample that meets an SCK edge finds neither level. So a level that lasts longer
 * than n target clocks is always seen, and a shorter one is seen or lost as the two
 * clocks happen to lie: just what the datasheet's "> n XTAL1 clocks" promises.
 * MOSI is taken at the first sample of a high that is accepted.
 */

import type { Cycle, EventQueue, Timer } from '../vm-host/time.ts';
import type { TargetClock } from './target-clock.ts';

/** What the sampler tells the part it belongs to. */
export interface SckListener {
  /** A rising edge was accepted. `edge` is when SCK rose, `accepted` the first cycle after the deciding sample. */
  rise(bit: 0 | 1, edge: Cycle, accepted: Cycle, pc?: number): void;
  /** Whether MISO may change with a low that begins now. */
  mayAnswer(): boolean;
  /** A falling edge was accepted: time to decide what MISO shows next. */
  fall(now: Cycle): void;
  /** Time to put on MISO what `fall` decided. */
  shiftOut(now: Cycle): void;
  /** A level ended that was too short to be seen. */
  lost(level: 0 | 1, from: Cycle, to: Cycle, pc?: number): void;
}

export interface SckRuleInClocks {
  readonly high: number;
  readonly low: number;
  /** Nanoseconds. */
  readonly tSLIV: number;
}

/** All of the sampler's memory, as plain data. */
export interface SckSamplerState {
  enabled: boolean;
  /** The level the part believes in. */
  seen: 0 | 1;
  /** The level on the wire, since when, and who made it so. */
  level: 0 | 1;
  since: Cycle;
  pc: number | undefined;
  mosi: 0 | 1;
  /** MOSI as the first sample of the present high found it. */
  latched: 0 | 1 | undefined;
  /** A low has begun whose acceptance lies ahead. */
  falling: boolean;
  /** When the present low shows, or would show, at MISO. */
  shows: Cycle;
}

export class SckSampler {
  private state: SckSamplerState = {
    enabled: false,
    seen: 0,
    level: 0,
    since: 0,
    pc: undefined,
    mosi: 0,
    latched: undefined,
    falling: false,
    shows: 0,
  };
  private readonly timer: Timer;
  private readonly high: number;
  private readonly low: number;
  private readonly tSLIV: number;

  constructor(
    queue: EventQueue,
    private readonly clock: TargetClock,
    { high, low, tSLIV }: SckRuleInClocks,
    private readonly listener: SckListener,
  ) {
    this.high = high;
    this.low = low;
    this.tSLIV = tSLIV;
    this.timer = queue.timer(now => this.lowAccepted(now));
  }

  /** RESET went low: from here on edges count, and a high that is already there counts as one. */
  enable(now: Cycle, sck: 0 | 1, mosi: 0 | 1): void {
    Object.assign(this.state, { enabled: true, seen: 0, level: sck, since: now, mosi, falling: false });
    this.state.pc = undefined;
    this.state.latched = undefined;
  }

  /** RESET went high: what has been seen up to here still counts. */
  disable(now: Cycle): void {
    const { state, clock } = this;
    if (!state.enabled) return;
    this.latchMosi(now);
    const unseenHigh = state.level === 1 && state.seen === 0;
    if (unseenHigh && clock.ticksInside(state.since, now) >= this.high) this.highAccepted();
    state.enabled = false;
    this.timer.cancel();
  }

  /** The wire changed. */
  sck(level: 0 | 1, now: Cycle, pc?: number): void {
    const { state } = this;
    if (!state.enabled || level === state.level) return;
    this.levelEnds(now);
    state.level = level;
    state.since = now;
    state.pc = pc;
    state.latched = undefined;
    if (level === 0 && state.seen === 1) this.expectLow(now);
  }

  /** MOSI changed: the first sample of the present high may have come before. */
  mosi(level: 0 | 1, now: Cycle): void {
    this.latchMosi(now);
    this.state.mosi = level;
  }

  /** Whether at `now` the part still has to look at a low. */
  pending(now: Cycle): boolean {
    if (this.timer.due !== Number.POSITIVE_INFINITY) return true;
    return this.state.falling && now <= this.state.shows;
  }

  save(): SckSamplerState {
    return { ...this.state };
  }

  restore(state: SckSamplerState): void {
    Object.assign(this.state, state);
  }

  /** Judges the level that lasted from `since` to `now`. */
  private levelEnds(now: Cycle): void {
    const { state, clock } = this;
    this.latchMosi(now);
    if (state.level === state.seen || now === state.since) return;
    const samples = clock.ticksInside(state.since, now);
    if (samples < (state.level ? this.high : this.low)) this.levelLost(now);
    else if (state.level === 1) this.highAccepted();
    else this.lowSeen(now);
  }

  private levelLost(now: Cycle): void {
    const { state } = this;
    if (state.level === 0) {
      state.falling = false;
      this.timer.cancel();
    }
    this.listener.lost(state.level, state.since, now, state.pc);
  }

  private highAccepted(): void {
    const { state, clock } = this;
    state.seen = 1;
    const accepted = clock.cycleAfter(clock.ticksUpTo(state.since) + this.high - 1);
    this.listener.rise(state.latched ?? state.mosi, state.since, accepted, state.pc);
  }

  private latchMosi(now: Cycle): void {
    const { state, clock } = this;
    if (!state.enabled || state.level === 0 || state.latched !== undefined) return;
    if (clock.ticksInside(state.since, now) > 0) state.latched = state.mosi;
  }

  /** SCK fell: unless it rises too soon, the part will see it and answer after tSLIV. */
  private expectLow(now: Cycle): void {
    const deciding = this.clock.ticksUpTo(now) + this.low - 1;
    this.state.falling = true;
    this.state.shows = this.clock.cycleAfter(deciding, this.tSLIV);
    // where MISO stays as it is, the low need not be looked at before it ends
    if (this.listener.mayAnswer()) this.timer.at(this.state.shows);
    else this.timer.cancel();
  }

  private lowSeen(now: Cycle): void {
    if (!this.state.falling) return;
    this.state.falling = false;
    this.state.seen = 0;
    this.listener.fall(now);
  }

  private lowAccepted(now: Cycle): void {
    this.lowSeen(now);
    this.listener.shiftOut(now);
  }
}
