/** Where the clocks of a run went: per word, per line, per function. */
import type { SourceMap } from './source-map.ts';
import type { Observer, Step } from './stepper.ts';

export interface ProfileRow {
  /** `firmware/isp.ts:44`, or a function's name. */
  readonly name: string;
  readonly clocks: number;
  /** Instructions run. */
  readonly instructions: number;
}

export class Profile implements Observer {
  /** Clocks spent, and times run, by word address. */
  readonly clocks: Float64Array;
  readonly runs: Float64Array;
  /** Clocks of interrupt entries and of sleep; those of the first count for the vector as well. */
  interruptClocks = 0;
  sleepClocks = 0;

  constructor(words: number) {
    this.clocks = new Float64Array(words);
    this.runs = new Float64Array(words);
  }

  after({ pc, clocks, kind }: Step): void {
    if (kind === 'sleep') {
      this.sleepClocks += clocks;
      return;
    }
    this.clocks[pc] += clocks;
    if (kind === 'interrupt') this.interruptClocks += clocks;
    else this.runs[pc]++;
  }

  /** All clocks but those of sleep. */
  get total(): number {
    return this.clocks.reduce((sum, clocks) => sum + clocks, 0);
  }

  /** Most expensive first. */
  byLine(map: SourceMap): ProfileRow[] {
    return this.grouped(pc => {
      const place = map.placeOf(pc);
      return place && `${place.file}:${place.line}`;
    });
  }

  byFunction(map: SourceMap): ProfileRow[] {
    return this.grouped(pc => map.placeOf(pc)?.fn);
  }

  private grouped(nameOf: (pc: number) => string | undefined): ProfileRow[] {
    const rows = new Map<string, { name: string; clocks: number; instructions: number }>();
    this.clocks.forEach((clocks, pc) => {
      if (clocks === 0) return;
      const name = nameOf(pc) ?? '(no source)';
      const row = rows.get(name) ?? { name, clocks: 0, instructions: 0 };
      row.clocks += clocks;
      row.instructions += this.runs[pc];
      rows.set(name, row);
    });
    return [...rows.values()].sort((a, b) => b.clocks - a.clocks || a.name.localeCompare(b.name));
  }
}
