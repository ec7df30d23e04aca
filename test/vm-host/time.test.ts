import { describe, expect, it } from 'vitest';
import { EventQueue, Ratio } from '../../vm-host/time.ts';

/** A queue whose timers write their letter and time into one string. */
function recorder(letters: string) {
  const queue = new EventQueue();
  const rung: string[] = [];
  const timers = [...letters].map(letter => queue.timer(now => rung.push(`${letter}${now}`)));
  return { queue, timers, rung };
}

describe('the event queue', () => {
  it('rings in the order of time, each with the time it was set for', () => {
    const { queue, timers, rung } = recorder('abc');
    timers[0].at(30);
    timers[1].at(10);
    timers[2].at(20);
    queue.runUntil(25);
    expect(rung).toEqual(['b10', 'c20']);
    expect(queue.nextTime).toBe(30);
  });

  it('rings equal times in the order in which they were set', () => {
    const { queue, timers, rung } = recorder('abc');
    timers[2].at(5);
    timers[0].at(5);
    timers[1].at(5);
    queue.runUntil(5);
    expect(rung).toEqual(['c5', 'a5', 'b5']);
  });

  it('counts a timer that is set again to its own time as arriving anew', () => {
    const { queue, timers, rung } = recorder('ab');
    timers[0].at(5);
    timers[1].at(5);
    timers[0].at(5);
    queue.runUntil(5);
    expect(rung).toEqual(['b5', 'a5']);
  });

  it('moves a pending timer to its new time, earlier or later', () => {
    const { queue, timers, rung } = recorder('ab');
    timers[0].at(10);
    timers[1].at(20);
    timers[0].at(30);
    timers[1].at(3);
    queue.runUntil(100);
    expect(rung).toEqual(['b3', 'a30']);
  });

  it('forgets a cancelled timer', () => {
    const { queue, timers, rung } = recorder('ab');
    timers[0].at(1);
    timers[1].at(2);
    timers[0].cancel();
    queue.runUntil(5);
    expect(rung).toEqual(['b2']);
    expect(timers[0].due).toBe(Number.POSITIVE_INFINITY);
  });

  it('rings what a callback sets, when it is due at once', () => {
    const queue = new EventQueue();
    const rung: number[] = [];
    const timer = queue.timer(now => {
      rung.push(now);
      if (now < 3) timer.at(now + 1);
    });
    timer.at(1);
    queue.runUntil(2);
    expect(rung).toEqual([1, 2]);
    queue.runUntil(3);
    expect(rung).toEqual([1, 2, 3]);
  });

  it('says the time of the event that rings, and nothing between', () => {
    const queue = new EventQueue();
    const seen: (number | undefined)[] = [queue.ringing];
    queue.timer(() => seen.push(queue.ringing)).at(7);
    queue.runUntil(9);
    expect([...seen, queue.ringing]).toEqual([undefined, 7, undefined]);
  });

  it('saves and restores times and order', () => {
    const { queue, timers, rung } = recorder('abc');
    timers[1].at(5);
    timers[0].at(5);
    timers[2].at(4);
    const state = queue.save();
    queue.runUntil(5);
    queue.restore(state);
    queue.runUntil(5);
    expect(rung).toEqual(['c4', 'b5', 'a5', 'c4', 'b5', 'a5']);
  });

  it('refuses the state of another queue', () => {
    const { queue } = recorder('ab');
    expect(() => queue.restore([{ due: 1, order: 1 }])).toThrow('the state has 1 timers, the queue 2');
  });
});

describe('a ratio of clocks', () => {
  it('counts the ticks that came strictly before a cycle', () => {
    const threeToTwo = new Ratio(3, 2); // ticks at 0, 2/3, 4/3, 2, 8/3, 10/3, 4
    expect([0, 1, 2, 3, 4, 5].map(cycle => threeToTwo.ticksBefore(cycle))).toEqual([0, 2, 3, 5, 6, 8]);
  });

  it('gives the first whole cycle at or after a tick', () => {
    const threeToTwo = new Ratio(3, 2);
    expect([0, 1, 2, 3, 4].map(tick => threeToTwo.cycleOf(tick))).toEqual([0, 1, 2, 2, 3]);
  });

  it('agrees with arithmetic of unlimited size, far out and at odd rates', () => {
    for (const [hz, perSecond] of [
      [19200, 4_000_000],
      [3_999_999, 4_000_000],
      [67_108_859, 67_108_837],
      [1, 12_000_000],
    ]) {
      const ratio = new Ratio(hz, perSecond);
      for (const at of [1, 207, 208, 209, perSecond - 1, perSecond, perSecond + 1, 123_456_789_012]) {
        const [n, f, h] = [BigInt(at), BigInt(perSecond), BigInt(hz)];
        expect(ratio.ticksBefore(at)).toBe(Number((n * h + f - 1n) / f));
        expect(ratio.cycleOf(at)).toBe(Number((n * f + h - 1n) / h));
      }
    }
  });

  it('has tick k among the ticks before every cycle after its own, and not before any earlier', () => {
    const ratio = new Ratio(19201, 3_686_400);
    for (let tick = 0; tick < 5000; tick++) {
      const cycle = ratio.cycleOf(tick);
      expect(ratio.ticksBefore(cycle - 1)).toBeLessThanOrEqual(tick);
      expect(ratio.ticksBefore(cycle + 1)).toBeGreaterThan(tick);
    }
  });

  it('refuses rates that are no rates or too high to be exact', () => {
    expect(() => new Ratio(0, 4_000_000)).toThrow(RangeError);
    expect(() => new Ratio(19200.5, 4_000_000)).toThrow(RangeError);
    expect(() => new Ratio(100_000_000, 100_000_000)).toThrow('too high');
  });
});
