/**
 * A wire: named drivers in, one settled level out, watchers that look.
 *
 * A driver changes its drive, the net settles, and only then are the watchers
 * told. A watcher holds no driver, so it cannot disturb; what a part wants to do
 * about an edge it puts into the event queue.
 */

import type { Cycle } from '../vm-host/time.ts';

/** 0, 1, floating, or two strong drivers against each other. */
export type Level = 0 | 1 | 'z' | 'x';

/**
 * What a pin does to its wire. `tied-low` and `tied-high` are shorts to a rail:
 * they win against a pin, as a screwdriver does, and the clash is reported.
 */
export type Drive = 'low' | 'high' | 'pull-up' | 'pull-down' | 'float' | 'tied-low' | 'tied-high';

/** Pulls down, pulls up: two bits, so that drivers of one strength can be joined by `|`. */
type Pull = 0 | 1 | 2 | 3;
const DOWN = 1;
const UP = 2;

/** What a net shows when the strongest pull so. */
const levels: readonly Level[] = ['z', 0, 1, 'x'];

/** 0 does nothing, 1 is a resistor, 2 a transistor, 3 a short to a rail. */
type Strength = 0 | 1 | 2 | 3;

interface Hold {
  readonly strength: Strength;
  readonly pull: Pull;
}

const HIGH: Hold = { strength: 2, pull: UP };
const LOW: Hold = { strength: 2, pull: DOWN };
const others: Readonly<Record<Exclude<Drive, 'low' | 'high'>, Hold>> = {
  float: { strength: 0, pull: 0 },
  'pull-up': { strength: 1, pull: UP },
  'pull-down': { strength: 1, pull: DOWN },
  'tied-low': { strength: 3, pull: DOWN },
  'tied-high': { strength: 3, pull: UP },
};

/** The two that nearly every edge asks for need no search. */
const holdOf = (drive: Drive): Hold => (drive === 'high' ? HIGH : drive === 'low' ? LOW : others[drive]);

/** A change of the settled level. */
export interface Edge {
  readonly net: Net;
  readonly level: Level;
  readonly was: Level;
  readonly time: Cycle;
  /** The driver whose change made the edge. */
  readonly driver: string;
  /** Word address of the instruction behind it, when a program made it. */
  readonly pc?: number;
}

/** A change of what one driver does, whether or not the level moved. */
export interface DriveChange {
  readonly net: Net;
  readonly driver: string;
  readonly drive: Drive;
  readonly was: Drive;
  readonly time: Cycle;
  readonly pc?: number;
}

/** Two strong drivers that disagree, by name. */
export interface Contention {
  readonly net: Net;
  readonly high: string;
  readonly low: string;
  readonly time: Cycle;
  readonly pc?: number;
}

/** One pin's hold on a net. */
export interface NetDriver {
  readonly name: string;
  readonly drive: Drive;
  /** Drives from `now` on; `pc` names the instruction that did it, if one did. */
  set(drive: Drive, now: Cycle, pc?: number): void;
}

export interface NetState {
  readonly level: Level;
  readonly held: 0 | 1;
  readonly contended: boolean;
  readonly drives: readonly Drive[];
}

class Driver implements NetDriver {
  drive: Drive = 'float';
  /** Those of `drive`: nets settle far more often than drivers are made. */
  strength: Strength = 0;
  pull: Pull = 0;

  constructor(
    private readonly net: Net,
    readonly name: string,
  ) {}

  set(drive: Drive, now: Cycle, pc?: number): void {
    if (drive === this.drive) return;
    const was = this.drive;
    this.take(drive);
    this.net.driven(this, was, now, pc);
  }

  /** Drives without telling the net. */
  take(drive: Drive): void {
    const { strength, pull } = holdOf(drive);
    this.drive = drive;
    this.strength = strength;
    this.pull = pull;
  }
}

/** A set of callbacks whose members may remove themselves while being called. */
class Watchers<T> {
  private list: readonly ((event: T) => void)[] = [];

  get none(): boolean {
    return this.list.length === 0;
  }

  add(watcher: (event: T) => void): () => void {
    this.list = [...this.list, watcher];
    return () => {
      this.list = this.list.filter(other => other !== watcher);
    };
  }

  tell(event: T): void {
    for (const watcher of this.list) watcher(event);
  }
}

/** A part on the wire that looks at the net itself when it hears of an edge. */
export type Listener = (time: Cycle, pc: number | undefined) => void;

