import { program } from 'isp-workbench/simulator';
import { describe, expect, it } from 'vitest';
import { programmer } from './bench.ts';

/** A kilobyte in which every byte differs from its neighbours. */
const image = Uint8Array.from({ length: 1024 }, (_, i) => (i * 167 + (i >> 8)) & 0xff);

describe('an image', () => {
  it('arrives in the target, and nothing else', () => {
    const run = programmer.program(image);
    expect(run.result).toMatchObject({ ok: true, written: 1024, verified: 1024 });
    expect(run).toHoldProgram(image);
  });

  it('can have something for the EEPROM, too', () => {
    const eeprom = Uint8Array.of(0x12, 0x34, 0x56);
    const run = programmer.run(program(image.subarray(0, 4), { eeprom }));
    expect(run.result).toMatchObject({ ok: true });
    expect(run).toHoldProgram(eeprom, { memory: 'eeprom' });
  });

  it('is not believed to be in an empty socket', () => {
    const { result } = programmer.program(image, { target: null });
    expect(result).toMatchObject({
      ok: false,
      problem: { message: expect.stringContaining('no target answers') },
    });
  });

  it('is not believed when MISO is shorted', () => {
    const { result } = programmer.program(image, { faults: { tied: { MISO: 'low' } } });
    expect(result).toMatchObject({ ok: false, problem: { step: 'sign on' } });
  });
});
