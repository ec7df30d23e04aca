/** Going back: a simulation begun in programming mode, branches of it, and one that was never kept. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseHex } from '../../compiler/index.ts';
import {
  Board,
  type BoardState,
  type Exchange,
  parseSession,
  replay,
  VcdTrace,
} from '../../simulator/index.ts';
import { LogicMachine, Machine } from '../../vm-host/index.ts';

const data = (name: string) => readFileSync(new URL(`../../bench/data/${name}`, import.meta.url), 'utf8');
const { bytes } = parseHex(data('programmer.hex'));
const words = Uint16Array.from(
  { length: bytes.length / 2 },
  (_, i) => bytes[2 * i] | (bytes[2 * i + 1] << 8),
);
type Engine = 'fast' | 'reference';
const engines: Engine[] = ['fast', 'reference'];

/** Device code 13 (AT90S1200), then programming mode. */
const enter = parseSession('5413 1\n50 1');
/** Signature, and two words written and read back. */
const write = parseSession('73 3\n410000 1\n6312 1\n4334 1\n6356 1\n4378 1\n410000 1\n52 2\n52 2');
const erase = parseSession('65 1\n410000 1\n52 2\n4c 1');

const boardWith = (engine: Engine) => new Board({ programmer: new Machine({ words, engine }) });

/** In programming mode. */
function started(engine: Engine): Board {
  const board = boardWith(engine);
  board.run(replay(enter));
  expect(board.target!.programming).toBe(true);
  return board;
}

/** All that a conversation leaves behind, every edge included. */
function story(board: Board, session: readonly Exchange[]): unknown {
  let trace = '';
  const vcd = new VcdTrace(Object.values(board.nets), {
    xtal: board.xtal,
    write: text => void (trace += text),
  });
  const { replies, short } = board.run(replay(session));
  vcd.finish(board.programmer.cycle);
  // how many instructions the part has seen is of the board that saw them
  const { target, ...state } = board.snapshot();
  return { trace, replies, short, state, target: { ...target, observed: 0 } };
}

describe('a simulation goes back to a snapshot', () => {
  it.each(engines)('taken in programming mode, and on as one that never left it (%s)', engine => {
    const board = started(engine);
    const begun = board.snapshot();
    const [written, erased] = [write, erase].map(session => {
      board.restore(begun);
      return story(board, session);
    });
    board.restore(begun);
    expect(story(board, write)).toEqual(written);
    expect(story(started(engine), write)).toEqual(written);
    expect(story(started(engine), erase)).toEqual(erased);
    expect(written).not.toEqual(erased);
  });

  it('in another board made alike, whatever engine runs it', () => {
    const begun = started('fast').snapshot();
    const stories = engines.map(engine => {
      const board = boardWith(engine);
      board.restore(begun);
      return story(board, write);
    });
    expect(stories[0]).toEqual(stories[1]);
    expect(stories[0]).toEqual(story(started('reference'), write));
  });

  it('which is plain data that nothing touches afterwards', () => {
    const board = started('fast');
    const begun: BoardState = board.snapshot();
    const copy = structuredClone(begun);
    story(board, write);
    board.restore(begun);
    story(board, erase);
    expect(begun).toEqual(copy);
    board.restore(copy);
    expect(board.snapshot()).toEqual(begun);
  });

  it('taken at any moment of the work, every branch the same', () => {
    const board = started('fast');
    board.feed([0x41, 0, 0, 0x63, 0x12]);
    for (let moment = 0; moment < 60; moment++) {
      const here = board.snapshot();
      const ahead = () => {
        board.restore(here);
        board.programmer.run(board.programmer.cycle + 5_000);
        return board.snapshot();
      };
      const once = ahead();
      expect(ahead()).toEqual(once);
      board.restore(here);
      board.programmer.run(board.programmer.cycle + 97 * (moment + 1));
    }
  });

  it('unless the program runs natively, or somebody is in the middle of a conversation', () => {
    const module = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    const native = new Board({ programmer: new LogicMachine({ wasm: module }) });
    expect(() => native.snapshot()).toThrow('logic mode');
    const board = boardWith('fast');
    function* asking() {
      board.snapshot();
      yield* replay(enter);
    }
    expect(() => board.run(asking())).toThrow('a conversation is running');
  });
});
