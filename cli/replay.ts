/** `isp replay`: a recorded session again, without its host. */
import {
  type Exchange,
  hexOf,
  parseSession,
  type ReplayResult,
  replay,
  SessionError,
} from '../simulator/index.ts';
import { UsageError } from './errors.ts';
import { describe, figures, verdict } from './figures.ts';
import { outputFile, readText } from './files.ts';
import type { Outcome } from './outcome.ts';
import { Setup, type SetupOptions } from './setup.ts';
import type { Terminal } from './terminal.ts';

interface ReplayOptions extends SetupOptions {
  replies?: string;
}

/** Short answers that are told one by one. */
const SHOWN = 5;

/**
 * Replays the session of a file.
 * @throws UsageError, JobError
 */
export async function replaySession(
  path: string,
  options: ReplayOptions,
  terminal: Terminal,
): Promise<Outcome> {
  const session = readSession(path);
  const replies = outputFile(options.replies);
  const setup = await Setup.make(options);
  setup.observation.announce(terminal);
  const host = replay(session, (done, total) => terminal.progress('replay', done / total));
  const result = setup.simulate(() => setup.board.run(host));
  replies?.write(result.replies.map(reply => `${hexOf(reply)}\n`).join(''));
  setup.finish();
  return outcome(session, result, setup, terminal);
}

/** @throws UsageError with the file and the line of the first thing that is no exchange */
export function readSession(path: string): Exchange[] {
  try {
    return parseSession(readText(path), path);
  } catch (error) {
    throw error instanceof SessionError ? new UsageError(error.message) : error;
  }
}

function outcome(
  session: readonly Exchange[],
  { replies, short }: ReplayResult,
  setup: Setup,
  terminal: Terminal,
): Outcome {
  const ok = short.length === 0;
  const seen = figures(setup);
  const received = replies.reduce((sum, reply) => sum + reply.length, 0);
  const sent = session.reduce((sum, { send }) => sum + send.length, 0);
  const text = ok
    ? `${session.length} exchanges: ${sent} bytes sent, ${received} received`
    : `${short.length} of ${session.length} answers came short`;
  const shortLines = short.slice(0, SHOWN).map(i => shortLine(i, session[i], replies[i]));
  return {
    ok,
    text: [
      verdict(ok, 'replayed', text, terminal),
      ...shortLines,
      ...describe(seen, setup, terminal),
      ...setup.observation.describe(),
    ],
    json: {
      ...seen,
      ...setup.observation.figures,
      exchanges: session.length,
      bytesSent: sent,
      bytesReceived: received,
      short: short.length,
    },
  };
}

function shortLine(index: number, { send, expect }: Exchange, reply: Uint8Array): string {
  return `${''.padEnd(12)}exchange ${index + 1}, ${hexOf(send)}: ${reply.length} of ${expect} bytes within 3 simulated seconds`;
}
