/**
 * Everything that happened on the nets of a board, in memory, for showing a piece of it afterwards.
 * Waits cost nothing: only edges are kept, eighteen bytes each.
 */

import type { Cycle } from '../vm-host/time.ts';
import type { Board, NetName } from './board.ts';
import type { Annotation } from './decoders/annotation.ts';
import { type DecodeOptions, decode } from './decoders/index.ts';
import { at90s1200 } from './devices/at90s1200.ts';
import type { Level, Net } from './net.ts';

/** One wire over a span of time. */
export interface NetSlice {
  readonly name: NetName;
  /** The level when the span begins. */
  readonly initial: Level;
  readonly edges: readonly RecordedEdge[];
}

export interface RecordedEdge {
  readonly time: Cycle;
  readonly level: Level;
  /** The instruction that made it, if one did. */
  readonly pc?: number;
}

/** A span of time on all wires. */
export interface Slice {
  readonly from: Cycle;
  readonly to: Cycle;
  readonly nets: readonly NetSlice[];
  /** What the decoders say about it; spans may reach beyond it. */
  readonly annotations: readonly Annotation[];
}

const LEVELS: readonly Level[] = [0, 1, 'z', 'x'];
const NO_PC = 0xffff;
const FIRST_ROOM = 4096;

/** The edges of one wire in arrays that grow. */
class Edges {
  private times = new Float64Array(FIRST_ROOM);
  private levels = new Uint8Array(FIRST_ROOM);
  private pcs = new Uint16Array(FIRST_ROOM);
  length = 0;
  readonly off: () => void;
  private readonly initial: Level;

  constructor(
    readonly name: NetName,
    net: Net,
  ) {
    this.initial = net.level;
    this.off = net.watch(({ time, level, pc }) => this.add(time, level, pc));
  }

  slice(from: Cycle, to: Cycle): NetSlice {
    const first = this.after(from);
    const last = this.after(to);
    const initial = first === 0 ? this.initial : this.at(first - 1).level;
    const edges = Array.from({ length: last - first }, (_, i) => this.at(first + i));
    return { name: this.name, initial, edges };
  }

  at(index: number): RecordedEdge {
    const pc = this.pcs[index];
    const edge = { time: this.times[index], level: LEVELS[this.levels[index]] };
    return pc === NO_PC ? edge : { ...edge, pc };
  }

  /** The index of the first edge later than `time`. */
  after(time: Cycle): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle] <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private add(time: Cycle, level: Level, pc = NO_PC): void {
    if (this.length === this.times.length) this.grow();
    this.times[this.length] = time;
    this.levels[this.length] = LEVELS.indexOf(level);
    this.pcs[this.length] = pc;
    this.length++;
  }

  private grow(): void {
    const room = 2 * this.length;
    const [times, levels, pcs] = [new Float64Array(room), new Uint8Array(room), new Uint16Array(room)];
    times.set(this.times);
    levels.set(this.levels);
    pcs.set(this.pcs);
    Object.assign(this, { times, levels, pcs });
  }
}

/** Records from its making to {@link finish}. It disturbs nothing. */
export class Recording {
  readonly annotations: Annotation[] = [];
  /** Where the program was: at each edge that it made and each look at a wire, as far as the place is a new one. */
  readonly places: { readonly time: Cycle; readonly pc: number }[] = [];
  readonly xtal: number;
  private readonly offs: (() => void)[];
  private readonly wires: readonly Edges[];
  private readonly decoders: { finish(now: Cycle): void };

  constructor(
    private readonly board: Board,
    options: Partial<Pick<DecodeOptions, 'onExchange' | 'onInstruction'>> = {},
  ) {
    this.xtal = board.xtal;
    this.wires = (Object.entries(board.nets) as [NetName, Net][]).map(([name, net]) => new Edges(name, net));
    this.offs = [
      ...Object.values(board.nets).map((net: Net) => net.watch(({ time, pc }) => this.place(time, pc))),
      board.watchSamples(({ time, pc }) => this.place(time, pc)),
    ];
    const device = board.target?.device ?? at90s1200;
    const { baud } = board.line.bits;
    const onAnnotation = (annotation: Annotation) => void this.annotations.push(annotation);
    this.decoders = decode(board.nets, { device, baud, xtal: board.xtal, onAnnotation, ...options });
  }

  /** Ends the recording; the last characters are decoded now. */
  finish(): void {
    this.decoders.finish(this.board.programmer.cycle);
    for (const wire of this.wires) wire.off();
    for (const off of this.offs) off();
    // each row is in order already; together they are not
    this.annotations.sort((a, b) => a.start - b.start || a.end - b.end);
  }

  private place(time: Cycle, pc: number | undefined): void {
    if (pc !== undefined && this.places[this.places.length - 1]?.pc !== pc) this.places.push({ time, pc });
  }

  /** How many edges there are. */
  get length(): number {
    return this.wires.reduce((sum, { length }) => sum + length, 0);
  }

  /** What happened from `from` to `to`. */
  slice(from: Cycle, to: Cycle): Slice {
    return {
      from,
      to,
      nets: this.wires.map(wire => wire.slice(from, to)),
      annotations: this.annotations.filter(({ start, end }) => end >= from && start <= to),
    };
  }

  /** A wire by name, edge by edge, over the whole recording. */
  wire(name: NetName): NetSlice {
    return this.slice(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY).nets.find(
      net => net.name === name,
    )!;
  }
}
