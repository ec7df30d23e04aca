import { beforeAll, describe, expect, it } from 'vitest';
import { Board, type BoardOptions, parseSession, program, replay } from '../../simulator/index.ts';
import { LogicMachine } from '../../vm-host/logic.ts';
import { buildWasm } from './build.ts';

let wasm: WebAssembly.Module;

beforeAll(async () => {
  wasm = new WebAssembly.Module((await buildWasm()) as BufferSource);
});

const onBoard = (options: Partial<BoardOptions> = {}) =>
  new Board({ programmer: new LogicMachine({ wasm }), vcc: 4, ...options });

/** Bits 1 and 2 (0838H p46); a zero protects. */
const LOCK_BITS = 0x06;
const LEFT_IN_MODE = { 2: 0x04, 3: 0x00 };

/** The same bytes on every run: a linear congruence, its high byte. */
function image(length: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

describe('in logic mode, with the simulated AT90S1200', () => {
  it('erases, programs and verifies 1 KB of flash and the EEPROM', () => {
    const board = onBoard();
    const flash = image(1024);
    const eeprom = image(64, 2);
    const result = board.run(program(flash, { eeprom }));
    expect(result.problem).toBeUndefined();
    expect(board.target!.flash).toEqual(flash);
    expect(board.target!.eeprom).toEqual(eeprom);
    expect(board.findings.list).toEqual([]);
  });

  it.each([
    [2, 'l', [0x1e, 0x90, 0x01]],
    [3, 'l', [0x00, 0x01, 0x02]],
    [2, '.', [0x1e, 0x90, 0x01]],
    [3, '.', [0x00, 0x01, 0x02]],
  ] as const)('locks to mode %i with %s', (lockMode, lockWith, signature) => {
    const board = onBoard();
    expect(board.run(program(image(16), { lockMode, lockWith })).problem).toBeUndefined();
    expect(board.target!.lockBits & LOCK_BITS).toBe(LEFT_IN_MODE[lockMode]);
    expect(board.run(replay(parseSession('5413 1\n50 1\n73 3\n4c 1'))).replies[2]).toEqual(
      Uint8Array.from(signature.toReversed()),
    );
  });

  it('unlocks by chip erase without another P, and writes on', () => {
    const board = onBoard();
    board.run(program(image(16), { lockMode: 3 }));
    const { replies } = board.run(
      replay(parseSession('5413 1\n50 1\n65 1\n73 3\n410000 1\n6355 1\n43aa 1\n410000 1\n52 2')),
    );
    expect(Buffer.concat(replies.slice(2)).toString('hex')).toBe('0d01901e0d0d0d0daa55');
    expect(board.target!.lockBits & LOCK_BITS).toBe(LOCK_BITS);
  });

  it('leaves the target running, and the next session finds a programmer as new', () => {
    const board = onBoard();
    for (const seed of [1, 2]) {
      const flash = image(64, seed);
      expect(board.run(program(flash)).problem).toBeUndefined();
      expect(board.target!.flash.subarray(0, 64)).toEqual(flash);
      expect(board.nets.RESET.level).toBe(1);
    }
  });

  it('reads FF FF FF from an empty socket', () => {
    const board = onBoard({ target: null });
    const { replies } = board.run(replay(parseSession('5413 1\n50 1\n73 3\n4c 1')));
    expect(Buffer.concat(replies).toString('hex')).toBe('0d3fffffff0d');
  });
});
