/** `isp serve`: the programmer on a TCP port. */
import { ANSWER_TIMEOUT } from '../simulator/index.ts';
import { describe, figures } from './figures.ts';
import type { Outcome } from './outcome.ts';
import { ProtocolWatch } from './protocol-watch.ts';
import { Recorder } from './recorder.ts';
import { SerialServer } from './server.ts';
import { Setup, type SetupOptions } from './setup.ts';
import type { Terminal } from './terminal.ts';

interface ServeOptions extends SetupOptions {
  port: number;
  once?: boolean;
  record?: string;
}

/**
 * Serves until the first client has left (--once) or a signal comes.
 * @throws UsageError, JobError
 */
export async function serve(options: ServeOptions, terminal: Terminal): Promise<Outcome> {
  const setup = await Setup.make(options);
  const line = new LiveLine(setup, options.record);
  const server = new SerialServer({
    port: options.port,
    once: options.once ?? false,
    converse: bytes => line.converse(bytes),
    onListening: port => terminal.print(`listening on 127.0.0.1:${port}`),
    onRemark: text => terminal.note(text),
    onLeft: name => {
      for (const remark of line.watch.remarks()) terminal.note(`${name}: ${remark}`);
    },
  });
  const release = onSignals(() => server.stop());
  try {
    await server.run();
  } finally {
    release();
    line.close();
    setup.finish();
  }
  const seen = figures(setup);
  return { ok: true, text: describe(seen, setup, terminal), json: { ...seen } };
}

/** Calls `stop` at the first Ctrl-C or SIGTERM; a second one ends the process as usual. Returns the remover. */
function onSignals(stop: () => void): () => void {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const release = () => {
    for (const signal of signals) process.removeListener(signal, handler);
  };
  const handler = () => {
    release();
    stop();
  };
  for (const signal of signals) process.on(signal, handler);
  return release;
}

/** The simulated line between a live host and the board. */
class LiveLine {
  readonly watch = new ProtocolWatch();
  private readonly recorder: Recorder | undefined;
  private answer: number[] = [];

  constructor(
    private readonly setup: Setup,
    record: string | undefined,
  ) {
    this.recorder = record ? new Recorder(record) : undefined;
    setup.board.onByte = byte => this.answer.push(byte);
    // the program first comes to its wait, so that the first byte finds it listening
    this.settle();
  }

  /** What the host sends, and what the programmer says to it until it waits again. */
  converse(bytes: Uint8Array): Uint8Array {
    this.recorder?.host(bytes);
    this.watch.host(bytes);
    this.setup.board.feed(bytes);
    this.settle();
    const answer = Uint8Array.from(this.answer);
    this.answer = [];
    this.recorder?.programmer(answer.length);
    this.forgetInstructions();
    return answer;
  }

  close(): void {
    this.recorder?.close();
  }

  private settle(): void {
    this.setup.simulate(() => this.setup.board.runUntilQuiet(ANSWER_TIMEOUT));
  }

  /** A server may run for days; the target's list of instructions is of no use here. */
  private forgetInstructions(): void {
    const { target } = this.setup.board;
    if (target) target.instructions.length = 0;
  }
}
