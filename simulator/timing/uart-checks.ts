/**
 * The serial line: how exactly the programmer sends, and where it looks at what it receives.
 *
 * All is measured against the bits of the other end: a PC whose rate is off uses up the programmer's margins.
 */

import type { Cycle } from '../../vm-host/time.ts';
import type { Sample } from '../board.ts';
import type { Edge, Net } from '../net.ts';
import type { Mark } from './gauge.ts';
import type { Gauges } from './gauges.ts';

const STOP_BIT = 9;
const DATA_BITS = [1, 2, 3, 4, 5, 6, 7, 8] as const;

/** Edges of one wire cut into characters. A character is told when a later edge comes, or at the end. */
class Characters {
  private edges: (Mark & { readonly level: 0 | 1 })[] = [];
  private level: 0 | 1;
  readonly off: () => void;

  constructor(
    private readonly net: Net,
    private readonly bit: number,
    private readonly onCharacter: (edges: readonly (Mark & { readonly level: 0 | 1 })[]) => void,
    private readonly onStart: (start: Mark) => void = () => undefined,
  ) {
    this.level = net.bit;
    this.off = net.watch(edge => this.edge(edge));
  }

  /** Tells the last character if the middle of its stop bit has passed. */
  finish(now: Cycle): void {
    this.off();
    this.close(now);
  }

  private edge({ time, pc }: Edge): void {
    const level = this.net.bit;
    if (level === this.level) return;
    this.level = level;
    this.close(time);
    if (this.edges.length > 0 || level === 0) this.edges.push({ time, pc, level });
    if (this.edges.length === 1) this.onStart(this.edges[0]);
  }

  /** The character is over once the middle of its stop bit lies behind. */
  private close(now: Cycle): void {
    if (this.edges.length === 0 || now <= this.edges[0].time + (STOP_BIT + 0.5) * this.bit) return;
    const { edges } = this;
    this.edges = [];
    this.onCharacter(edges);
  }
}

/** What the programmer sends. */
export class TransmitChecks {
  /** How often an edge lay so many cycles off the border of its bit. */
  readonly edgeErrors = new Map<number, number>();
  private readonly characters: Characters;

  constructor(
    net: Net,
    private readonly bit: number,
    private readonly gauges: Gauges,
  ) {
    this.characters = new Characters(net, bit, edges => this.character(edges));
  }

  finish(now: Cycle): void {
    this.characters.finish(now);
  }

  private character(edges: readonly (Mark & { readonly level: 0 | 1 })[]): void {
    const [start] = edges;
    const last = edges[edges.length - 1];
    const stop = { time: start.time + Math.ceil((STOP_BIT + 0.5) * this.bit), pc: last.pc };
    const broken = edges.length === 1;
    this.gauges['TXD break'].record(broken ? 1 : 0, start, stop);
    if (broken) return;
    this.gauges['TXD frame'].record(last.level === 0 ? 1 : 0, start, stop);
    const errors = edges.map(edge => this.errorOf(edge.time - start.time));
    errors.forEach((error, i) => {
      this.edgeErrors.set(Math.round(error), (this.edgeErrors.get(Math.round(error)) ?? 0) + 1);
      if (i > 0) this.width(error - errors[i - 1], edges[i - 1], edges[i]);
    });
    this.gauges['TXD stop'].record(Math.abs(errors[errors.length - 1]), start, last);
  }

  /** A level may last several bits; each has its share of the error. */
  private width(error: number, from: Mark, to: Mark): void {
    const bits = Math.max(1, Math.round((to.time - from.time) / this.bit));
    this.gauges['TXD bit'].record(Math.abs(error) / bits, from, to);
  }

  /** How far an edge lies from the nearest border between bits, in cycles. */
  private errorOf(since: Cycle): number {
    return since - Math.round(since / this.bit) * this.bit;
  }
}

