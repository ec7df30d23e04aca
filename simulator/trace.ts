/**
 * Writes what happens on nets as a VCD file (IEEE 1364-2001, clause 18), which
 * GTKWave, Surfer, PulseView and sigrok-cli open.
 *
 * Times in the file are exact. Where a clock period is a whole number of
 * nanoseconds or picoseconds that is the unit; where it is not, the file counts
 * clock periods, calls them nanoseconds because VCD has no better word, and says so.
 */

import type { Cycle } from '../vm-host/time.ts';
import type { Level, Net } from './net.ts';

export interface VcdOptions {
  /** Programmer cycles per second. */
  readonly xtal: number;
  /** Takes the text piece by piece, in order. */
  readonly write: (text: string) => void;
  /** The time at which the trace begins. Default 0. */
  readonly start?: Cycle;
}

/** The unit of a VCD file and how many of them a clock lasts. */
export interface Timescale {
  readonly unit: '1 ns' | '1 ps';
  readonly perCycle: number;
  /** False when a unit stands for a clock period and not for its name. */
  readonly real: boolean;
}

/** Text is passed on in pieces of about this many characters. */
const PIECE = 1 << 16;

export function timescaleFor(xtal: number): Timescale {
  if (1e9 % xtal === 0) return { unit: '1 ns', perCycle: 1e9 / xtal, real: true };
  if (1e12 % xtal === 0) return { unit: '1 ps', perCycle: 1e12 / xtal, real: true };
  return { unit: '1 ns', perCycle: 1, real: false };
}

/** Watches nets and writes each change of level. */
export class VcdTrace {
  private readonly scale: Timescale;
  private readonly codes = new Map<Net, string>();
  private readonly offs: (() => void)[] = [];
  private readonly write: (text: string) => void;
  private text = '';
  private time: Cycle;

  constructor(nets: readonly Net[], { xtal, write, start = 0 }: VcdOptions) {
    this.scale = timescaleFor(xtal);
    this.write = write;
    this.time = start;
    nets.forEach((net, i) => {
      this.codes.set(net, String.fromCharCode(33 + i));
    });
    this.header(nets, xtal);
    for (const net of nets) this.offs.push(net.watch(({ level, time }) => this.change(net, level, time)));
  }

  /** Ends the trace at `now` and takes it off the nets. */
  finish(now: Cycle): void {
    for (const off of this.offs) off();
    if (now > this.time) this.at(now);
    this.flush();
  }

  private header(nets: readonly Net[], xtal: number): void {
    const { unit, real } = this.scale;
    const wires = nets.map(net => `$var wire 1 ${this.codes.get(net)} ${net.name} $end`);
    const values = nets.map(net => `${net.level}${this.codes.get(net)}`);
    const remark = real ? `XTAL ${xtal} Hz` : `one unit of time is one clock period at ${xtal} Hz`;
    const stamp = `#${this.time * this.scale.perCycle}`;
    this.text += [
      `$comment ${remark} $end`,
      `$timescale ${unit} $end`,
      '$scope module board $end',
      ...wires,
      '$upscope $end',
      '$enddefinitions $end',
      stamp,
      '$dumpvars',
      ...values,
      '$end',
      '',
    ].join('\n');
  }

  private change(net: Net, level: Level, time: Cycle): void {
    if (time !== this.time) this.at(time);
    this.text += `${level}${this.codes.get(net)}\n`;
    if (this.text.length >= PIECE) this.flush();
  }

  private at(time: Cycle): void {
    this.time = time;
    this.text += `#${time * this.scale.perCycle}\n`;
  }

  private flush(): void {
    if (this.text) this.write(this.text);
    this.text = '';
  }
}
