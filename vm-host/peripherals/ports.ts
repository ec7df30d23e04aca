/** Ports B and D: data direction, output latch, pull-ups, input (datasheet pages 29 to 38). */
import { type IoRegisters, plain } from '../io.ts';
import type { Cycle, Timer } from '../time.ts';
import type { Part, Surroundings } from './part.ts';

/** What a pin does to its wire. */
export type PinDrive = 'low' | 'high' | 'pull-up' | 'float';

/** One pin of the microcontroller as the board sees it. */
export interface McuPin {
  readonly name: string;
  /** What the port does to the wire. */
  readonly drive: PinDrive;
  /**
   * What the wire does to the pin; set by the board, read by IN, SBIS and SBIC. Without `onDrive` nobody
   * else holds the wire: the pin then reads what it drives itself, and its pull-up if it was never set.
   */
  level: boolean;
  /** Volts at the pin, for the analog comparator only; undefined: 0 or the supply, as `level` says. */
  voltage: number | undefined;
  /** Hears of each change of `drive`: at which clock, and by which instruction. */
  onDrive?: (drive: PinDrive, now: Cycle, pc: number) => void;
}

interface PinState {
  drive: PinDrive;
  level: boolean;
  external: boolean | undefined;
  voltage: number | undefined;
}

export class Pin implements McuPin {
  onDrive?: (drive: PinDrive, now: Cycle, pc: number) => void = undefined;
  drive: PinDrive = 'float';
  /** Plain fields, not one object: this is touched at every edge. */
  private shown = false;
  private external: boolean | undefined = undefined;
  private volts: number | undefined = undefined;
  private readonly watchers: (() => void)[] = [];

  constructor(readonly name: string) {}

  get level(): boolean {
    return this.shown;
  }

  set level(level: boolean) {
    this.external = level;
    this.settle();
  }

  get voltage(): number | undefined {
    return this.volts;
  }

  set voltage(volts: number | undefined) {
    this.volts = volts;
    this.tell();
  }

  /** Calls `watcher` after each change of level or voltage. */
  watch(watcher: () => void): void {
    this.watchers.push(watcher);
  }

  /** @internal by the port */
  setDrive(drive: PinDrive, now: Cycle, pc: number): void {
    if (drive === this.drive) return;
    this.drive = drive;
    this.settle();
    this.onDrive?.(drive, now, pc);
  }

  save(): PinState {
    const { drive, shown: level, external, volts: voltage } = this;
    return { drive, level, external, voltage };
  }

  restore({ drive, level, external, voltage }: PinState): void {
    this.drive = drive;
    this.shown = level;
    this.external = external;
    this.volts = voltage;
  }

  private settle(): void {
    const level = this.onDrive ? (this.external ?? false) : this.ownLevel();
    if (level === this.shown) return;
    this.shown = level;
    this.tell();
  }

  /** The level of a wire that nothing else strong is connected to. */
  private ownLevel(): boolean {
    const { drive, external } = this;
    if (drive === 'high' || drive === 'low') return drive === 'high';
    return external ?? drive === 'pull-up';
  }

  private tell(): void {
    for (const watcher of this.watchers) watcher();
  }
}

interface PortState {
  /** The registers PORT and DDR. */
  output: number;
  direction: number;
  /** The same as the pins show them: a clock or two later. */
  shownOutput: number;
  shownDirection: number;
  /** The instruction that wrote last. */
  pc: number;
  pins: PinState[];
}

export class Port implements Part<PortState> {
  readonly registers: IoRegisters;
  private state = { output: 0, direction: 0, shownOutput: 0, shownDirection: 0, pc: 0 };
  private readonly change: Timer;
  private readonly later = (at: Cycle) => this.change.at(at);
  private readonly atOnce = (at: Cycle) => this.show(at);
  /** The levels of the pins as PIN reads them: kept up to date, for it is read far more often than it changes. */
  private input = 0;

  /** @param pins by bit number; bits without a pin read 0 */
  constructor(
    letter: 'B' | 'D',
    private readonly pins: readonly Pin[],
    around: Surroundings,
  ) {
    this.change = around.timer(now => this.show(now));
    pins.forEach((pin, bit) => {
      pin.watch(() => this.readPin(bit));
    });
    this.registers = {
      [`PORT${letter}`]: {
        read: () => this.state.output,
        write: (value, at, pc) => this.writeOutput(value, at, pc, this.later),
        show: (value, at, pc) => this.writeOutput(value, at, pc, this.atOnce),
        latch: true,
      },
      [`DDR${letter}`]: {
        read: () => this.state.direction,
        write: (value, at, pc) => this.writeDirection(value, at, pc, this.later),
        show: (value, at, pc) => this.writeDirection(value, at, pc, this.atOnce),
        latch: true,
      },
      [`PIN${letter}`]: plain(
        () => this.input,
        () => undefined,
      ),
    };
  }

  /** At once: a reset does not wait for a clock (datasheet page 12). */
  reset(now: Cycle): void {
    this.state.output = 0;
    this.state.direction = 0;
    this.change.cancel();
    this.show(now);
  }

  save(): PortState {
    return { ...this.state, pins: this.pins.map(pin => pin.save()) };
  }

  restore({ pins, ...state }: PortState): void {
    this.state = state;
    pins.forEach((pin, bit) => {
      this.pins[bit].restore(pin);
      this.readPin(bit);
    });
  }

  private writeOutput(value: number, at: Cycle, pc: number, show: (at: Cycle) => void): void {
    if (this.state.output === value) return;
    this.state.output = value;
    this.state.pc = pc;
    show(at);
  }

  private writeDirection(value: number, at: Cycle, pc: number, show: (at: Cycle) => void): void {
    if (this.state.direction === value) return;
    this.state.direction = value;
    this.state.pc = pc;
    show(at);
  }

  private show(now: Cycle): void {
    const { state } = this;
    const changed = (state.output ^ state.shownOutput) | (state.direction ^ state.shownDirection);
    state.shownOutput = state.output;
    state.shownDirection = state.direction;
    for (let rest = changed; rest !== 0; rest &= rest - 1) {
      const bit = 31 - Math.clz32(rest & -rest);
      this.pins[bit].setDrive(this.driveOf(bit), now, state.pc);
    }
  }

  private driveOf(bit: number): PinDrive {
    const high = (this.state.output >> bit) & 1;
    const driven = (this.state.direction >> bit) & 1;
    if (driven) return high ? 'high' : 'low';
    return high ? 'pull-up' : 'float';
  }

  private readPin(bit: number): void {
    if (this.pins[bit].level) this.input |= 1 << bit;
    else this.input &= ~(1 << bit);
  }
}