export class Net {
  /** The settled level. */
  level: Level = 'z';
  /**
   * What an input on this net reads. A floating wire keeps the charge of its
   * last level; against each other the pull-down transistor wins.
   */
  bit: 0 | 1 = 0;
  /** The last level that was one. */
  private held: 0 | 1 = 0;
  /** How the strongest pull. */
  private pull = 0;
  private contended = false;
  /** Some driver is a short to a rail. */
  private shorted = false;
  private readonly drivers: Driver[] = [];
  private listeners: readonly Listener[] = [];
  private readonly edgeWatchers = new Watchers<Edge>();
  private readonly driveWatchers = new Watchers<DriveChange>();
  private readonly contentionWatchers = new Watchers<Contention>();

  constructor(readonly name: string) {}

  /** Adds a driver that floats until it is set. */
  driver(name: string): NetDriver {
    const driver = new Driver(this, name);
    this.drivers.push(driver);
    return driver;
  }

  /** Who is on the wire and what each does. */
  get drivenBy(): readonly Readonly<Pick<NetDriver, 'name' | 'drive'>>[] {
    return this.drivers;
  }

  /** Calls `watcher` on each change of the level; returns its remover. */
  watch(watcher: (edge: Edge) => void): () => void {
    return this.edgeWatchers.add(watcher);
  }

  /**
   * Calls `listener` on each change of the level, before those who {@link watch}; returns its remover. For the
   * parts at the wire, which are told of every edge: it costs no object.
   */
  listen(listener: Listener): () => void {
    this.listeners = [...this.listeners, listener];
    return () => {
      this.listeners = this.listeners.filter(other => other !== listener);
    };
  }

  /** Calls `watcher` when any driver changes, even under a level that stays; returns its remover. */
  watchDrives(watcher: (change: DriveChange) => void): () => void {
    return this.driveWatchers.add(watcher);
  }

  /** Calls `watcher` when two strong drivers begin to disagree; returns its remover. */
  watchContention(watcher: (contention: Contention) => void): () => void {
    return this.contentionWatchers.add(watcher);
  }

  save(): NetState {
    const { level, held, contended } = this;
    return { level, held, contended, drives: this.drivers.map(({ drive }) => drive) };
  }

  /** Puts the wire back without telling anybody. */
  restore(state: NetState): void {
    this.level = state.level;
    this.held = state.held;
    this.take(levels.indexOf(state.level));
    this.contended = state.contended;
    state.drives.forEach((drive, i) => {
      this.drivers[i].take(drive);
    });
    this.shorted = this.drivers.some(({ strength }) => strength === 3);
  }

  /** A driver changed: settle first, then tell. @internal */
  driven({ name, drive, strength }: Driver, before: Drive, time: Cycle, pc?: number): void {
    if (strength === 3) this.shorted = true;
    const was = this.level;
    const pull = this.settled();
    const moved = pull !== this.pull;
    if (moved) this.take(pull);
    if (!this.driveWatchers.none)
      this.driveWatchers.tell({ net: this, driver: name, drive, was: before, time, pc });
    // two strong drivers that disagree are the only way to x, but for shorts, which win
    if (this.contended || pull === (UP | DOWN) || this.shorted) this.checkContention(time, pc);
    if (!moved) return;
    const { listeners } = this;
    for (let i = 0; i < listeners.length; i++) listeners[i](time, pc);
    if (this.edgeWatchers.none) return;
    this.edgeWatchers.tell({ net: this, level: levels[pull], was, time, driver: name, pc });
  }

  private take(pull: number): void {
    this.pull = pull;
    this.level = levels[pull];
    if (pull === UP || pull === DOWN) this.held = pull === UP ? 1 : 0;
    this.bit = pull === 0 ? this.held : pull === UP ? 1 : 0;
  }

  /** The strongest drivers decide; equals that disagree give x. */
  private settled(): number {
    let strength = 0;
    let pull = 0;
    for (const driver of this.drivers) {
      if (driver.strength > strength) {
        strength = driver.strength;
        pull = driver.pull;
      } else if (driver.strength === strength) {
        pull |= driver.pull;
      }
    }
    return pull;
  }

  private checkContention(time: Cycle, pc?: number): void {
    const high = this.strong(UP);
    const low = high === undefined ? undefined : this.strong(DOWN);
    const clash = high !== undefined && low !== undefined;
    if (clash && !this.contended) this.contentionWatchers.tell({ net: this, high, low, time, pc });
    this.contended = clash;
  }

  private strong(pull: Pull): string | undefined {
    for (const driver of this.drivers) if (driver.strength >= 2 && driver.pull === pull) return driver.name;
    return undefined;
  }
}
