/** The whole promise on one page: TypeScript becomes words, the words run, a chip is programmed, the timing is clean. */

import { beforeAll, describe, expect, it } from 'vitest';
import { type BuiltFirmware, buildFirmware } from '../compiler/index.ts';
import { Board, program } from '../simulator/index.ts';
import { AT90S1200, LogicMachine, Machine } from '../vm-host/index.ts';

/** 1 KB that no pattern makes easy: a linear congruential sequence, seeded with the year of the chip. */
function imageOf(seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: 1024 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 16;
  });
}

const image = imageOf(1997);
let firmware: BuiltFirmware;

beforeAll(async () => {
  firmware = await buildFirmware({ entry: 'firmware/main.ts' });
});

describe('the firmware', () => {
  it('fits the AT90S1200', () => {
    expect(firmware.image.words.length).toBeLessThan(501);
    expect(firmware.image.stackLevels).toBeLessThanOrEqual(AT90S1200.stackLevels);
  });

  it('erases, programs, verifies and locks a chip, cycle by cycle', () => {
    const machine = new Machine({ words: firmware.image.words });
    const board = new Board({ programmer: machine });
    const result = board.run(program(image, { eeprom: image.subarray(0, 64), lockMode: 2 }));
    expect(result).toMatchObject({ ok: true, written: 1088, verified: 1088 });
    expect(board.target!.flash).toEqual(image);
    expect(board.target!.eeprom).toEqual(image.subarray(0, 64));
    expect(board.target!.memory.lockMode).toBe(2);
    expect(board.sck.violations).toEqual([]);
    expect(board.findings.list).toEqual([]);
    expect(machine.maxDepth).toBeLessThanOrEqual(3);
  });

  it('sends the target the same instructions when the WebAssembly runs natively', () => {
    const short = image.subarray(0, 96);
    const seen = [
      new Machine({ words: firmware.image.words }),
      new LogicMachine({ wasm: firmware.wasm }),
    ].map(programmer => {
      const board = new Board({ programmer });
      const result = board.run(program(short));
      return { result, instructions: board.target!.instructions.map(({ bytes }) => bytes.join(' ')) };
    });
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0].result.ok).toBe(true);
  });

  it('does the same again, byte for byte', async () => {
    const again = await buildFirmware({ entry: 'firmware/main.ts' });
    expect(again.image.toHex()).toBe(firmware.image.toHex());
    expect(again.image.toListing()).toBe(firmware.image.toListing());
  });
});
