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
import { describe, figures } from './figures.ts';
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
  const host = program(image, {
    device,
    onProgress: (step, done, total) => terminal.progress(step, done / total),
  });
  const exchanges: Exchange[] = [];
  const result = setup.simulate(() => setup.board.run(recorded(host, exchanges)));
  record?.write(formatSession(exchanges));
  setup.finish();
  return outcome(path ?? 'the built-in image', image, result, setup);
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

function outcome(name: string, image: Uint8Array, result: ProgramResult, setup: Setup): Outcome {
  const problem = result.problem
    ? `${result.problem.step}: ${result.problem.message}`
    : lookInside(image, setup);
  const seen = figures(setup);
  const verdict = problem
    ? `failed      ${name}: ${problem}`
    : `verified    ${name}: ${result.written} bytes erased, written and read back`;
  return {
    ok: problem === undefined,
    text: [verdict, ...describe(seen, setup)],
    json: { ...seen, bytesWritten: result.written, bytesVerified: result.verified, problem },
  };
}

/** The host believes what it read; a simulation can look. */
function lookInside(image: Uint8Array, { board }: Setup): string | undefined {
  const wrong = image.findIndex((byte, i) => board.target?.flash[i] !== byte);
  return wrong < 0
    ? undefined
    : `the host is content, but the target does not hold byte ${wrong} of the image`;
}
