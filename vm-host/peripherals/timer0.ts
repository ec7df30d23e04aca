/**
 * Timer/Counter0 and its prescaler (datasheet pages 20 to 22).
 *
 * Nothing ticks: the counter is brought up to date when somebody looks, and one
 * event in the queue stands for the next overflow that would interrupt. The
 * prescaler's ten bits at clock n are the low bits of n, counted from the start
 * of the program; nothing that a program writes changes them.
 *
 * A register written by OUT at clock n holds from the edge n + 1 on. At that
 * edge the timer still counts by the old clock selection, a written TCNT0 wins
 * over the count, and a set TOV0 wins over the one that clears it.
 */
import { type IoRegister, type IoRegisters, LONG, plain } from '../io.ts';
import type { Cycle, Timer } from '../time.ts';
import { EdgeSampler, type SamplerState } from './edge-sampler.ts';
import type { Clocked, Part, Surroundings } from './part.ts';
import type { Pin } from './ports.ts';

/** CS02:00 (datasheet page 22): the prescaler's division; 0 where the prescaler does not clock the counter. */
const divisions = [0, 1, 8, 64, 256, 1024, 0, 0];
const T0_FALLING = 6;
const T0_RISING = 7;

/** Where the enable bit lies in TIMSK and the flag in TIFR: each register has only that one. */
export interface OverflowBits {
  readonly TOIE0: number;
  readonly TOV0: number;
}

/** The AT90S1200's. */
const overflowBits: OverflowBits = { TOIE0: 1, TOV0: 1 };

/** Timer clocks beyond which nobody looks ahead. */
const MOST_TICKS = 2 ** 16;

interface Timer0State {
  count: number;
  /** `count` has taken in every timer clock up to and including this edge. */
  asOf: Cycle;
  /** The clock at which the prescaler was 0. */
  origin: Cycle;
  /** The edge at which TCNT0 was written last. */
  writtenAt: Cycle;
  clockSelect: number;
  /** The edge at which it was chosen still counts by the one before. */
  selectedAt: Cycle;
  selectedBefore: number;
  timsk: number;
  tifr: number;
  /** The oscillator stands: power-down, reset. */
  stopped: boolean;
}

interface Timer0Saved {
  readonly timer: Timer0State;
  readonly t0: SamplerState;
}

export class Timer0 implements Part<Timer0Saved>, Clocked {
  readonly registers: IoRegisters;
  private readonly state: Timer0State = {
    count: 0,
    asOf: 0,
    origin: 0,
    writtenAt: -1,
    clockSelect: 0,
    selectedAt: -1,
    selectedBefore: 0,
    timsk: 0,
    tifr: 0,
    stopped: false,
  };
  /** How the counter follows from the clock until something is written: see {@link follow}. */
  private division = 0;
  private rate = 0;
  /** The counter, with what it has overflowed by, at the clock at which the prescaler was 0. */
  private phase = 0;
  private readonly request: (on: boolean) => void;
  private readonly overflow: Timer;
  private readonly t0: EdgeSampler;

  constructor(
    t0: Pin,
    around: Surroundings,
    private readonly bits: OverflowBits = overflowBits,
  ) {
    this.request = around.requester('TIMER0_OVF');
    this.overflow = around.timer(now => this.catchUp(now));
    this.t0 = new EdgeSampler(t0, around, (rising, now) => this.countPin(rising, now));
    this.registers = {
      TCNT0: this.counter(),
      TCCR0: plain(
        () => this.state.clockSelect,
        (value, at) => this.selectClock(value, at),
      ),
      TIMSK: plain(
        () => this.state.timsk,
        (value, at) => this.mask(value, at),
      ),
      TIFR: this.flags(),
    };
  }

  reset(now: Cycle): void {
    Object.assign(this.state, { count: 0, clockSelect: 0, timsk: 0, tifr: 0, writtenAt: -1 });
    Object.assign(this.state, { asOf: now, origin: now, stopped: false, selectedAt: -1 });
    this.t0.reset();
    this.follow();
    this.announce();
  }

  /** The oscillator stops: counter and prescaler stay as they are. */
  stopClock(now: Cycle): void {
    this.catchUp(now);
    this.state.stopped = true;
    this.follow();
    this.overflow.cancel();
    this.t0.stopClock();
  }

  /** The oscillator runs again, and the prescaler goes on from where it stood. */
  startClock(now: Cycle): void {
    this.state.origin += now - this.state.asOf;
    this.state.asOf = now;
    this.state.stopped = false;
    this.t0.startClock(now);
    this.follow();
    this.announce();
  }

  /** The interrupt was taken at `now`: TOV0 is cleared. */
  acknowledge(now: Cycle): void {
    this.catchUp(now);
    this.state.tifr = 0;
    this.announce();
  }

  save(): Timer0Saved {
    return { timer: { ...this.state }, t0: this.t0.save() };
  }

  restore({ timer, t0 }: Timer0Saved): void {
    Object.assign(this.state, timer);
    this.follow();
    this.t0.restore(t0);
  }

