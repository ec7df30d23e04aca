/**
 * Writes down a live conversation as a session: one line per exchange. A line ends where the host, having received
 * something, sends again; that is the only thing a replay has to know about the host.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { UsageError } from './errors.ts';

/** A host that sends for ever without an answer must not make a line for ever. */
const LONGEST_LINE = 4096;

/** The open session file. */
export class Recorder {
  private sent: number[] = [];
  private received = 0;

  private constructor(private readonly file: number) {}

  /** @throws UsageError when the file cannot be written */
  static open(path: string): Recorder {
    try {
      return new Recorder(openSync(path, 'w'));
    } catch (error) {
      throw new UsageError(`cannot write the session ${path}: ${(error as Error).message}`);
    }
  }

  /** The host sent `bytes`. */
  host(bytes: Uint8Array): void {
    if (this.received > 0 || this.sent.length + bytes.length > LONGEST_LINE) this.endExchange();
    this.sent.push(...bytes);
  }

  /** The programmer answered `count` bytes. */
  programmer(count: number): void {
    this.received += count;
  }

  close(): void {
    this.endExchange();
    closeSync(this.file);
  }

  private endExchange(): void {
    if (this.sent.length > 0)
      writeSync(this.file, `${Buffer.from(this.sent).toString('hex')} ${this.received}\n`);
    this.sent = [];
    this.received = 0;
  }
}
