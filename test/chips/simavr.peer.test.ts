/**
 * The images for other chips, run on simavr and spoken to bit by bit. The same program runs on our own machine in the
 * place of that chip. Polling TCNT0 it keeps the same cycles on both; where it asks for overflows too, simavr may be a
 * turn of a polling loop ahead (timer.peer.test.ts). So edges of the serial line may differ by such a turn, and the
 * wires to the target are compared between the waits.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFirmware } from '../../compiler/index.ts';
import { type Chip, chips } from '../../vm-host/index.ts';
import { FIRMWARE, onOurMachine, type Talk } from './conversation.ts';
import { type PinEdge, Simavr, simavrWanted } from './simavr.ts';
import { standIn } from './stand-in.ts';

/** Our chip, simavr's model (the 2313s are one to it), and where SCK and MOSI are. */
const CASES = [
  ['at90s2313', 'attiny2313', 'B7', 'B6'],
  ['attiny2313', 'attiny2313', 'B7', 'B6'],
  ['attiny2313a', 'attiny2313', 'B7', 'B6'],
  ['atmega8', 'atmega8', 'B5', 'B3'],
  ['atmega328p', 'atmega328p', 'B5', 'B3'],
] as const;

const [XTAL, BAUD] = [4_000_000, 19_200];
const TXD = 'D1';
const RXD = 'D0';

/** LDI and OUT for each byte of the stack pointer: so much later is everything there. */
const startUp = ({ ram }: Chip): number => 2 * ram!.pointer.length;

const later = (edges: readonly PinEdge[], cycles: number): PinEdge[] =>
  edges.map(([cycle, level]) => [cycle + cycles, level]);

/** Longer than any gap between two bits of an instruction, shorter than any wait. */
const PAUSE = 1000;

/** A turn of the longest loop that polls the timer, in cycles. */
const POLL = 10;

/** From edge to edge; where the program waited in between, only that it did. */
const gaps = (edges: readonly PinEdge[]): (number | 'pause')[] =>
  edges.slice(1).map(([cycle], i) => {
    const gap = cycle - edges[i][0];
    return gap < PAUSE ? gap : 'pause';
  });

describe.skipIf(!simavrWanted)('on simavr', () => {
  let simavr: Simavr;
  let original: { talk: Talk; job: Talk };
  beforeAll(async () => {
    simavr = new Simavr();
    original = await onOurMachine(XTAL, BAUD);
  });
  afterAll(() => simavr?.remove());

  it('there is a conversation worth comparing', () => {
    const { talk, job } = original;
    expect(Buffer.from(talk.replies[0], 'hex').toString()).toBe('AVR ISP');
    expect(talk.replies[5]).toBe('3f');
    expect(talk.replies[talk.replies.length - 1]).toMatch(/13.*00$/);
    expect(talk.txd.length).toBeGreaterThan(200);
    expect(job.sck.length).toBeGreaterThanOrEqual(2 * 8 * 4);
    expect(job.mosi.length).toBeGreaterThan(5);
  });

  describe.each(CASES)('the image for the %s, on the %s', (mcu, model, sck, mosi) => {
    const chip = chips[mcu];
    let words: Uint16Array;
    let ours: { talk: Talk; job: Talk };
    beforeAll(async () => {
      words = (await buildFirmware({ entry: FIRMWARE, chip, defines: { XTAL, BAUD } })).image.words;
      ours = await onOurMachine(XTAL, BAUD, standIn(chip));
    });

    const theirs = ({ session, start }: Talk) => {
      const timing = { xtal: XTAL, baud: BAUD, start: start + startUp(chip) };
      return simavr.run({ ...timing, mcu: model, words, session, txd: TXD, rxd: RXD, pins: [sck, mosi] });
    };

    it('answers the host as the AT90S1200 does', () => {
      expect(theirs(original.talk).replies).toEqual(original.talk.replies);
      expect(theirs(original.job).replies).toEqual(original.job.replies);
    });

    it('moves TXD when our machine does: nearly always in the same cycle, never further off than a poll', () => {
      const there = theirs(ours.talk).edges[TXD];
      const here = later(ours.talk.txd, startUp(chip));
      expect(there.map(([, level]) => level)).toEqual(here.map(([, level]) => level));
      const apart = there.map(([cycle], i) => Math.abs(cycle - here[i][0]));
      expect(Math.max(...apart)).toBeLessThanOrEqual(POLL);
      expect(apart.filter(cycles => cycles === 0).length).toBeGreaterThan(0.9 * apart.length);
    });

    it('clocks the same bits to the target at the same pace', () => {
      const { edges } = theirs(ours.job);
      expect(gaps(edges[sck])).toEqual(gaps(ours.job.sck));
      expect(gaps(edges[mosi])).toEqual(gaps(ours.job.mosi));
    });
  });
});
