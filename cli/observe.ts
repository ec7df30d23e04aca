/** What looks over the program's shoulder during a job: profile, coverage, gdb. */
import type { Programmer } from '../simulator/index.ts';
import {
  Calls,
  callgrind,
  lcov,
  type Machine,
  Profile,
  type ProfileRow,
  SourceMap,
  Stepper,
} from '../vm-host/index.ts';
import { JobError, UsageError } from './errors.ts';
import { type OutputFile, outputFile } from './files.ts';
import type { Firmware } from './firmware.ts';
import { GdbProgrammer } from './gdb.ts';
import { GdbLine } from './gdb-line.ts';
import type { Terminal } from './terminal.ts';

export interface ObserveOptions {
  profile?: boolean;
  profileOut?: string;
  coverage?: string;
  gdb?: number;
}

/** Rows of each list of the profile that are shown one by one. */
const SHOWN = 12;

export class Observation {
  private machine: Machine | undefined;
  private under: GdbProgrammer | undefined;
  private profile: Profile | undefined;
  private readonly calls = new Calls();

  private constructor(
    private readonly options: ObserveOptions,
    private readonly firmware: Firmware,
    private readonly outputs: { coverage?: OutputFile; profileOut?: OutputFile },
    private readonly gdb: GdbLine | undefined,
  ) {}

  /** @throws UsageError when a map is needed that does not exist, JobError when the port is taken */
  static async make(options: ObserveOptions, firmware: Firmware): Promise<Observation> {
    if (counts(options) && !firmware.map)
      throw new UsageError(
        '--profile, --profile-out and --coverage need the .map.json that isp build writes beside the HEX',
      );
    if (options.gdb !== undefined && counts(options))
      throw new UsageError(
        '--gdb stops the program; give --profile, --profile-out and --coverage without it',
      );
    const outputs = {
      coverage: outputFile(options.coverage),
      profileOut: outputFile(options.profileOut),
    };
    const gdb = options.gdb === undefined ? undefined : await listen(options.gdb);
    return new Observation(options, firmware, outputs, gdb);
  }

  /** Says where gdb may attach; the program waits for it. */
  announce(terminal: Terminal): void {
    if (this.gdb) terminal.print(`listening for gdb on 127.0.0.1:${this.gdb.port}`);
  }

  /** The machine as the board gets it: itself when nobody looks. */
  wrap(machine: Machine): Programmer {
    const { words } = this.firmware;
    if (this.gdb) {
      this.under = new GdbProgrammer(machine, words, this.gdb, this.map);
      return this.under;
    }
    if (!counts(this.options)) return machine;
    this.machine = machine;
    this.profile = new Profile(machine.chip.flashWords);
    return new Stepper(machine, [this.profile, this.calls], words);
  }

  /** Writes coverage and profile, and lets gdb go. */
  finish(): void {
    const { map, profile, machine, calls, outputs } = this;
    if (map && profile && machine) {
      outputs.coverage?.write(lcov(map, profile));
      outputs.profileOut?.write(callgrind(map, profile, calls.until(machine.cycle)));
    }
    outputs.coverage?.close();
    outputs.profileOut?.close();
    this.under?.finish();
    this.gdb?.close();
  }

  /** Lets gdb go, after a job that did not come to its end. */
  abandon(): void {
    this.gdb?.close();
  }

  /** The profile as text: functions, then lines, the most expensive first; each list adds up to all clocks. */
  describe(): string[] {
    const { profile, map } = this;
    if (!profile || !map || !this.options.profile) return [];
    const all = profile.total + profile.sleepClocks;
    return [
      'clocks by function',
      ...table(profile.byFunction(map), profile.sleepClocks, all),
      'clocks by line',
      ...table(profile.byLine(map), profile.sleepClocks, all),
    ];
  }

  /** The same for machines, whole. */
  get figures(): object {
    const { profile, map } = this;
    if (!profile || !map || !this.options.profile) return {};
    const { sleepClocks, interruptClocks } = profile;
    const [functions, lines] = [profile.byFunction(map), profile.byLine(map)];
    return { profile: { functions, lines, sleepClocks, interruptClocks } };
  }

  private get map(): SourceMap | undefined {
    return this.firmware.map && new SourceMap(this.firmware.map);
  }
}

/** Whether every instruction has to be counted. */
function counts({ profile, profileOut, coverage }: ObserveOptions): boolean {
  return Boolean(profile) || profileOut !== undefined || coverage !== undefined;
}

function table(rows: readonly ProfileRow[], asleep: number, all: number): string[] {
  const text = (name: string, clocks: number) =>
    `${((100 * clocks) / all).toFixed(1).padStart(6)} % ${String(clocks).padStart(12)}  ${name}`;
  const others = rows.slice(SHOWN);
  const rest = others.reduce((sum, { clocks }) => sum + clocks, 0);
  return [
    ...rows.slice(0, SHOWN).map(({ name, clocks }) => text(name, clocks)),
    ...(others.length > 0 ? [text(`(${others.length} others)`, rest)] : []),
    ...(asleep > 0 ? [text('(asleep or held in reset)', asleep)] : []),
  ];
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
