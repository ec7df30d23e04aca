/** The example board without a crystal, on simavr: an ATtiny2313 on its internal oscillator of 8 MHz. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFirmware, type Image } from '../../compiler/index.ts';
import { chips, decode } from '../../vm-host/index.ts';
import { onOurMachine, type Talk } from './conversation.ts';
import { type PinEdge, Simavr, simavrWanted } from './simavr.ts';

const ENTRY = 'examples/attiny2313-board/main.ts';
const XTAL = 8_000_000;
const BAUD = 19_200;
const CLKPR = chips.attiny2313.io.CLKPR;
const OSCCAL = chips.attiny2313.io.OSCCAL;

async function build(mcu: string, defines: Record<string, number> = {}): Promise<Image> {
  return (await buildFirmware({ entry: ENTRY, chip: chips[mcu], defines: { XTAL, BAUD, ...defines } })).image;
}

/** What the first straight run of instructions writes to the I/O space, with the clock of each OUT. */
function writes({ words }: Image): { address: number; value: number; clock: number }[] {
  const registers = new Map<number, number>();
  const found = [];
  let clock = 0;
  // the loop at the beginning clears all that it does not mention
  let others: number | undefined;
  for (const word of words) {
    const { row, operands } = decode(word)!;
    if (row.name.startsWith('r')) break;
    if (row.name === 'ldi') registers.set(operands[0], operands[1]);
    if (row.name === 'clr') registers.set(operands[0], 0);
    if (row.name === 'st') others = 0;
    const value = registers.get(operands[1]) ?? others;
    if (row.name === 'out') found.push({ address: operands[0], value: value!, clock });
    clock += row.clocks;
  }
  return found;
}

describe('the board without a crystal', () => {
  it('switches the clock to full speed within the four clocks that the chip allows', async () => {
    const [enable, divide, ...more] = writes(await build('attiny2313')).filter(
      ({ address }) => address === CLKPR,
    );
    expect([enable.value, divide.value, more]).toEqual([0x80, 0, []]);
    expect(divide.clock - enable.clock).toBeLessThanOrEqual(4);
  });

  it('leaves the calibration of the factory in place unless the build brings one', async () => {
    const calibration = (image: Image) => writes(image).filter(({ address }) => address === OSCCAL);
    expect(calibration(await build('attiny2313'))).toEqual([]);
    const [{ value }] = calibration(await build('attiny2313a', { CALIBRATION: 0x5b }));
    expect(value).toBe(0x5b);
  });

  it.each([
    ['CALIBRATION goes from 0 to 0x7F', 'attiny2313', { CALIBRATION: 0x80 }],
    ['this board runs at 8 MHz', 'attiny2313', { XTAL: 4_000_000 }],
    ['this board carries an ATtiny2313', 'atmega8', {}],
  ])('is refused otherwise: %s', async (reason, mcu, defines) => {
    await expect(build(mcu, defines)).rejects.toThrow(reason);
  });
});

/** Start bits of a list of edges on an idle-high line with their characters' edges, as times from each start. */
function characters(edges: readonly PinEdge[], bit: number): number[][] {
  const found: number[][] = [];
  let start = Number.NEGATIVE_INFINITY;
  for (const [cycle] of edges) {
    if (cycle - start > 9.5 * bit) found.push([]);
    if (cycle - start > 9.5 * bit) start = cycle;
    found[found.length - 1].push(cycle - start);
  }
  return found;
}

describe.skipIf(!simavrWanted)('the board without a crystal on simavr', () => {
  let simavr: Simavr;
  let reference: Talk;
  let image: Image;
  beforeAll(async () => {
    simavr = new Simavr();
    reference = (await onOurMachine(XTAL, BAUD)).talk;
    image = await build('attiny2313', { CALIBRATION: 0x5b });
  });
  afterAll(() => simavr?.remove());

  /** @param hz what the oscillator really does */
  const talk = (hz: number) =>
    simavr.run({
      ...{ mcu: 'attiny2313', words: image.words, xtal: hz, baud: BAUD, start: 4000, txd: 'D1', rxd: 'D0' },
      session: reference.session,
    });

  it('says what the AT90S1200 says', () => {
    expect(talk(XTAL).replies).toEqual(reference.replies);
  });

  it('keeps every edge within a tenth of a bit of where the rate wants it', () => {
    const bit = XTAL / BAUD;
    const times = characters(talk(XTAL).edges.D1, bit).flat();
    const errors = times.map(time => Math.abs(time - Math.round(time / bit) * bit));
    expect(times.length).toBeGreaterThan(200);
    // a tick of CK/8 is 2 % of a bit, a turn of the polling loop as much, and both count at the start edge too
    expect(Math.max(...errors)).toBeLessThanOrEqual(bit / 10);
  });

  it.each([-3, -2, 2, 3])('still understands and is understood with the oscillator %i %% off', percent => {
    expect(talk(XTAL * (1 + percent / 100)).replies).toEqual(reference.replies);
  });

  it('is not understood with the oscillator 10 %% off: hence the calibration', () => {
    expect(() => expect(talk(XTAL * 0.9).replies).toEqual(reference.replies)).toThrow();
  });
});
