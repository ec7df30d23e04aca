/** Ports B and D: data direction, output latch, pull-ups, input (datasheet pages 29 to 38). */
import { type IoRegisters, plain } from '../io.ts';
import type { Cycle, Timer } from '../time.ts';
import type { Part, Surroundings } from './part.ts';

/** What a pin does to its wire. */
export type PinDrive = 'low' | 'high' | 'pull-up' | 'float';

/** By the bits of DDR and PORT, DDR the higher. */
const drives: readonly PinDrive[] = ['float', 'pull-up', 'low', 'high'];
const PULL_UP = 1;
const LOW = 2;
const HIGH = 3;

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

/** Who reads a pin's level. */
interface PinOwner {
  moved(bit: number, level: boolean): void;
}

export class Pin implements McuPin {
  onDrive?: (drive: PinDrive, now: Cycle, pc: number) => void = undefined;
  /** Index into {@link drives}. */
  private driven = 0;
  /** Plain fields, not one object: this is touched at every edge. */
  private shown = false;
  private external: boolean | undefined = undefined;
  private volts: number | undefined = undefined;
  private readonly watchers: (() => void)[] = [];
  private owner: PinOwner | undefined = undefined;
  private bit = 0;

  constructor(readonly name: string) {}

  /** @internal by the port, which hears of each change of level before anybody else */
  belongsTo(owner: PinOwner, bit: number): void {
    this.owner = owner;
    this.bit = bit;
  }

  get drive(): PinDrive {
    return drives[this.driven];
  }

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
  setDrive(driven: number, pc: number, around: Pick<Surroundings, 'now'>): void {
    if (driven === this.driven) return;
    this.driven = driven;
    this.settle();
    if (this.onDrive) this.onDrive(drives[driven], around.now(), pc);
  }

  save(): PinState {
    const { drive, shown: level, external, volts: voltage } = this;
    return { drive, level, external, voltage };
  }

  restore({ drive, level, external, voltage }: PinState): void {
    this.driven = drives.indexOf(drive);
    this.shown = level;
    this.external = external;
    this.volts = voltage;
  }

  private settle(): void {
    const level = this.onDrive ? (this.external ?? false) : this.ownLevel();
    if (level === this.shown) return;
    this.shown = level;
    this.owner?.moved(this.bit, level);
    this.tell();
  }

  /** The level of a wire that nothing else strong is connected to. */
  private ownLevel(): boolean {
    const { driven, external } = this;
    if (driven >= LOW) return driven === HIGH;
    return external ?? driven === PULL_UP;
  }

  private tell(): void {
    for (let i = 0; i < this.watchers.length; i++) this.watchers[i]();
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
  /** The levels of the pins as PIN reads them: kept up to date, for it is read far more often than it changes. */
  private input = 0;

  /** @param pins by bit number; bits without a pin read 0 */
  constructor(
    letter: 'B' | 'D',
    private readonly pins: readonly Pin[],
    private readonly around: Surroundings,
  ) {
    this.change = around.timer(() => this.show());
    pins.forEach((pin, bit) => {
      pin.belongsTo(this, bit);
    });
    this.registers = {
      [`PORT${letter}`]: {
        read: () => this.state.output,
        write: (value, at, pc) => void (this.setOutput(value, pc) && this.change.at(at)),
        show: (value, pc) => void (this.setOutput(value, pc) && this.show()),
        latch: true,
      },
      [`DDR${letter}`]: {
        read: () => this.state.direction,
        write: (value, at, pc) => void (this.setDirection(value, pc) && this.change.at(at)),
        show: (value, pc) => void (this.setDirection(value, pc) && this.show()),
        latch: true,
      },
      [`PIN${letter}`]: plain(
        () => this.input,
        () => undefined,
      ),
    };
  }

  /** At once: a reset does not wait for a clock (datasheet page 12). */
  reset(): void {
    this.state.output = 0;
    this.state.direction = 0;
    this.change.cancel();
    this.show();
  }

  save(): PortState {
    return { ...this.state, pins: this.pins.map(pin => pin.save()) };
  }

  restore({ pins, ...state }: PortState): void {
    this.state = state;
    pins.forEach((pin, bit) => {
      this.pins[bit].restore(pin);
      this.moved(bit, pin.level);
    });
  }

  /** Writes PORT; false when it held that already. */
  private setOutput(value: number, pc: number): boolean {
    if (this.state.output === value) return false;
    this.state.output = value;
    this.state.pc = pc;
    return true;
  }

  /** The same for DDR. */
  private setDirection(value: number, pc: number): boolean {
    if (this.state.direction === value) return false;
    this.state.direction = value;
    this.state.pc = pc;
    return true;
  }

  private show(): void {
    const { state } = this;
    const changed = (state.output ^ state.shownOutput) | (state.direction ^ state.shownDirection);
    state.shownOutput = state.output;
    state.shownDirection = state.direction;
    for (let rest = changed; rest !== 0; rest &= rest - 1) {
      const bit = 31 - Math.clz32(rest & -rest);
      this.pins[bit].setDrive(this.driveOf(bit), state.pc, this.around);
    }
  }

  private driveOf(bit: number): number {
    return (((this.state.direction >> bit) & 1) << 1) | ((this.state.output >> bit) & 1);
  }

  /** @internal a pin has another level */
  moved(bit: number, level: boolean): void {
    if (level) this.input |= 1 << bit;
    else this.input &= ~(1 << bit);
  }
}
