/** Boards with something wrong: what the programmer then sees. */

import { describe, expect, it } from 'vitest';
import { Bench, entered, read, write } from './bench.ts';

describe('boards that are not as they should be', () => {
  it('reads FF from an empty socket', () => {
    const bench = new Bench({ target: null });
    bench.enter();
    expect(bench.signature()).toEqual([0xff, 0xff, 0xff]);
  });

  it('reads FF FF FF from a part without a signature, which programs all the same', () => {
    const bench = entered({ faults: { signature: [0xff, 0xff, 0xff] } });
    expect(bench.signature()).toEqual([0xff, 0xff, 0xff]);
    write(bench, 0, 0x21);
    bench.ms(4);
    expect(read(bench, 0)).toBe(0x21);
  });

  it('reads the signature of a wrong part', () => {
    expect(entered({ faults: { signature: [0x1e, 0x91, 0x01] } }).signature()).toEqual([0x1e, 0x91, 0x01]);
  });

  it('reads what MISO is shorted to, and names both ends of the short', () => {
    const bench = entered({ faults: { tied: { MISO: 'low' } } });
    expect(bench.signature()).toEqual([0, 0, 0]);
    const [{ kind, text }] = bench.board.findings.list;
    expect(kind).toBe('contention');
    expect(text).toBe('MISO: MISO of the AT90S1200 drives high, a short to low drives low');
  });

  it('cannot be reset when something holds RESET high', () => {
    const bench = entered({ faults: { tied: { RESET: 'high' } } });
    expect(bench.signature()).toEqual([0xff, 0xff, 0xff]);
    expect(bench.findings).toEqual(['contention']);
  });

  it('can be read but never ends a chip erase when something holds RESET low', () => {
    const bench = entered({ faults: { tied: { RESET: 'low' } } });
    expect(bench.signature()).toEqual([0x1e, 0x90, 0x01]);
    bench.instruct('Chip Erase');
    bench.ms(8);
    bench.enter();
    expect(bench.signature()).toEqual([0x00, 0x01, 0x02]);
  });
});