/** What the programmer receives. */
export class ReceiveChecks {
  /** How often each bit was sampled so many cycles off its middle, by bit number from the start bit, 0, on. */
  readonly offsets: readonly Map<number, number>[] = Array.from({ length: 9 }, () => new Map());
  private readonly characters: Characters;
  private start: Mark | undefined;
  private samples: Mark[] = [];
  /** The last look at the wire, and the last one before the present start bit. */
  private last: Mark | undefined;
  private before: Mark | undefined;

  constructor(
    net: Net,
    private readonly bit: number,
    private readonly gauges: Gauges,
  ) {
    this.characters = new Characters(
      net,
      bit,
      () => undefined,
      start => this.begin(start),
    );
  }

  finish(): void {
    this.characters.finish(0);
    this.judge();
  }

  /** The program reads RXD. */
  sample(sample: Sample): void {
    const { start, bit } = this;
    const { time, pc } = sample;
    this.last = sample;
    if (!start || time < start.time + bit / 2) return;
    if (time >= start.time + 11 * bit) this.judge();
    else this.samples.push({ time, pc });
  }

  private begin(start: Mark): void {
    this.judge();
    this.start = start;
    this.before = this.last && { time: this.last.time, pc: this.last.pc };
  }

  private judge(): void {
    const { start, samples } = this;
    this.start = undefined;
    this.samples = [];
    if (!start) return;
    const chosen = this.choose(start, samples);
    const heard = chosen.length > 0;
    const missing = heard ? 0 : DATA_BITS.length - samples.length;
    const last = samples[samples.length - 1] ?? this.before ?? start;
    this.gauges['RXD heard'].record(missing, start, last, heard ? undefined : `${missing} bits not read`);
    if (heard) this.measure(start, chosen);
  }

  /**
   * The samples that made the data bits: in each bit the one nearest to its middle; where a bit has none, the
   * eight samples in a row that fit best, for then they have drifted. Where the stop bit is looked at cannot be
   * told from waiting for the next start bit.
   */
  private choose(start: Mark, samples: readonly Mark[]): readonly Mark[] {
    const nearest = DATA_BITS.map(k => this.nearest(start, samples, k));
    if (nearest.every(sample => sample !== undefined)) return nearest;
    const runs = samples.slice(0, Math.max(0, samples.length - 7)).map((_, i) => samples.slice(i, i + 8));
    const misfit = (run: readonly Mark[]) =>
      Math.max(...run.map((mark, i) => Math.abs(this.offset(start, mark, i + 1))));
    return runs.sort((a, b) => misfit(a) - misfit(b))[0] ?? [];
  }

  private nearest(start: Mark, samples: readonly Mark[], k: number): Mark | undefined {
    const inside = samples.filter(({ time }) => Math.floor((time - start.time) / this.bit) === k);
    const off = (mark: Mark) => Math.abs(this.offset(start, mark, k));
    return inside.sort((a, b) => off(a) - off(b))[0];
  }

  /** From the middle of bit `k` to a sample, in cycles. */
  private offset(start: Mark, { time }: Mark, k: number): number {
    return time - start.time - (k + 0.5) * this.bit;
  }

  private measure(start: Mark, samples: readonly Mark[]): void {
    let least = { tolerance: Number.POSITIVE_INFINITY, mark: samples[0], k: 1 };
    samples.forEach((mark, i) => {
      const k = i + 1;
      const offset = this.offset(start, mark, k);
      const middle = { time: start.time + Math.round((k + 0.5) * this.bit), pc: start.pc };
      this.gauges['RXD sample'].record(Math.abs(offset), middle, mark, `bit ${k - 1}`);
      this.offsets[k].set(Math.round(offset), (this.offsets[k].get(Math.round(offset)) ?? 0) + 1);
      const tolerance = this.tolerance(mark.time - start.time, k);
      if (tolerance < least.tolerance) least = { tolerance, mark, k };
    });
    this.gauges['RXD tolerance'].record(least.tolerance, start, least.mark, `bit ${least.k - 1}`);
  }

  /** By how many per cent the sender's rate may still change before a sample falls out of bit `k`. */
  private tolerance(since: Cycle, k: number): number {
    const place = since / this.bit;
    return 100 * Math.min((k + 1) / place - 1, 1 - k / place);
  }
}
