/** What looks over the program's shoulder during a job: profile, coverage, gdb. */
import type { Programmer } from '../simulator/index.ts';
import { lcov, type Machine, Profile, type ProfileRow, SourceMap, Stepper } from '../vm-host/index.ts';
import { JobError, UsageError } from './errors.ts';
import { type OutputFile, outputFile } from './files.ts';
import type { Firmware } from './firmware.ts';
import { GdbProgrammer } from './gdb.ts';
import { GdbLine } from './gdb-line.ts';
import type { Terminal } from './terminal.ts';

export interface ObserveOptions {
  profile?: boolean;
  coverage?: string;
  gdb?: number;
}

/** Lines of the profile that are shown. */
const SHOWN = 12;

export class Observation {
  private profile: Profile | undefined;

  private constructor(
    private readonly options: ObserveOptions,
    private readonly firmware: Firmware,
    private readonly coverage: OutputFile | undefined,
    private readonly gdb: GdbLine | undefined,
  ) {}

  /** @throws UsageError when a map is needed that does not exist, JobError when the port is taken */
  static async make(options: ObserveOptions, firmware: Firmware): Promise<Observation> {
    if ((options.profile || options.coverage) && !firmware.map)
      throw new UsageError(
        '--profile and --coverage need the .map.json that isp build writes beside the HEX',
      );
    if (options.gdb !== undefined && (options.profile || options.coverage))
      throw new UsageError('--gdb stops the program; give --profile and --coverage without it');
    const coverage = outputFile(options.coverage);
    const gdb = options.gdb === undefined ? undefined : await listen(options.gdb);
    return new Observation(options, firmware, coverage, gdb);
  }

  /** Says where gdb may attach; the program waits for it. */
  announce(terminal: Terminal): void {
    if (this.gdb) terminal.print(`listening for gdb on 127.0.0.1:${this.gdb.port}`);
  }

  /** The machine as the board gets it: itself when nobody looks. */
  wrap(machine: Machine): Programmer {
    const { words } = this.firmware;
    if (this.gdb) return new GdbProgrammer(machine, words, this.gdb, this.map);
    if (!this.options.profile && !this.coverage) return machine;
    this.profile = new Profile(machine.chip.flashWords);
    return new Stepper(machine, [this.profile], words);
  }

  /** Writes the coverage and lets gdb go. */
  finish(): void {
    if (this.profile && this.map) this.coverage?.write(lcov(this.map, this.profile));
    this.coverage?.close();
    this.gdb?.close();
  }

  /** Lets gdb go, after a job that did not come to its end. */
  abandon(): void {
    this.gdb?.close();
  }

  /** The profile as text: functions, then the most expensive lines. */
  describe(): string[] {
    const { profile, map } = this;
    if (!profile || !map || !this.options.profile) return [];
    const text = ({ name, clocks }: ProfileRow) =>
      `${((100 * clocks) / profile.total).toFixed(1).padStart(6)} % ${String(clocks).padStart(12)}  ${name}`;
    return [
      'clocks by function',
      ...profile.byFunction(map).slice(0, SHOWN).map(text),
      'clocks by line',
      ...profile.byLine(map).slice(0, SHOWN).map(text),
    ];
  }

  private get map(): SourceMap | undefined {
    return this.firmware.map && new SourceMap(this.firmware.map);
  }
}

async function listen(port: number): Promise<GdbLine> {
  try {
    return await GdbLine.listen(port);
  } catch (error) {
    throw new JobError(
      `cannot listen for gdb on port ${port}: ${error instanceof Error ? error.message : error}`,
    );
  }
}
