/** A job with the timing checker on its board: what `isp timing` reports and `isp trace` shows. */
import { complaints } from '../report/index.ts';
import {
  devices,
  program,
  Recording,
  type ReplayResult,
  replay,
  TimingChecker,
  type TimingReport,
} from '../simulator/index.ts';
import { defaultImage } from './default-image.ts';
import { readSession } from './replay.ts';
import { Setup, type SetupOptions } from './setup.ts';
import type { Terminal } from './terminal.ts';

/** So much of the EEPROM is written by the built-in job. */
const EEPROM_BYTES = 16;

/** A job that has run. */
export interface TimingJob {
  setup: Setup;
  report: TimingReport;
  recording: Recording | undefined;
  /** Why the job itself did not succeed, whatever its timing. */
  problem: string | undefined;
  /** How the report calls it. */
  title: string;
}

/**
 * Replays a session, or runs the built-in job where none is given.
 * @param record keep all edges, for a report or a trace
 * @throws UsageError, JobError
 */
export async function timingJob(
  session: string | undefined,
  options: SetupOptions,
  terminal: Terminal,
  record: boolean,
): Promise<TimingJob> {
  const exchanges = session === undefined ? undefined : readSession(session);
  const setup = await Setup.make(options);
  const recording = record ? new Recording(setup.board) : undefined;
  const checker = new TimingChecker(setup.board, { where: pc => setup.firmware.where(pc) });
  const problem = setup.simulate(() =>
    exchanges ? replayed(setup, exchanges, terminal) : programmed(setup, options, terminal),
  );
  const report = checker.finish();
  recording?.finish();
  setup.finish();
  return { setup, report, recording, problem, title: session ?? 'the built-in job' };
}

function replayed(
  setup: Setup,
  exchanges: ReturnType<typeof readSession>,
  terminal: Terminal,
): string | undefined {
  const host = replay(exchanges, (done, total) => terminal.progress('replay', done / total));
  const { short }: ReplayResult = setup.board.run(host);
  return short.length > 0 ? `${short.length} of ${exchanges.length} answers came short` : undefined;
}

/** A few bytes, for looking at the margins and nothing else. */
export function runBriefly({ board }: Setup, options: SetupOptions): void {
  board.run(program(defaultImage().subarray(0, EEPROM_BYTES), { device: devices[options.target] }));
}

function programmed(setup: Setup, options: SetupOptions, terminal: Terminal): string | undefined {
  const device = devices[options.target] ?? devices.at90s1200;
  const image = defaultImage();
  const { problem } = setup.board.run(
    program(image.subarray(0, device.flash.bytes), {
      device,
      eeprom: image.subarray(0, EEPROM_BYTES),
      onProgress: (step, done, total) => terminal.progress(step, done / total),
    }),
  );
  return problem && `${problem.step}: ${problem.message}`;
}

/** Everything that is wrong, one line each. */
export function problemsOf({ problem, report }: TimingJob): string[] {
  return [...(problem ? [`the job failed: ${problem}`] : []), ...complaints(report)];
}
