/** The board with a real machine in it, which answers each byte with the next higher one. */

import { describe, expect, it } from 'vitest';
import { at90s1200, decode, type Host, hexOf, parseSession, replay } from '../../simulator/index.ts';
import { echoBoard, traced } from './echo.ts';

const BIT = 4_000_000 / 19_200;
const session = parseSession('41 1\n42 1\n0055aaff 4\n43 1\n');

/** Sends bytes one at a time, as a half-duplex host does. */
function* oneByOne(bytes: Iterable<number>): Host<number[]> {
  const answers: number[] = [];
  for (const byte of bytes) answers.push(...(yield { send: Uint8Array.of(byte), expect: 1 }));
  return answers;
}

describe('a conversation', () => {
  it('goes out and comes back over real edges', () => {
    const { board } = echoBoard();
    expect(board.run(oneByOne([0x00, 0x41, 0x7f, 0xfe, 0xff]))).toEqual([0x01, 0x42, 0x80, 0xff, 0x00]);
    expect(board.line.frameErrors).toBe(0);
  });

  it('starts the next byte where the stop bit of the awaited one was sampled', () => {
    const { board } = echoBoard();
    const starts: number[] = [];
    const falls: number[] = [];
    board.nets.RXD.watch(({ level, time }) => level === 0 && starts.push(time));
    board.nets.TXD.watch(({ level, time }) => level === 0 && falls.push(time));
    board.run(oneByOne([0xff, 0xff])); // answered 00: nine bits low
    expect(starts[1]).toBe(falls[0] + Math.ceil(9.5 * BIT));
  });

  it('sends the bytes of one exchange back to back', () => {
    const { board } = echoBoard();
    const starts: number[] = [];
    board.nets.RXD.watch(({ level, time }) => level === 0 && starts.push(time));
    board.run(replay(parseSession('ffffff 1')));
    expect(starts.map(time => time - starts[0])).toEqual([0, Math.ceil(10 * BIT), Math.ceil(20 * BIT)]);
  });

  it('goes on after the last stop bit when nothing is awaited', () => {
    const { board } = echoBoard();
    const starts: number[] = [];
    board.nets.RXD.watch(({ level, time }) => level === 0 && starts.push(time));
    board.run(replay(parseSession('ff 0\nff 1')));
    expect(starts[1] - starts[0]).toBe(Math.ceil(10 * BIT));
  });

  it('gives a short answer after three simulated seconds from the last byte sent', () => {
    const { board } = echoBoard();
    const before = board.programmer.cycle;
    const { replies, short } = board.run(replay(parseSession('41 2\n42 1')));
    expect([hexOf(replies[0]), hexOf(replies[1]), short]).toEqual(['42', '43', [0]]);
    expect((board.programmer.cycle - before) / 4e6).toBeCloseTo(3.002, 2);
  });

  it('waits as long as an exchange says', () => {
    const { board } = echoBoard();
    function* impatient(): Host<number> {
      return (yield { send: Uint8Array.of(1), expect: 2, timeout: 0.1 }).length;
    }
    expect(board.run(impatient())).toBe(1);
    expect(board.programmer.cycle / 4e6).toBeCloseTo(0.1, 2);
  });

  it('keeps bytes that came too many for the next exchange', () => {
    const { board } = echoBoard();
    expect(board.run(replay(parseSession('41 0\n42 1'))).replies.map(hexOf)).toEqual(['', '42']);
  });

  it('lets an exception of the host come out, and the board works on', () => {
    const { board } = echoBoard();
    function* angry(): Host<void> {
      yield { send: Uint8Array.of(0x41), expect: 1 };
      throw new Error('enough');
    }
    expect(() => board.run(angry())).toThrow('enough');
    expect(board.run(oneByOne([0x41]))).toEqual([0x42]);
  });

  it.each([
    [-0.03, true],
    [0.03, true],
    [-0.08, false],
    [0.08, false],
  ])('with a baud error of %s works: %s', (baudError, works) => {
    const { board } = echoBoard({ baudError });
    const answers = board.run(oneByOne([0x55, 0x00, 0xff]));
    expect(hexOf(Uint8Array.from(answers)) === '560100').toBe(works);
  });
});

describe('a live client', () => {
  /** Feeds bytes and gives what came back until the board was quiet. */
  function talk(board: ReturnType<typeof echoBoard>['board'], ...bytes: number[]): number[] {
    const answers: number[] = [];
    board.onByte = byte => answers.push(byte);
    board.feed(bytes);
    expect(board.runUntilQuiet()).toBe('quiet');
    return answers;
  }

  it('gets its answers, and then no time passes', () => {
    const { board } = echoBoard();
    expect(talk(board, 0x41)).toEqual([0x42]);
    const { cycle } = board.programmer;
    expect(board.runUntilQuiet()).toBe('quiet');
    expect(board.programmer.cycle).toBe(cycle);
  });

  it('is answered soon: the board is quiet within two bits of the end of the answer', () => {
    const { board } = echoBoard();
    board.runUntilQuiet();
    const before = board.programmer.cycle;
    talk(board, 0xff);
    expect(board.programmer.cycle - before).toBeLessThan(21.5 * BIT);
  });

  it('starts at once with a byte that comes after quiet', () => {
    const { board } = echoBoard();
    talk(board, 0x41);
    const starts: number[] = [];
    const { cycle } = board.programmer;
    board.nets.RXD.watch(({ level, time }) => level === 0 && starts.push(time));
    talk(board, 0xff);
    expect(starts).toEqual([cycle]);
  });

  it('is told when the limit passes without a byte', () => {
    // with RXD shorted to ground the program answers for ever; the short on TXD keeps that from the host
    const { board } = echoBoard({ faults: { tied: { RXD: 'low', TXD: 'high' } } });
    expect(board.runUntilQuiet(0.5)).toBe('limit');
    expect(board.programmer.cycle / 4e6).toBeCloseTo(0.5, 1);
  });

  it('and a flood of bytes do not harm the board', () => {
    const { board } = echoBoard();
    talk(board, ...new Array(300).fill(0x33));
    expect(talk(board, 0x41)).toEqual([0x42]);
  });
});

describe('a run', () => {
  function record(watched: boolean) {
    const { board } = echoBoard({ targetXtal: 999_983, phase: 0.7 });
    const text = traced(board);
    const decoders = watched
      ? decode(board.nets, {
          device: at90s1200,
          baud: 19_200,
          xtal: 4_000_000,
          onAnnotation: () => undefined,
        })
      : undefined;
    board.run(replay(session));
    decoders?.finish(board.programmer.cycle);
    return { text: text(), cycle: board.programmer.cycle };
  }

  it('is the same each time, byte for byte', () => {
    expect(record(false)).toEqual(record(false));
  });

  it('is the same with decoders on the nets', () => {
    expect(record(true)).toEqual(record(false));
  });

  it('goes on from a saved state', () => {
    const { board, machine } = echoBoard();
    board.run(oneByOne([0x41]));
    const state = { board: board.save(), machine: machine.save() };
    const rest = () => {
      const text = traced(board);
      board.run(oneByOne([0x10, 0x20]));
      return [text(), machine.cycle];
    };
    const first = rest();
    machine.restore(state.machine);
    board.restore(state.board);
    expect(rest()).toEqual(first);
  });
});
