import { describe, expect, it } from 'vitest';
import { at90s1200, type Device } from '../../simulator/index.ts';
import { Bench } from './bench.ts';

describe('the SCK meter', () => {
  it('keeps the shortest high and low while RESET is low, and when they ended', () => {
    const bench = new Bench();
    bench.enter();
    bench.bit(0, 17, 30);
    const high = bench.hand.cycle;
    bench.bit(1, 40, 13);
    const low = bench.hand.cycle - 40;
    expect(bench.board.sck.high).toMatchObject({ min: 17, at: high });
    expect(bench.board.sck.low).toMatchObject({ min: 13, at: low });
  });

  it('counts each level once', () => {
    const bench = new Bench();
    bench.enter();
    expect([bench.board.sck.high.count, bench.board.sck.low.count]).toEqual([32, 31]);
  });

  it('does not look while RESET is high, nor across its edges', () => {
    const bench = new Bench();
    bench.reset(0);
    bench.hand.set('PB4', 'high');
    for (let i = 0; i < 5; i++) bench.bit(0, 1, 1);
    bench.hand.set('PB4', 'low');
    bench.hand.wait(3);
    bench.bit(0, 25, 3);
    expect(bench.board.sck.high).toMatchObject({ min: 25, count: 1 });
    expect(bench.board.sck.low.count).toBe(0);
  });

  it.each([
    [5, 2, 0],
    [4, 2, 1], // must be longer than 4 target clocks
    [5, 1, 1],
  ])('high %s, low %s target clocks: %s kinds of violation', (high, low, kinds) => {
    const bench = new Bench({ high, low, targetXtal: 4_000_000 });
    bench.reset(0);
    for (let i = 0; i < 4; i++) bench.bit(0);
    expect(new Set(bench.board.sck.violations.map(({ level }) => level)).size).toBe(kinds);
  });

  it('names the instruction and the time', () => {
    const bench = new Bench();
    bench.enter();
    bench.hand.pc = 0x1a3;
    bench.bit(0, 4, 20);
    expect(bench.board.sck.violations).toEqual([
      { level: 'high', cycles: 4, time: bench.hand.cycle, pc: 0x1a3 },
    ]);
  });

  it('decides border cases exactly where the clocks have no common measure', () => {
    // 13 programmer cycles at 4 MHz are 3.9999... or 4.0000... clocks of these targets
    const violations = (targetXtal: number) => {
      const bench = new Bench({ high: 13, low: 20, targetXtal });
      bench.reset(0);
      bench.bit(0);
      return bench.board.sck.violationCount;
    };
    expect([violations(1_230_769), violations(1_230_770)]).toEqual([1, 0]);
  });

  it('knows the limits in programmer cycles', () => {
    const { sck } = new Bench({ targetXtal: 1_000_000 }).board;
    expect([sck.limit('high'), sck.limit('low')]).toEqual([16, 4]);
  });

  it('takes the rule that goes with the frequency', () => {
    const kin: Device = {
      ...at90s1200,
      sck: [
        { from: 0, high: 2, low: 2 },
        { from: 12_000_000, high: 3, low: 3 },
      ],
    };
    const limits = [11_999_999, 12_000_000].map(targetXtal => {
      const { sck } = new Bench({ target: kin, targetXtal, xtal: targetXtal }).board;
      return sck.limit('high');
    });
    expect(limits).toEqual([2, 3]);
  });
});
