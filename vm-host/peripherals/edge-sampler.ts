/**
 * The input stage of INT0 and T0: the pin is sampled with each rising edge of the
 * processor's clock (datasheet pages 17 and 21). What two samples in a row tell is
 * known one clock later: a pin that changes at clock t makes an edge at t + 1. A
 * level that lasts one clock is seen, one that comes and goes at one clock is not.
 */
import type { Cycle, Timer } from '../time.ts';
import type { Surroundings } from './part.ts';
import type { Pin } from './ports.ts';

export interface SamplerState {
  /** The level of the last sample. */
  sampled: boolean;
  /** The level that the next sample will find if the pin stays. */
  held: boolean;
  clocked: boolean;
}

export class EdgeSampler {
  private state: SamplerState = { sampled: false, held: false, clocked: true };
  private readonly sampling: Timer;

  constructor(
    private readonly pin: Pin,
    around: Surroundings,
    private readonly onEdge: (rising: boolean, now: Cycle) => void,
  ) {
    this.sampling = around.timer(now => this.take(now));
    pin.watch(() => this.lookAfter(around.now()));
  }

  /** What the pin holds now counts as seen; the clock runs. */
  reset(): void {
    this.state = { sampled: this.pin.level, held: this.pin.level, clocked: true };
    this.sampling.cancel();
  }

  /** Without a clock nothing is sampled. */
  stopClock(): void {
    this.state.clocked = false;
    this.sampling.cancel();
  }

  startClock(now: Cycle): void {
    this.state.clocked = true;
    this.lookAfter(now);
  }

  save(): SamplerState {
    return { ...this.state };
  }

  restore(state: SamplerState): void {
    Object.assign(this.state, state);
  }

  /** The pin has changed. A sample that is due comes first: it still finds the level before. */
  private lookAfter(now: Cycle): void {
    if (!this.state.clocked) return;
    if (this.sampling.due <= now) this.take(this.sampling.due);
    this.state.held = this.pin.level;
    if (this.state.held === this.state.sampled) this.sampling.cancel();
    else this.sampling.at(now + 1);
  }

  private take(now: Cycle): void {
    this.sampling.cancel();
    this.state.sampled = this.state.held;
    this.onEdge(this.state.sampled, now);
  }
}
