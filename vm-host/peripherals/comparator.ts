/**
 * The analog comparator (datasheet pages 27 and 28): AIN0, the positive input,
 * against AIN1. Its output follows the pins at once; ACI is set by the edges that
 * ACIS1:0 choose.
 */
import type { IoRegisters } from '../io.ts';
import type { Part, Surroundings } from './part.ts';
import type { Pin } from './ports.ts';

const ACD = 0x80;
const ACO = 0x20;
const ACI = 0x10;
const ACIE = 0x08;
const ACIS = 0x03;

/** Which edges of the output set ACI, by ACIS1:0 (datasheet page 27); 1 is reserved and chooses none. */
const chosen: readonly { rising: boolean; falling: boolean }[] = [
  { rising: true, falling: true },
  { rising: false, falling: false },
  { rising: false, falling: true },
  { rising: true, falling: false },
];

interface ComparatorState {
  /** ACD, ACI, ACIE and ACIS. */
  control: number;
  output: boolean;
}

export class Comparator implements Part<ComparatorState> {
  readonly registers: IoRegisters;
  private readonly request: (on: boolean) => void;
  private state: ComparatorState = { control: 0, output: false };

  constructor(
    private readonly plus: Pin,
    private readonly minus: Pin,
    private readonly around: Surroundings,
  ) {
    this.request = around.requester('ANA_COMP');
    plus.watch(() => this.compare());
    minus.watch(() => this.compare());
    this.registers = {
      ACSR: {
        read: () => this.state.control | (this.higher() ? ACO : 0),
        write: value => this.write(value),
        steady: () => false,
      },
    };
  }

  /** The output takes its value without an edge. */
  reset(): void {
    this.state = { control: 0, output: this.higher() };
    this.announce();
  }

  acknowledge(): void {
    this.state.output = this.higher();
    this.state.control &= ~ACI;
    this.announce();
  }

  save(): ComparatorState {
    return { ...this.state };
  }

  restore(state: ComparatorState): void {
    Object.assign(this.state, state);
  }

  /** ACI is cleared by writing a one; SBI and CBI on any bit of ACSR write that one too, when they read it. */
  private write(value: number): void {
    this.state.output = this.higher();
    const flag = this.state.control & ACI & ~value;
    this.state.control = (value & ~(ACO | ACI)) | flag;
    this.compare();
    this.announce();
  }

  /** Switching the comparator off lets its output fall, and that is an edge: mask it first, says page 27. */
  private compare(): void {
    // while ACI is set no edge can do more; the output is looked at again when it is cleared
    if (this.state.control & ACI) return;
    const output = this.higher();
    if (output === this.state.output) return;
    this.state.output = output;
    const edges = chosen[this.state.control & ACIS];
    if (!(output ? edges.rising : edges.falling)) return;
    this.state.control |= ACI;
    this.announce();
  }

  private higher(): boolean {
    const { plus, minus } = this;
    if (this.state.control & ACD) return false;
    if (plus.voltage === undefined && minus.voltage === undefined) return plus.level && !minus.level;
    return this.volts(plus) > this.volts(minus);
  }

  private volts({ voltage, level }: Pin): number {
    return voltage ?? (level ? this.around.vcc : 0);
  }

  private announce(): void {
    this.request((this.state.control & (ACI | ACIE)) === (ACI | ACIE));
  }
}
