/** Stops a machine where somebody asked: at lines, at changes of registers and pins, step by step. */
import type { Machine } from '../machine.ts';

import type { Cycle } from '../time.ts';
import type { Place, SourceMap } from './source-map.ts';
import { Stepper } from './stepper.ts';

/** Why a machine stopped. */
export interface Stop {
  readonly kind: 'breakpoint' | 'watch' | 'step' | 'limit' | 'request';
  readonly pc: number;
  readonly cycle: Cycle;
  /** What was watched and has changed. */
  readonly what?: string;
}

/** Anything that can be asked for its value; a change of it is a stop. */
interface Watch {
  readonly name: string;
  readonly read: () => unknown;
  last: unknown;
}

/** A wire, as a board has them. */
export interface WatchedNet {
  readonly name: string;
  readonly level: unknown;
}

const NOWHERE: ReadonlySet<number> = new Set();

export class Debugger {
  /** Word addresses. */
  readonly breakpoints = new Set<number>();
  private readonly watches: Watch[] = [];
  private readonly stepper: Stepper;
  private asked: 'request' | 'limit' | undefined;
  /** Where it stood when somebody was told last: a breakpoint there is no reason to stop again. */
  private seen: { readonly pc: number; readonly cycle: Cycle };

  constructor(
    readonly machine: Machine,
    words: ArrayLike<number>,
    private readonly map?: SourceMap,
  ) {
    this.stepper = new Stepper(machine, [], words);
    this.seen = { pc: machine.pc, cycle: machine.cycle };
  }

  /**
   * Stops where a line begins; it may begin at several places.
   * @returns how many breakpoints that made; 0 when the line has no code
   */
  breakAtLine(file: string, line: number): number {
    const addresses = this.map?.addressesOf(file, line) ?? [];
    for (const address of addresses) this.breakpoints.add(address);
    return addresses.length;
  }

  /** Stops after a change of R0 to R31. Returns the remover. */
  watchRegister(number: number): () => void {
    const { registers } = this.machine;
    if (!(number in registers)) throw new RangeError(`there is no register r${number}`);
    return this.watch(`r${number}`, () => registers[number]);
  }

  /** Stops after a change of what the port does at a pin, or of its level. */
  watchPin(name: string): () => void {
    return this.add(this.pinWatch(name));
  }

  /** Stops after a change of a wire. */
  watchNet(net: WatchedNet): () => void {
    return this.watch(net.name, () => net.level);
  }

  /** Stops after a change of anything; `read` must not disturb. */
  watch(name: string, read: () => unknown): () => void {
    return this.add(watchOf(name, read));
  }

  /** Where the program stands. */
  get place(): Place | undefined {
    return this.map?.placeOf(this.machine.pc);
  }

  /** Lets a run end before its next instruction. */
  interrupt(): void {
    this.asked = 'request';
    this.machine.stop();
  }

  /** The same, but as if its limit had come: what {@link Machine.stop} is for a machine. */
  end(): void {
    this.asked = 'limit';
    this.machine.stop();
  }

  /**
   * Runs to a breakpoint, a watched change or `limit`. At full speed while there is nothing to look for. What
   * changed before, by a step or by whoever looks into the machine, is no news.
   *
   * @throws Fault
   */
  run(limit: Cycle): Stop {
    return this.search(limit, this.watches, this.breakpoints);
  }

  /**
   * One instruction, or one interrupt's entry.
   * @throws Fault
   */
  stepInstruction(): Stop {
    this.stepper.step();
    return this.told('step');
  }

  /**
   * To another line, in routines that are called and in interrupts as well, or to a breakpoint; `limit` as in
   * {@link run}.
   *
   * @throws Fault
   */
  stepLine(limit: Cycle): Stop {
    const { machine, place: from } = this;
    const same = (place: Place | undefined) =>
      !place || (place.line === from?.line && place.file === from.file);
    this.asked = undefined;
    while (machine.cycle < limit) {
      const moved = this.stepper.step(limit);
      if (moved && this.breakpoints.has(machine.pc)) return this.told('breakpoint');
      if (!same(this.place)) return this.told('step');
      if (this.asked || !moved) return this.told(this.asked ?? 'limit');
    }
    return this.told('limit');
  }

  /**
   * To the next change at one of these pins, by the program or from outside; whatever else is watched.
   * @throws Fault
   */
  stepEdge(pins: readonly string[], limit: Cycle): Stop {
    return this.search(
      limit,
      pins.map(name => this.pinWatch(name)),
      NOWHERE,
    );
  }

  /** The place where the machine stands, as a stop that somebody has been told of. */
  told(kind: Stop['kind'], what?: string): Stop {
    const { pc, cycle } = this.machine;
    if (kind !== 'limit') this.seen = { pc, cycle };
    return { kind, pc, cycle, what };
  }

  private search(limit: Cycle, watches: readonly Watch[], breakpoints: ReadonlySet<number>): Stop {
    const { machine } = this;
    this.asked = undefined;
    if (breakpoints.size === 0 && watches.length === 0) {
      machine.run(limit);
      return this.told(this.asked ?? 'limit');
    }
    changed(watches);
    while (machine.cycle < limit) {
      if (breakpoints.has(machine.pc) && !this.hasSeenThis) return this.told('breakpoint');
      const moved = this.stepper.step(limit);
      const what = changed(watches);
      if (what) return this.told('watch', what);
      if (this.asked || !moved) return this.told(this.asked ?? 'limit');
    }
    return this.told('limit');
  }

  private get hasSeenThis(): boolean {
    return this.seen.cycle === this.machine.cycle && this.seen.pc === this.machine.pc;
  }

  private pinWatch(name: string): Watch {
    const pin = this.machine.pins[name];
    if (!pin) throw new RangeError(`there is no pin ${name}`);
    return watchOf(name, () => `${pin.drive} ${pin.level}`);
  }

  private add(watch: Watch): () => void {
    this.watches.push(watch);
    return () => {
      const place = this.watches.indexOf(watch);
      if (place >= 0) this.watches.splice(place, 1);
    };
  }
}

function watchOf(name: string, read: () => unknown): Watch {
  return { name, read, last: read() };
}

/** The name of the first that has changed since this was asked last. */
function changed(watches: readonly Watch[]): string | undefined {
  let name: string | undefined;
  for (const watch of watches) {
    const now = watch.read();
    if (now !== watch.last) name ??= watch.name;
    watch.last = now;
  }
  return name;
}
