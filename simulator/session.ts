/**
 * Recorded sessions as text, one exchange a line: the bytes that the host sends in
 * hexadecimal, a space, and how many bytes it then waits for.
 *
 *     # set address 0, write the low byte of the word there
 *     410000 1
 *     6312 1
 *
 * Empty lines and lines that begin with # say nothing.
 */

import type { Exchange, Host, Reply } from './exchange.ts';

/** Something wrong in a session text; the message begins with name and line. */
export class SessionError extends Error {
  override readonly name = 'SessionError';

  constructor(
    file: string,
    readonly line: number,
    what: string,
  ) {
    super(`${file}:${line}: ${what}`);
  }
}

/**
 * Reads a session.
 * @param file how error messages call the text
 * @throws SessionError for the first line that is not an exchange
 */
export function parseSession(text: string, file = 'session'): Exchange[] {
  return text.split(/\r?\n/).flatMap((line, i) => {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) return [];
    return [parseLine(content, what => new SessionError(file, i + 1, what))];
  });
}

function parseLine(line: string, error: (what: string) => SessionError): Exchange {
  const [bytes, expect, ...rest] = line.split(/\s+/);
  if (expect === undefined) throw error(`'${line}' lacks the number of bytes to wait for, as in '410000 1'`);
  if (rest.length > 0) throw error(`'${rest.join(' ')}' comes after the number of bytes to wait for`);
  const odd = bytes.match(/[^0-9a-fA-F]/);
  if (odd) throw error(`'${odd[0]}' is not a hexadecimal digit`);
  if (bytes.length % 2) throw error(`'${bytes}' has an odd number of hexadecimal digits`);
  if (!/^\d{1,7}$/.test(expect)) throw error(`'${expect}' is not a number of bytes to wait for`);
  return {
    send: Uint8Array.from(bytes.match(/../g) ?? [], pair => Number.parseInt(pair, 16)),
    expect: +expect,
  };
}

/** Writes a session; reading it again gives the same exchanges. Pure listening joins the line before. */
export function formatSession(exchanges: Iterable<Exchange>): string {
  const lines: { send: Uint8Array; expect: number }[] = [];
  for (const { send, expect } of exchanges) {
    const last = lines[lines.length - 1];
    if (send.length === 0 && last) last.expect += expect;
    else lines.push({ send, expect });
  }
  return lines.map(({ send, expect }) => `${hexOf(send)} ${expect}\n`).join('');
}

/** Bytes as the session format writes them. */
export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** What came back for each exchange of a session, short where it was short. */
export interface ReplayResult {
  readonly replies: readonly Reply[];
  /** Indices of the exchanges whose answer was short. */
  readonly short: readonly number[];
}

/** A host that says what was recorded, each line as soon as the line before is answered. */
export function* replay(
  session: readonly Exchange[],
  onProgress?: (done: number, total: number) => void,
): Host<ReplayResult> {
  const replies: Reply[] = [];
  const short: number[] = [];
  for (const exchange of session) {
    const reply = yield exchange;
    if (reply.length < exchange.expect) short.push(replies.length);
    replies.push(reply);
    onProgress?.(replies.length, session.length);
  }
  return { replies, short };
}
