/**
 * The checker: watches the nets of a board and measures every constraint of the table.
 *
 * It holds no driver and no timer, so a run with it is the run without it.
 */

import type { Cycle } from '../vm-host/time.ts';
import type { Board, Sample } from './board.ts';
import { type Constraint, type ConstraintId, constraintsFor } from './constraints.ts';
import { at90s1200 } from './devices/at90s1200.ts';
import type { Device } from './devices/device.ts';
import type { Gauge, Mark, Measured } from './timing/gauge.ts';
import { type Gauges, makeGauges } from './timing/gauges.ts';
import { IspChecks } from './timing/isp-checks.ts';
import { ReceiveChecks, TransmitChecks } from './timing/uart-checks.ts';
import { ReleaseChecks, WireChecks } from './timing/wire-checks.ts';

export interface TimingOptions {
  /** Default: the part in the socket, or an AT90S1200 where the socket is empty. */
  readonly device?: Device;
  /** The target's XTAL1 in hertz. Default: what the board was told, or its own rate. */
  readonly targetXtal?: number;
  /** Supply of the target in volts. Default: what the board was told. */
  readonly vcc?: number;
  /** The source line of a word address, `firmware/isp.ts:54`, where that is known. */
  readonly where?: (pc: number) => string | undefined;
}

/** One end of a measured interval. */
export interface Place {
  readonly cycle: Cycle;
  readonly pc?: number;
  /** `firmware/isp.ts:54` */
  readonly line?: string;
}

/** A measured interval, in the constraint's unit. */
export interface Occasion {
  readonly value: number;
  readonly from: Place;
  readonly to: Place;
  readonly about?: string;
}

/** What was found out about one constraint. All of it is plain data. */
export interface Measurement extends Omit<Constraint, 'id'> {
  readonly id: ConstraintId;
  /** True also when it never occurred. */
  readonly met: boolean;
  readonly count: number;
  readonly violations: number;
  /** The worst value; undefined when it never occurred. */
  readonly worst: number | undefined;
  /** How far the worst value stays inside the limit; negative when it does not. */
  readonly margin: number | undefined;
  /** When and where the worst was, if that can be told. */
  readonly at: Occasion | undefined;
  /** The first one that broke the limit. */
  readonly first: Occasion | undefined;
}

/** How often each value occurred, in rising order. */
export type Histogram = readonly (readonly [value: number, count: number])[];

/** What the report draws, in cycles of the programmer. */
export interface TimingFigures {
  readonly sckHigh: Histogram;
  readonly sckLow: Histogram;
  /** Bit length of the PC. */
  readonly bit: number;
  /** How far each TXD edge lay off the border of its bit. */
  readonly txdEdges: Histogram;
  /** How far each look at RXD lay off the middle of its bit, by bit number; the start bit is 0. */
  readonly rxdSamples: readonly Histogram[];
}

export interface TimingReport {
  readonly met: boolean;
  readonly constraints: readonly Measurement[];
  readonly figures: TimingFigures;
  readonly xtal: number;
  readonly targetXtal: number;
  readonly vcc: number;
  readonly baud: number;
  readonly device: string;
  /** When the checker was taken off. */
  readonly end: Cycle;
}

/** Measures from its making to {@link finish}. Attach it before the run. */
export class TimingChecker {
  private readonly gauges: Gauges;
  private readonly isp: IspChecks;
  private readonly transmit: TransmitChecks;
  private readonly receive: ReceiveChecks;
  private readonly wires: WireChecks;
  private readonly release: ReleaseChecks;
  private readonly off: () => void;
  private readonly conditions: { device: Device; targetXtal: number; vcc: number };

  constructor(
    private readonly board: Board,
    private readonly options: TimingOptions = {},
  ) {
    const device = options.device ?? board.target?.device ?? at90s1200;
    const targetXtal = options.targetXtal ?? board.targetXtal;
    const vcc = options.vcc ?? board.vcc;
    this.conditions = { device, targetXtal, vcc };
    const bit = board.line.bits.length;
    const rates = { xtal: board.xtal, targetXtal, baud: board.xtal / bit };
    this.gauges = makeGauges(constraintsFor(this.conditions), rates);
    this.isp = new IspChecks(board, this.gauges, device, targetXtal);
    this.transmit = new TransmitChecks(board.nets.TXD, bit, this.gauges);
    this.receive = new ReceiveChecks(board.nets.RXD, bit, this.gauges);
    this.wires = new WireChecks(board, this.gauges);
    this.release = new ReleaseChecks(board, this.gauges);
    this.off = board.watchSamples(sample => this.sample(sample));
  }

  /** Takes the checker off the board and tells what it measured. */
  finish(): TimingReport {
    const now = this.board.programmer.cycle;
    this.off();
    this.transmit.finish(now);
    for (const part of [this.isp, this.receive, this.wires, this.release]) part.finish();
    const constraints = Object.values(this.gauges).map(gauge => this.measurement(gauge));
    return {
      met: constraints.every(({ met }) => met),
      constraints,
      figures: this.figures(),
      xtal: this.board.xtal,
      targetXtal: this.conditions.targetXtal,
      vcc: this.conditions.vcc,
      baud: this.board.line.bits.baud,
      device: this.conditions.device.name,
      end: now,
    };
  }

  private sample(sample: Sample): void {
    const { MISO, RXD } = this.board.nets;
    if (sample.net !== MISO && sample.net !== RXD) return;
    this.wires.sample(sample);
    if (sample.net === MISO) this.isp.sample(sample);
    else this.receive.sample(sample);
  }

  private figures(): TimingFigures {
    return {
      sckHigh: sorted(this.gauges.tSHSL.histogram!),
      sckLow: sorted(this.gauges.tSLSH.histogram!),
      bit: this.board.line.bits.length,
      txdEdges: sorted(this.transmit.edgeErrors),
      rxdSamples: this.receive.offsets.map(sorted),
    };
  }

  private measurement(gauge: Gauge): Measurement {
    const { constraint, count, violations, worst, first } = gauge;
    const { min, max } = constraint;
    // where only breaches have a number, none of them is the number 0
    const value = worst ? gauge.valueOf(worst.raw) : count > 0 && max === 0 ? 0 : undefined;
    return {
      ...constraint,
      met: violations === 0,
      count,
      violations,
      worst: value,
      margin: value === undefined ? undefined : min === undefined ? max! - value : value - min,
      // nothing to point at where nothing was wrong and only that has a place
      at: worst && !(max === 0 && worst.raw === 0) ? this.occasion(gauge, worst) : undefined,
      first: first && this.occasion(gauge, first),
    };
  }

  private occasion(gauge: Gauge, { raw, from, to, about }: Measured): Occasion {
    return { value: gauge.valueOf(raw), from: this.place(from), to: this.place(to), about };
  }

  private place({ time, pc }: Mark): Place {
    return { cycle: time, pc, line: pc === undefined ? undefined : this.options.where?.(pc) };
  }
}

function sorted(histogram: Map<number, number>): Histogram {
  return [...histogram].sort(([a], [b]) => a - b);
}