  private counter(): IoRegister {
    return {
      read: now => this.countAt(now),
      write: (value, at) => this.load(value, at),
      steady: () => !this.prescaled,
      after: (now, ticks) => this.clockAfter(now, ticks),
      counts: true,
    };
  }

  private flags(): IoRegister {
    return {
      read: now => this.flagsAt(now),
      write: (value, at) => this.clearFlags(value, at),
      steady: () => !this.prescaled,
      after: now => this.flagAfter(now),
    };
  }

  /** In how many clocks the counter has counted `ticks` more of the prescaler. The pin T0 needs an event. */
  private clockAfter(now: Cycle, ticks: number): Cycle {
    const { division } = this;
    if (division === 1) return ticks;
    if (division === 0 || ticks > MOST_TICKS) return LONG;
    const since = now - this.state.origin;
    // a small whole number for those who reckon on: the division is at most 1024
    return (ticks * division - (since - Math.floor(since * this.rate) * division)) | 0;
  }

  private flagAfter(now: Cycle): Cycle {
    const counted = this.countedBy(now);
    return this.state.tifr !== 0 || counted > 0xff ? LONG : this.clockAfter(now, (0x100 - counted) | 0);
  }

  /** TIFR; looks, and changes nothing. */
  private flagsAt(now: Cycle): number {
    const { tifr } = this.state;
    return tifr === 0 && this.countedBy(now) > 0xff ? 1 << this.bits.TOV0 : tifr;
  }

  /** TCNT0; looks, and changes nothing. */
  private countAt(now: Cycle): number {
    return this.countedBy(now) & 0xff;
  }

  /** What the counter would show with more than eight bits, since it was last brought up to date. */
  private countedBy(now: Cycle): number {
    return Math.floor((now - this.state.origin) * this.rate) + this.phase;
  }

  /** Works out again how the counter follows from the clock: what it follows from has changed. */
  private follow(): void {
    const { count, asOf, origin, clockSelect, stopped } = this.state;
    this.division = stopped ? 0 : divisions[clockSelect];
    // powers of two have exact inverses, and a product is quicker than a quotient
    this.rate = this.division === 0 ? 0 : 1 / this.division;
    this.phase = count - Math.floor((asOf - origin) * this.rate);
  }

  private get prescaled(): boolean {
    return this.division !== 0;
  }

  /** TCNT0 wins over a timer clock at the same edge, and so no overflow comes of that one. */
  private load(value: number, at: Cycle): void {
    this.catchUp(at - 1);
    this.state.count = value;
    this.state.asOf = at;
    this.state.writtenAt = at;
    this.follow();
    this.announce();
  }

  private selectClock(value: number, at: Cycle): void {
    this.catchUp(at);
    this.state.selectedAt = at;
    this.state.selectedBefore = this.state.clockSelect;
    this.state.clockSelect = value;
    this.follow();
    this.announce();
  }

  private mask(value: number, at: Cycle): void {
    this.catchUp(at);
    this.state.timsk = value;
    this.announce();
  }

  /** An overflow at the very edge that clears its flag is not lost. */
  private clearFlags(value: number, at: Cycle): void {
    this.catchUp(at - 1);
    const { tifr } = this.state;
    if ((tifr & value) === 0) return;
    this.state.tifr = tifr & ~value;
    this.announce();
  }

  private countPin(rising: boolean, now: Cycle): void {
    const { state } = this;
    const select = now <= state.selectedAt ? state.selectedBefore : state.clockSelect;
    if (select !== (rising ? T0_RISING : T0_FALLING) || now <= state.writtenAt) return;
    this.count(state.count + 1);
    this.follow();
    // the last edge by the pin may be the first one of the prescaler's counting
    if (this.prescaled) this.announce();
  }

  /** Takes in all timer clocks up to and including the edge `now`. */
  private catchUp(now: Cycle): void {
    const { state } = this;
    if (now <= state.asOf || state.stopped) return;
    state.asOf = now;
    if (this.division !== 0) this.count(this.countedBy(now));
  }

  /** Takes over what the counter would show with more than eight bits. */
  private count(counted: number): void {
    const { state } = this;
    state.count = counted & 0xff;
    if (counted <= 0xff) return;
    this.phase -= counted - state.count;
    if (state.tifr !== 0) return;
    state.tifr = 1 << this.bits.TOV0;
    this.announce();
  }

  /** Tells the processor of TOV0, or sets the alarm for it. A flag that is already up needs no alarm. */
  private announce(): void {
    const { timsk, tifr } = this.state;
    const enabled = ((timsk >> this.bits.TOIE0) & 1) !== 0;
    this.request(enabled && tifr !== 0);
    if (enabled && tifr === 0 && this.prescaled) this.overflow.at(this.nextOverflow());
    else this.overflow.cancel();
  }

  private nextOverflow(): Cycle {
    return this.state.origin + (0x100 - this.phase) * this.division;
  }
}
