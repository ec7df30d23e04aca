/** A hundred thousand characters in each direction, all of them looked at. `npm run bench` goes on to a million. */
import { describe, expect, it } from 'vitest';
import { soak } from '../../bench/on-the-chip/soak.ts';
import { buildFirmware } from '../../compiler/index.ts';

const SEED = 910;

async function talk(baud: number, baudError: number, characters: number) {
  const { image } = await buildFirmware({ entry: 'firmware/main.ts', defines: { BAUD: baud } });
  return soak({ words: image.words, baud, baudError, characters, seed: SEED });
}

describe(`the serial line, with bytes of seed ${SEED}`, () => {
  it.each([
    [19_200, 0],
    [19_200, -0.04],
    [19_200, 0.04],
    [57_600, 0],
    [115_200, 0],
  ])('carries 100 000 characters each way at %i baud, the PC off by %f', async (baud, baudError) => {
    const { sent, received, wrong, frameErrors } = await talk(baud, baudError, 100_000);
    expect(sent).toBeGreaterThanOrEqual(100_000);
    expect(received).toBeGreaterThanOrEqual(100_000);
    expect({ wrong, frameErrors }).toEqual({ wrong: 0, frameErrors: 0 });
  });

  it.each([-0.07, 0.07])('does not carry 80 of them with the PC off by %f', async baudError => {
    const { wrong, frameErrors } = await talk(19_200, baudError, 80);
    expect(wrong + frameErrors).toBeGreaterThan(0);
  });
});
