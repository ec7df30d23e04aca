/** What passes between a host and a board: some bytes out, a number of bytes awaited. */

export interface Exchange {
  /** May be empty: then the host only goes on listening. */
  readonly send: Uint8Array;
  /** How many bytes the host waits for before it goes on. */
  readonly expect: number;
  /** Simulated seconds, from the last byte sent; an answer that takes longer is short. */
  readonly timeout?: number;
}

/** What came back, at most as many bytes as were awaited. */
export type Reply = Uint8Array;

/** A host as a conversation: it yields what to send and is given what came back. */
export type Host<R> = Generator<Exchange, R, Reply>;

/** Simulated seconds after which an answer counts as missing, unless an exchange says otherwise. */
export const ANSWER_TIMEOUT = 3;
