/**
 * INT0 (datasheet pages 17 and 18): edges set a flag that no program can read; the
 * low level is no flag but the pin itself. GIMSK masks it, ISC01:00 chooses.
 */
import { type IoRegisters, plain } from '../io.ts';
import type { Cycle } from '../time.ts';
import { EdgeSampler, type SamplerState } from './edge-sampler.ts';
import type { Clocked, Part, Surroundings } from './part.ts';
import type { Pin } from './ports.ts';

const INT0 = 0x40;

/** ISC01:00 (datasheet page 18); 1 is reserved and senses nothing here. */
const SENSE_LOW_LEVEL = 0;
const SENSE_FALLING = 2;
const SENSE_RISING = 3;

interface Int0State {
  mask: number;
  sense: number;
  flag: boolean;
}

interface Int0Saved {
  readonly int0: Int0State;
  readonly sampler: SamplerState;
}

export class ExternalInterrupt implements Part<Int0Saved>, Clocked {
  readonly registers: IoRegisters;
  private readonly request: (on: boolean) => void;
  private state: Int0State = { mask: 0, sense: 0, flag: false };
  private readonly sampler: EdgeSampler;

  constructor(
    private readonly pin: Pin,
    around: Surroundings,
  ) {
    this.request = around.requester('INT0');
    this.sampler = new EdgeSampler(pin, around, rising => this.sawEdge(rising));
    pin.watch(() => this.announce());
    this.registers = {
      GIMSK: plain(
        () => this.state.mask,
        value => {
          this.state.mask = value;
          this.announce();
        },
      ),
    };
  }

  reset(): void {
    this.state = { mask: 0, sense: 0, flag: false };
    this.sampler.reset();
    this.announce();
  }

  /** ISC01:00 were written. Choosing the low level is how a program clears the hidden flag (page 17). */
  choose(sense: number): void {
    this.state.sense = sense;
    if (sense === SENSE_LOW_LEVEL) this.state.flag = false;
    this.announce();
  }

  /** The interrupt was taken: an edge is forgotten, a level is not. */
  acknowledge(): void {
    this.state.flag = false;
    this.announce();
  }

  /** True while the pin asks for an interrupt by its low level, which needs no clock to be seen. */
  get lowLevel(): boolean {
    return this.enabled && this.state.sense === SENSE_LOW_LEVEL && !this.pin.level;
  }

  stopClock(): void {
    this.sampler.stopClock();
  }

  startClock(now: Cycle): void {
    this.sampler.startClock(now);
  }

  save(): Int0Saved {
    return { int0: { ...this.state }, sampler: this.sampler.save() };
  }

  restore({ int0, sampler }: Int0Saved): void {
    Object.assign(this.state, int0);
    this.sampler.restore(sampler);
  }

  private get enabled(): boolean {
    return (this.state.mask & INT0) !== 0;
  }

  private sawEdge(rising: boolean): void {
    if (this.state.sense === (rising ? SENSE_RISING : SENSE_FALLING)) this.state.flag = true;
    this.announce();
  }

  private announce(): void {
    this.request(this.lowLevel || (this.enabled && this.state.flag));
  }
}
