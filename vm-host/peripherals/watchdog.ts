/**
 * The watchdog (datasheet pages 23 and 24): a counter on its own oscillator, at
 * 1 MHz typical for 5 V and slower below.
 *
 * The counter always runs; WDR and reset set it to zero, WDP chooses the tap that
 * resets the chip. So a watchdog that is enabled, or given another period,
 * without WDR before it may bite early.
 */
import { type OscillatorTime, oscillatorTime } from '../chip.ts';
import { type IoRegisters, plain } from '../io.ts';
import type { Cycle, Timer } from '../time.ts';
import type { Part, Surroundings } from './part.ts';

const WDE = 0x08;
const WDP = 0x07;

interface WatchdogState {
  control: number;
  /** The clock at which the counter was zero. */
  origin: Cycle;
}

export class Watchdog implements Part<WatchdogState> {
  readonly registers: IoRegisters;
  private state: WatchdogState = { control: 0, origin: 0 };
  private readonly timeout: Timer;
  /** Seconds for WDP = 0. */
  private readonly period: number;

  /** @param bite resets the chip */
  constructor(
    period: OscillatorTime,
    private readonly around: Surroundings,
    bite: (now: Cycle) => void,
  ) {
    this.period = oscillatorTime(period, around.vcc);
    this.timeout = around.timer(bite);
    this.registers = {
      WDTCR: plain(
        () => this.state.control,
        (value, at) => this.write(value, at),
      ),
    };
  }

  reset(now: Cycle): void {
    this.state = { control: 0, origin: now };
    this.timeout.cancel();
  }

  /** WDR: the counter starts again from zero. */
  restart(now: Cycle): void {
    this.state.origin = now;
    this.arm(now);
  }

  save(): WatchdogState {
    return { ...this.state };
  }

  restore(state: WatchdogState): void {
    Object.assign(this.state, state);
  }

  private write(value: number, at: Cycle): void {
    this.state.control = value;
    this.arm(at);
  }

  /** The tap falls at every multiple of its period; the next one after `now` counts. */
  private arm(now: Cycle): void {
    const { control, origin } = this.state;
    const cycles = Math.round(this.period * 2 ** (control & WDP) * this.around.xtal);
    if (control & WDE) this.timeout.at(origin + (Math.floor((now - origin) / cycles) + 1) * cycles);
    else this.timeout.cancel();
  }
}
