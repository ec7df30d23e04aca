/** `isp run`: the main job, with the host built in. */
import {
  devices,
  type Exchange,
  formatSession,
  type Host,
  type ProgramResult,
  program,
} from '../simulator/index.ts';
import { defaultImage } from './default-image.ts';
import { describe, figures, verdict } from './figures.ts';
import { outputFile, readImage } from './files.ts';
import type { Outcome } from './outcome.ts';
import { Setup, type SetupOptions } from './setup.ts';
import type { Terminal } from './terminal.ts';

interface RunOptions extends SetupOptions {
  record?: string;
}

/**
 * Erases, programs and verifies an image.
 * @param path Intel HEX or .bin; undefined takes the built-in image
 * @throws UsageError, JobError
 */
export async function run(
  path: string | undefined,
  options: RunOptions,
  terminal: Terminal,
): Promise<Outcome> {
  // an empty socket is tried with the default part, and fails at its signature
  const device = devices[options.target] ?? devices.at90s1200;
  const image = path ? readImage(path, device.flash.bytes) : defaultImage();
  const record = outputFile(options.record);
  const setup = await Setup.make(options);
  setup.observation.announce(terminal);
  const host = program(image, {
    device,
    onProgress: (step, done, total) => terminal.progress(step, done / total),
  });
  const exchanges: Exchange[] = [];
  const result = setup.simulate(() => setup.board.run(recorded(host, exchanges)));
  record?.write(formatSession(exchanges));
  setup.finish();
  return outcome(path ?? 'the built-in image', lookAt(image, result, setup), result, setup, terminal);
}

/** The same conversation, written down. */
function* recorded<R>(host: Host<R>, exchanges: Exchange[]): Host<R> {
  let step = host.next();
  while (!step.done) {
    exchanges.push(step.value);
    step = host.next(yield step.value);
  }
  return step.value;
}

function outcome(
  name: string,
  problem: string | undefined,
  result: ProgramResult,
  setup: Setup,
  terminal: Terminal,
): Outcome {
  const ok = problem === undefined;
  const text = ok ? `${result.written} bytes erased, written and read back` : problem;
  const seen = figures(setup);
  return {
    ok,
    text: [
      verdict(ok, 'verified', `${name}: ${text}`, terminal),
      ...describe(seen, setup, terminal),
      ...setup.observation.describe(),
    ],
    json: {
      ...seen,
      ...setup.observation.figures,
      bytesWritten: result.written,
      bytesVerified: result.verified,
      problem,
    },
  };
}

/** What went wrong, if anything. The host believes what it read back; a simulation can look inside. */
function lookAt(image: Uint8Array, { problem }: ProgramResult, { board }: Setup): string | undefined {
  if (problem) return `${problem.step}: ${problem.message}`;
  const wrong = image.findIndex((byte, i) => board.target?.flash[i] !== byte);
  return wrong < 0
    ? undefined
    : `the host is content, but the target does not hold byte ${wrong} of the image`;
}
