import { describe, expect, it } from 'vitest';
import { TargetClock } from '../../simulator/index.ts';

/** Tick k is at (k + phase) * xtal / hz cycles; all in 65536ths of a cycle-hertz, so nothing is rounded. */
function slowly(hz: number, xtal: number, phase: number) {
  const at = (tick: number) => (BigInt(tick) * 65536n + BigInt(phase * 65536)) * BigInt(xtal);
  const unit = BigInt(hz) * 65536n;
  return {
    before: (cycle: number, tick: number) => at(tick) < BigInt(cycle) * unit,
    upTo: (cycle: number, tick: number) => at(tick) <= BigInt(cycle) * unit,
    after: (cycle: number, tick: number) => BigInt(cycle) * unit > at(tick),
  };
}

/** A small generator, so that the cases are the same everywhere. */
function* numbers(seed: number, below: number): Generator<number> {
  let state = seed;
  for (;;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield (state >>> 0) % below;
  }
}

describe('the target clock', () => {
  const rates = [
    [4_000_000, 4_000_000],
    [1_000_000, 4_000_000],
    [3_686_411, 4_000_000],
    [11_059_200, 3_999_989],
    [60_000_000, 59_999_999],
    [32_768, 16_000_000],
  ];

  it.each(rates)('counts ticks of %s Hz in cycles of %s Hz exactly', (hz, xtal) => {
    const seed = 2313;
    const random = numbers(seed, 2 ** 32);
    for (let i = 0; i < 300; i++) {
      const phase = (random.next().value % 65536) / 65536;
      const cycle = random.next().value * (i % 3 === 0 ? 1000 : 1);
      const clock = new TargetClock(hz, xtal, phase);
      const exact = slowly(hz, xtal, phase);
      const before = clock.ticksBefore(cycle);
      const upTo = clock.ticksUpTo(cycle);
      const where = `seed ${seed}, case ${i}: cycle ${cycle}, phase ${phase}`;
      expect(before === 0 || exact.before(cycle, before - 1), where).toBe(true);
      expect(exact.before(cycle, before), where).toBe(false);
      expect(upTo === 0 || exact.upTo(cycle, upTo - 1), where).toBe(true);
      expect(exact.upTo(cycle, upTo), where).toBe(false);
    }
  });

  it.each(rates)('gives the first cycle after a tick of %s Hz in cycles of %s Hz', (hz, xtal) => {
    const random = numbers(1200, 2 ** 32);
    for (let i = 0; i < 300; i++) {
      const tick = random.next().value;
      const clock = new TargetClock(hz, xtal, 0.25);
      const cycle = clock.cycleAfter(tick);
      const exact = slowly(hz, xtal, 0.25);
      expect(exact.after(cycle, tick), `tick ${tick}`).toBe(true);
      expect(exact.after(cycle - 1, tick), `tick ${tick}`).toBe(false);
    }
  });

  it('adds a delay before it rounds up', () => {
    const clock = new TargetClock(4_000_000, 4_000_000, 0.5);
    expect(clock.cycleAfter(10, 32)).toBe(11); // 10.5 and 0.128
    expect(clock.cycleAfter(10, 125)).toBe(11); // 10.5 and 0.5
    expect(clock.cycleAfter(10, 126)).toBe(12);
    expect(clock.cycleAfter(10, 1000)).toBe(15); // 10.5 and 4
  });

  it('refuses rates and phases that it cannot keep exactly', () => {
    expect(() => new TargetClock(1.5, 4_000_000)).toThrow('whole number of hertz');
    expect(() => new TargetClock(4_000_000, 100_000_000)).toThrow('the programmer clock');
    expect(() => new TargetClock(4_000_000, 4_000_000, 1)).toThrow('phase');
  });
});
