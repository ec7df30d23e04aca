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

export class Debugger {
  /** Word addresses. */
  readonly breakpoints = new Set<number>();
  private readonly watches: Watch[] = [];
  private readonly stepper: Stepper;
  private asked: 'request' | 'limit' | undefined;

  constructor(
    readonly machine: Machine,
    words: ArrayLike<number>,
    private readonly map?: SourceMap,
  ) {
    this.stepper = new Stepper(machine, [], words);
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
    return this.watch(`r${number}`, () => this.machine.registers[number]);
  }

  /** Stops after a change of what the port does at a pin, or of its level. */
  watchPin(name: string): () => void {
    const pin = this.machine.pins[name];
    if (!pin) throw new RangeError(`there is no pin ${name}`);
    return this.watch(name, () => `${pin.drive} ${pin.level}`);
  }

  /** Stops after a change of a wire. */
  watchNet(net: WatchedNet): () => void {
    return this.watch(net.name, () => net.level);
  }

  /** Stops after a change of anything; `read` must not disturb. */
  watch(name: string, read: () => unknown): () => void {
    const watch: Watch = { name, read, last: read() };
    this.watches.push(watch);
    return () => {
      const place = this.watches.indexOf(watch);
      if (place >= 0) this.watches.splice(place, 1);
    };
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

  /** Runs to a breakpoint, a watched change or `limit`. At full speed while there is nothing to look for. */
  run(limit: Cycle): Stop {
    const { machine } = this;
    this.asked = undefined;
    if (this.breakpoints.size === 0 && this.watches.length === 0) {
      machine.run(limit);
      return this.stop(this.asked ?? 'limit');
    }
    for (let first = true; machine.cycle < limit; first = false) {
      // the breakpoint at which it stands has been seen
      if (!first && this.breakpoints.has(machine.pc)) return this.stop('breakpoint');
      this.stepper.step();
      const changed = this.changed();
      if (changed) return this.stop('watch', changed);
      if (this.asked) return this.stop(this.asked);
    }
    return this.stop('limit');
  }

  /** One instruction, or one interrupt's entry. */
  stepInstruction(): Stop {
    this.stepper.step();
    return this.stop('step');
  }

  /** To the beginning of another line, routines that are called included; `limit` as in {@link run}. */
  stepLine(limit: Cycle): Stop {
    const from = this.place;
    const { machine } = this;
    const same = (place: Place | undefined) =>
      !place || (place.line === from?.line && place.file === from.file);
    do {
      this.stepper.step();
      if (this.breakpoints.has(machine.pc)) return this.stop('breakpoint');
    } while (same(this.place) && machine.cycle < limit);
    return this.stop(machine.cycle < limit ? 'step' : 'limit');
  }

  /** To the next change at one of these pins, by the program or from outside. */
  stepEdge(pins: readonly string[], limit: Cycle): Stop {
    const offs = pins.map(pin => this.watchPin(pin));
    const kept = [...this.breakpoints];
    this.breakpoints.clear();
    try {
      return this.run(limit);
    } finally {
      for (const off of offs) off();
      for (const address of kept) this.breakpoints.add(address);
    }
  }

  private changed(): string | undefined {
    let name: string | undefined;
    for (const watch of this.watches) {
      const now = watch.read();
      if (now !== watch.last) name ??= watch.name;
      watch.last = now;
    }
    return name;
  }

  private stop(kind: Stop['kind'], what?: string): Stop {
    const { pc, cycle } = this.machine;
    return { kind, pc, cycle, what };
  }
}
