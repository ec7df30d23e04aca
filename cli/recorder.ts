/**
 * Writes down a live conversation as a session while it happens. A line ends where the host, having received
 * something, sends again: that is all a replay has to know about the host.
 */
import { formatSession } from '../simulator/index.ts';
import { OutputFile } from './files.ts';

/** A host that sends for ever without an answer must not make a line for ever. */
const LONGEST_LINE = 4096;

/** The open session file. */
export class Recorder {
  private readonly file: OutputFile;
  private sent: number[] = [];
  private received = 0;

  /** @throws UsageError when the file cannot be written */
  constructor(path: string) {
    this.file = new OutputFile(path);
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
    this.file.close();
  }

  private endExchange(): void {
    if (this.sent.length > 0)
      this.file.write(formatSession([{ send: Uint8Array.from(this.sent), expect: this.received }]));
    this.sent = [];
    this.received = 0;
  }
}
