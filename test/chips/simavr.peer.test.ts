/**
 * The images for other chips, run on simavr and spoken to bit by bit.
 *
 * The firmware polls TCNT0, and there simavr is exact: with CK/1 every edge comes in the same cycle as on our machine.
 * What simavr does differently, and why that does not matter here, is pinned at the end.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFirmware } from '../../compiler/index.ts';
import { type Chip, chips } from '../../vm-host/index.ts';
import { FIRMWARE, onOurMachine, type Reference } from './conversation.ts';
import { type PinEdge, Simavr, simavrWanted } from './simavr.ts';

/** Our chip, simavr's model (the 2313s are one to it), and where SCK and MOSI are. */
const CASES = [
  ['at90s2313', 'attiny2313', 'B7', 'B6'],
  ['attiny2313', 'attiny2313', 'B7', 'B6'],
  ['attiny2313a', 'attiny2313', 'B7', 'B6'],
  ['atmega8', 'atmega8', 'B5', 'B3'],
  ['atmega328p', 'atmega328p', 'B5', 'B3'],
] as const;

const TXD = 'D1';
const RXD = 'D0';

/** LDI and OUT for each byte of the stack pointer: so much later is everything than on the AT90S1200. */
const startUp = ({ ram }: Chip): number => 2 * ram!.pointer.length;

const later = (edges: readonly PinEdge[], cycles: number): PinEdge[] =>
  edges.map(([cycle, level]) => [cycle + cycles, level]);

describe.skipIf(!simavrWanted)('on simavr', () => {
  let simavr: Simavr;
  beforeAll(() => {
    simavr = new Simavr();
  });
  afterAll(() => simavr?.remove());

  describe('at 4 MHz and 19200 baud', () => {
    const [xtal, baud] = [4_000_000, 19_200];
    let reference: Reference;
    beforeAll(async () => {
      reference = await onOurMachine(xtal, baud);
    });

    it('there is a conversation worth comparing', () => {
      const { replies, txd, sck, mosi } = reference;
      expect(Buffer.from(replies[0], 'hex').toString()).toBe('AVR ISP');
      expect(replies[5]).toBe('3f');
      expect(replies[replies.length - 1]).toMatch(/13.*00$/);
      expect(txd.length).toBeGreaterThan(200);
      expect(sck.length).toBeGreaterThanOrEqual(2 * 8 * 16);
      expect(mosi.length).toBeGreaterThan(15);
    });

    it.each(CASES)(
      'the image for the %s does all that on the %s, in the same cycles',
      async (mcu, model, sckPin, mosiPin) => {
        const chip = chips[mcu];
        const { image } = await buildFirmware({ entry: FIRMWARE, chip, defines: { XTAL: xtal, BAUD: baud } });
        const start = reference.start + startUp(chip);
        const { replies, edges } = simavr.run({
          ...{
            mcu: model,
            words: image.words,
            xtal,
            baud,
            start,
            txd: TXD,
            rxd: RXD,
            pins: [sckPin, mosiPin],
          },
          session: reference.session,
        });
        expect(replies).toEqual(reference.replies);
        expect(edges[TXD]).toEqual(later(reference.txd, startUp(chip)));
        expect(edges[sckPin]).toEqual(later(reference.sck, startUp(chip)));
        expect(edges[mosiPin]).toEqual(later(reference.mosi, startUp(chip)));
      },
    );
  });
});
