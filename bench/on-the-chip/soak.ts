/** A long talk in both directions, every byte of which is looked at: how much the serial line bears. */
import { Board, type Host } from '../../simulator/index.ts';
import { Machine } from '../../vm-host/index.ts';

export interface SoakOptions {
  readonly words: Uint16Array;
  readonly baud: number;
  /** How much faster than nominal the PC is: 0.04 is four per cent. */
  readonly baudError?: number;
  /** Characters in each direction, at least. */
  readonly characters: number;
  readonly seed: number;
}

export interface SoakResult {
  /** Characters to the programmer, and back from it. */
  sent: number;
  received: number;
  /** Exchanges of which a byte was wrong or missing in either direction. */
  wrong: number;
  /** Stop bits from the programmer that the PC saw low. */
  frameErrors: number;
}

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));

/**
 * Universal commands that read a random word show each byte as it came from the PC, since the target is told them;
 * R shows what goes back, since the target's flash is random and known. Eight characters go either way in a round.
 */
export function soak(options: SoakOptions): SoakResult {
  const { words, baud, baudError, characters, seed } = options;
  const board = new Board({ programmer: new Machine({ words, engine: 'fast' }), baud, baudError });
  const next = random(seed);
  board.target!.flash.forEach((_, i, flash) => {
    flash[i] = next() & 0xff;
  });
  const result: SoakResult = { sent: 0, received: 0, wrong: 0, frameErrors: 0 };
  board.run(talk(board, Math.ceil(characters / 8), next, result));
  result.frameErrors = board.line.frameErrors;
  return result;
}

function* talk(board: Board, rounds: number, next: () => number, result: SoakResult): Host<void> {
  for (const command of ['5413', '50', '410000']) yield { send: hex(command), expect: 1 };
  let address = 0;
  for (let round = 0; round < rounds; round++) {
    const bits = next();
    const [high, second, low, data] = [(bits >> 24) & 1, bits >> 16, bits >> 8, bits].map(
      byte => byte & 0xff,
    );
    const instruction = [high ? 0x28 : 0x20, second, low, data];
    board.target!.instructions.length = 0;
    const answer = yield { send: Uint8Array.of(0x2e, ...instruction), expect: 2 };
    const told = board.target!.instructions[0]?.bytes ?? [];
    const heard = instruction.every((byte, i) => told[i] === byte);
    const word = ((second & 1) << 8) | low;
    count(result, 5, answer, [board.target!.flash[2 * word + high], 0x0d], heard);
    for (let read = 0; read < 3; read++) {
      const [first, last] = [board.target!.flash[2 * address + 1], board.target!.flash[2 * address]];
      count(result, 1, yield { send: Uint8Array.of(0x52), expect: 2 }, [first, last]);
      address = (address + 1) & 0x1ff;
    }
  }
}

function count(
  result: SoakResult,
  sent: number,
  answer: Uint8Array,
  expected: readonly number[],
  heard = true,
): void {
  result.sent += sent;
  result.received += answer.length;
  const right = answer.length === expected.length && expected.every((byte, i) => answer[i] === byte);
  if (!right || !heard) result.wrong++;
}

/** xorshift32 (Marsaglia): the same bits for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state;
  };
}
