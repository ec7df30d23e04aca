/** A bench for a test: a firmware in the programmer, a target in its socket, instruments on every wire. */

import { readFileSync } from 'node:fs';
import { buildFirmware, type Image, parseHex } from '../compiler/index.ts';
import {
  Board,
  type BoardOptions,
  type Exchange,
  type Host,
  type ProgramResult,
  parseSession,
  program,
  Recording,
  type ReplayResult,
  type Reply,
  replay,
  TimingChecker,
  type TimingReport,
} from '../simulator/index.ts';
import { AT90S1200, Machine } from '../vm-host/index.ts';

/** Where the program of the programmer comes from: exactly one of the three. */
export interface FirmwareSource {
  /** The entry file of a firmware in TypeScript. */
  readonly entry?: string;
  /** Constants that it asks for with isDefined. */
  readonly defines?: Readonly<Record<string, number>>;
  /** An Intel HEX file for an AT90S1200. */
  readonly hex?: string;
  /** Instruction words. */
  readonly words?: ArrayLike<number>;
}

/** The board around it; see the simulator. */
export type Surroundings = Partial<Omit<BoardOptions, 'programmer'>>;

/** A firmware that can be run as often as a test likes, each time on a board of its own. */
export class Bench {
  constructor(
    readonly words: ArrayLike<number>,
    private readonly image: Image | undefined,
    private readonly surroundings: Surroundings,
  ) {}

  /** Lets the built-in host erase, write and verify an image, and returns what the instruments saw. */
  program(image: Uint8Array, surroundings: Surroundings = {}): Run<ProgramResult> {
    const { target } = { ...this.surroundings, ...surroundings };
    return this.run(program(image, { device: target ?? undefined }), surroundings);
  }

  /** Replays a conversation in the session format: `5413 1` sends 54 13 and waits for one byte. */
  say(session: string, surroundings: Surroundings = {}): Run<ReplayResult> {
    return this.run(replay(parseSession(session, 'the session of this test')), surroundings);
  }

  /** Runs any host. */
  run<R>(host: Host<R>, surroundings: Surroundings = {}): Run<R> {
    const options = { ...this.surroundings, ...surroundings };
    const { xtal, vcc } = options;
    const board = new Board({ ...options, programmer: new Machine({ words: this.words, xtal, vcc }) });
    const recording = new Recording(board);
    const checker = new TimingChecker(board, { where: pc => this.where(pc) });
    const replies: Reply[] = [];
    const result = board.run(heard(host, replies));
    const timing = checker.finish();
    recording.finish();
    return new Run({ board, recording, timing, replies, result });
  }

  private where(pc: number): string | undefined {
    const place = this.image?.origins[pc]?.place;
    return place && `${place.file}:${place.line}`;
  }
}

/** What was seen while one host talked to one programmer. */
export class Run<R = unknown> {
  readonly board: Board;
  readonly recording: Recording;
  readonly timing: TimingReport;
  /** What came back for each exchange. */
  readonly replies: readonly Reply[];
  /** What the host made of it. */
  readonly result: R;

  constructor(parts: Pick<Run<R>, 'board' | 'recording' | 'timing' | 'replies' | 'result'>) {
    this.board = parts.board;
    this.recording = parts.recording;
    this.timing = parts.timing;
    this.replies = parts.replies;
    this.result = parts.result;
  }

  /** Everything that the programmer sent, in one piece. */
  get sent(): Uint8Array {
    return Uint8Array.from(this.replies.flatMap(reply => [...reply]));
  }
}

/**
 * Prepares a bench; compiles the firmware when it is TypeScript, so do it once for many tests.
 * @throws BuildError or CompileError when the firmware is refused, HexError when the file is none
 */
export async function bench({
  entry,
  defines,
  hex,
  words,
  ...surroundings
}: FirmwareSource & Surroundings): Promise<Bench> {
  if ([entry, hex, words].filter(source => source !== undefined).length !== 1)
    throw new TypeError('bench() takes exactly one of entry, hex and words');
  if (words) return new Bench(words, undefined, surroundings);
  if (hex) return new Bench(wordsOf(hex), undefined, surroundings);
  const { image } = await buildFirmware({ entry: entry!, defines });
  return new Bench(image.words, image, surroundings);
}

function wordsOf(path: string): Uint16Array {
  const { bytes } = parseHex(readFileSync(path, 'utf8'), 2 * AT90S1200.flashWords);
  const length = Math.ceil(bytes.length / 2);
  return Uint16Array.from({ length }, (_, i) => bytes[2 * i] | ((bytes[2 * i + 1] ?? 0xff) << 8));
}

/** The same conversation, with its answers kept. */
function* heard<R>(host: Host<R>, replies: Reply[]): Generator<Exchange, R, Reply> {
  let step = host.next();
  while (!step.done) {
    const reply = yield step.value;
    replies.push(reply);
    step = host.next(reply);
  }
  return step.value;
}
