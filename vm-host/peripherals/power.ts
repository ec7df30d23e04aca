/**
 * What keeps the processor from running: sleep and reset (datasheet pages 12 to 14,
 * 18 and 19). Owns MCUCR.
 */
import { type OscillatorTime, oscillatorTime } from '../chip.ts';
import { type IoRegisters, plain } from '../io.ts';
import type { Cycle, Timer } from '../time.ts';
import type { ExternalInterrupt } from './external-interrupt.ts';
import type { Clocked, Part, Surroundings } from './part.ts';

const SE = 0x20;
const SM = 0x10;
const ISC = 0x03;

/** `running`: it executes. `idle`, `power-down`: it sleeps. `reset`: RESET is low. `start-up`: tTOUT passes. */
export type Activity = 'running' | 'idle' | 'power-down' | 'reset' | 'start-up';

/** What sleep and reset ask of the processor. */
export interface Processor {
  /** Keeps it from running, or lets it. */
  halt(on: boolean): void;
  /** True while its I bit lets interrupts in. */
  enabled(): boolean;
}

interface PowerState {
  mcucr: number;
  activity: Activity;
}

export class Power implements Part<PowerState> {
  readonly registers: IoRegisters;
  private state: PowerState = { mcucr: 0, activity: 'running' };
  /** Rings when tTOUT is over. */
  private readonly startUp: Timer;
  private readonly startUpCycles: Cycle;

  /** @param clocked what stands still with the oscillator */
  constructor(
    startUp: OscillatorTime,
    around: Surroundings,
    private readonly int0: ExternalInterrupt,
    private readonly clocked: readonly Clocked[],
    private readonly processor: Processor,
  ) {
    this.startUpCycles = Math.ceil(oscillatorTime(startUp, around.vcc) * around.xtal);
    this.startUp = around.timer(now => this.begin(now));
    this.registers = {
      MCUCR: plain(
        () => this.state.mcucr,
        value => {
          this.state.mcucr = value;
          this.int0.choose(value & ISC);
        },
      ),
    };
  }

  get activity(): Activity {
    return this.state.activity;
  }

  /** Initial values; the processor runs. */
  reset(): void {
    this.startUp.cancel();
    this.state = { mcucr: 0, activity: 'running' };
    this.processor.halt(false);
  }

  /** RESET is low: nothing runs until {@link release}. */
  hold(now: Cycle): void {
    this.stop('reset', now);
  }

  /** The reset is over; the program begins after tTOUT. */
  release(now: Cycle): void {
    if (this.state.activity !== 'reset') this.hold(now);
    this.state.activity = 'start-up';
    this.startUp.at(now + this.startUpCycles);
  }

  /** SLEEP, whose one clock ends at `now`; without SE it does nothing. */
  sleep(now: Cycle): void {
    if (!(this.state.mcucr & SE)) return;
    if (this.state.mcucr & SM) {
      this.stop('power-down', now);
      this.watchLevel(now);
    } else {
      this.state.activity = 'idle';
      this.processor.halt(true);
    }
  }

  /** An interrupt ends idle at once (page 19). */
  wake(): void {
    this.state.activity = 'running';
    this.processor.halt(false);
  }

  /** INT0 may have changed. Its low level wakes from power-down when it lasts longer than tTOUT (page 19). */
  watchLevel(now: Cycle): void {
    if (this.state.activity !== 'power-down') return;
    if (!this.int0.lowLevel || !this.processor.enabled()) this.startUp.cancel();
    else if (this.startUp.due === Number.POSITIVE_INFINITY) this.startUp.at(now + this.startUpCycles);
  }

  save(): PowerState {
    return { ...this.state };
  }

  restore(state: PowerState): void {
    Object.assign(this.state, state);
  }

  private stop(activity: Activity, now: Cycle): void {
    this.state.activity = activity;
    this.processor.halt(true);
    for (const part of this.clocked) part.stopClock(now);
  }

  private begin(now: Cycle): void {
    this.wake();
    for (const part of this.clocked) part.startClock(now);
  }
}
