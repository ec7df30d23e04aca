/**
 * The table with the instruments on it: firmware in the programmer, programmer and target on a board, and whatever
 * watches. run, serve and replay start from here and end with {@link Setup.finish}.
 */
import { performance } from 'node:perf_hooks';
import { Board, type BoardOptions, devices, VcdTrace } from '../simulator/index.ts';
import { type EngineName, Fault, Machine } from '../vm-host/index.ts';
import { JobError, UsageError } from './errors.ts';
import { faults } from './faults.ts';
import { type OutputFile, outputFile } from './files.ts';
import { type Firmware, obtainFirmware } from './firmware.ts';
import { Observation, type ObserveOptions } from './observe.ts';
import { NO_TARGET } from './options.ts';

/** What run, serve and replay have in common on the command line. */
export interface SetupOptions extends ObserveOptions {
  target: string;
  targetXtal: number;
  firmware?: string;
  xtal: number;
  baud: number;
  /** How much faster than nominal the PC is: 0.02 is two per cent. */
  baudError?: number;
  vcc: number;
  fault?: string;
  /** Default fast: both make the same trace. */
  engine?: EngineName;
  trace?: string;
  memory?: string;
}

/** The files of the command line, open and empty. */
interface Outputs {
  trace?: OutputFile;
  memory?: OutputFile;
}

/** Everything that a simulated job needs. */
export class Setup {
  readonly machine: Machine;
  readonly board: Board;
  /** Time spent simulating, in milliseconds. */
  private spent = 0;
  private readonly vcd: VcdTrace | undefined;

  private constructor(
    options: SetupOptions,
    readonly firmware: Firmware,
    private readonly outputs: Outputs,
    readonly observation: Observation,
  ) {
    const { xtal, vcc, engine = 'fast' } = options;
    this.machine = new Machine({ words: firmware.words, xtal, vcc, engine });
    this.board = new Board({ programmer: observation.wrap(this.machine), ...boardOptions(options) });
    const { trace } = outputs;
    if (trace)
      this.vcd = new VcdTrace(Object.values(this.board.nets), { xtal, write: text => trace.write(text) });
  }

  /**
   * Opens the files, builds or reads the firmware and puts the board together.
   * @throws UsageError, JobError
   */
  static async make(options: SetupOptions): Promise<Setup> {
    if (options.memory && options.target === NO_TARGET)
      throw new UsageError('--memory needs a target; with --target none there is nothing to write');
    checkTargetXtal(options);
    const outputs = { trace: outputFile(options.trace), memory: outputFile(options.memory) };
    const firmware = await obtainFirmware(options);
    return new Setup(options, firmware, outputs, await Observation.make(options, firmware));
  }

  /**
   * Does a piece of simulation and counts its time.
   * @throws JobError when the program runs into a fault, with its place in the firmware
   */
  simulate<R>(work: () => R): R {
    const start = performance.now();
    try {
      return work();
    } catch (error) {
      this.observation.abandon();
      throw error instanceof Fault ? new JobError(this.explain(error)) : error;
    } finally {
      this.spent += performance.now() - start;
    }
  }

  /** Seconds of this machine spent in {@link simulate}. */
  get hostSeconds(): number {
    return this.spent / 1000;
  }

  /** Flash, then EEPROM of the target. */
  get memories(): Uint8Array {
    const { target } = this.board;
    return target ? Uint8Array.of(...target.flash, ...target.eeprom) : new Uint8Array();
  }

  /** Writes what the files still lack, and closes them. */
  finish(): void {
    const { trace, memory } = this.outputs;
    this.observation.finish();
    this.vcd?.finish(this.machine.cycle);
    trace?.close();
    memory?.write(this.memories);
    memory?.close();
  }

  private explain({ pc, word, cycle, what }: Fault): string {
    const place = `0x${pc.toString(16).toUpperCase().padStart(3, '0')}`;
    const source = this.firmware.where(pc);
    return source
      ? `${source} (${place}, clock ${cycle}): ${what}`
      : `the firmware stopped at ${place} (word 0x${word.toString(16).padStart(4, '0')}, clock ${cycle}): ${what}`;
  }
}

/** @throws UsageError for a clock that the part in the socket does not bear */
function checkTargetXtal({ target, targetXtal }: SetupOptions): void {
  const device = devices[target];
  const most = device && Math.max(...device.speedGrades.map(({ hz }) => hz));
  if (device && targetXtal > most)
    throw new UsageError(`--target-xtal: the ${device.name} runs at up to ${most} Hz`);
}

function boardOptions(options: SetupOptions): Omit<BoardOptions, 'programmer'> {
  const { xtal, baud, baudError, vcc, targetXtal, target, fault } = options;
  const device = target === NO_TARGET ? null : devices[target];
  return { xtal, baud, baudError, vcc, targetXtal, target: device, ...(fault ? faults[fault].board : {}) };
}
