/**
 * The input stage of INT0 and T0: the pin is sampled with the rising edge of the
 * processor's clock (datasheet pages 17 and 21), so a change at clock t is seen
 * as an edge at t + 1, and a pulse that comes and goes between two samples is not
 * seen at all.
 */
import type { Cycle, Timer } from '../time.ts';
import type { Surroundings } from './part.ts';
import type { Pin } from './ports.ts';

export interface SamplerState {
  sampled: boolean;
  clocked: boolean;
}

export class EdgeSampler {
  private state: SamplerState = { sampled: false, clocked: true };
  private readonly sampling: Timer;

  constructor(
    private readonly pin: Pin,
    around: Surroundings,
    private readonly onEdge: (rising: boolean, now: Cycle) => void,
  ) {
    this.sampling = around.timer(now => this.sample(now));
    pin.watch(() => this.lookAfter(around.now()));
  }

  /** What the pin holds now counts as seen; the clock runs. */
  reset(): void {
    this.state = { sampled: this.pin.level, clocked: true };
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
    this.state = { ...state };
  }

  private lookAfter(now: Cycle): void {
    if (!this.state.clocked) return;
    if (this.pin.level === this.state.sampled) this.sampling.cancel();
    else this.sampling.at(now + 1);
  }

  private sample(now: Cycle): void {
    this.state.sampled = this.pin.level;
    this.onEdge(this.pin.level, now);
  }
}
