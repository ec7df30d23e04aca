import { describe, expect, it } from 'vitest';
import {
  at90s1200,
  constraintRows,
  constraintsFor,
  type Measurement,
  parseSession,
  replay,
  TimingChecker,
} from '../../simulator/index.ts';
import { Bench, type BenchOptions, write } from '../simulator/bench.ts';
import { echoBoard, traced } from '../simulator/echo.ts';
import { boardWith, built, checked, shortJob } from './build.ts';

/** A bench with the checker on it, and what it measured of one constraint. */
function measured(options: BenchOptions, id: string, act: (bench: Bench) => void): Measurement {
  const bench = new Bench(options);
  const checker = new TimingChecker(bench.board);
  act(bench);
  return checker.finish().constraints.find(row => row.id === id)!;
}

const enter = (bench: Bench) => bench.enter();

describe('the table of constraints', () => {
  it('gives every row a source, two ends and a limit', () => {
    for (const row of constraintsFor({ device: at90s1200 })) {
      expect(row.source, row.id).not.toBe('');
      expect(row.from, row.id).not.toBe('');
      expect(row.to, row.id).not.toBe('');
      expect(row.min ?? row.max, row.id).toBeTypeOf('number');
    }
  });

  it('names each constraint once', () => {
    expect(new Set(constraintRows.map(({ id }) => id)).size).toBe(constraintRows.length);
  });

  it.each([
    [5, 4, 8],
    [4, 6, 12],
    [3.6, 7, 14],
    [3.2, 9, 18],
  ])('waits at %s V %s ms for a write and %s ms for an erase', (vcc, prog, erase) => {
    const min = (id: string) => constraintsFor({ vcc }).find(row => row.id === id)?.min;
    expect([min('tWD_PROG'), min('tWD_ERASE')]).toEqual([prog, erase]);
  });
});

describe('SCK', () => {
  it('high of exactly four target clocks is one too few, for it must be more', () => {
    const at = (high: number) => measured({ targetXtal: 1_000_000, high }, 'tSHSL', enter);
    expect(at(16)).toMatchObject({ met: false, worst: 4, margin: 0, violations: 32 });
    expect(at(17)).toMatchObject({ met: true, worst: 4.25, margin: 0.25, violations: 0, count: 32 });
  });

  it('low of exactly one target clock is one too few', () => {
    const at = (low: number) => measured({ targetXtal: 400_000, high: 50, low }, 'tSLSH', enter);
    expect(at(10)).toMatchObject({ met: false, worst: 1 });
    expect(at(11)).toMatchObject({ met: true, worst: 1.1 });
  });

  it('that moves while RESET is high is nobody\u2019s business', () => {
    const never = measured({}, 'tSHSL', bench => bench.instruct('Read Signature'));
    expect(never).toMatchObject({ count: 0, met: true, worst: undefined, margin: undefined });
  });
});

describe('MOSI', () => {
  it('set up for exactly 1.25 target clocks is enough', () => {
    // MOSI moves with the fall of SCK on this bench, so it is set up for the whole low
    const at = (low: number) => measured({ targetXtal: 1_000_000, high: 30, low }, 'tOVSH', enter);
    expect(at(5)).toMatchObject({ met: true, margin: 0 });
    expect(at(4)).toMatchObject({ met: false, worst: 1 });
  });

  it('held for exactly 2.5 target clocks is enough', () => {
    const at = (high: number) => measured({ targetXtal: 1_000_000, high, low: 30 }, 'tSHOX', enter);
    expect(at(10)).toMatchObject({ met: true, margin: 0 });
    expect(at(9)).toMatchObject({ met: false, worst: 2.25 });
  });
});

describe('RESET', () => {
  it('low for exactly 20 ms before the first SCK is enough', () => {
    const at = (wait: number) =>
      measured({ low: 1 }, 'RESET to SCK', bench => {
        bench.reset(0);
        bench.hand.wait(wait - 1);
        bench.instruct('Programming Enable');
      });
    expect(at(80_000)).toMatchObject({ met: true, worst: 20, margin: 0 });
    expect(at(79_999)).toMatchObject({ met: false });
  });

  it('falling while SCK is high is a stray edge', () => {
    const row = measured({}, 'SCK to RESET', bench => {
      bench.hand.set('PB7', 'high');
      bench.hand.set('PB4', 'low');
      bench.hand.wait(10);
      bench.hand.set('PB7', 'low');
      bench.ms(20);
      bench.instruct('Programming Enable');
    });
    expect(row).toMatchObject({ met: false, worst: 0 });
  });

  it('falling and SCK rising in the same clock is a stray edge', () => {
    const row = measured({}, 'SCK to RESET', bench => {
      bench.hand.set('PB7', 'low');
      bench.ms(1);
      bench.hand.set('PB4', 'low');
      bench.hand.set('PB7', 'high');
    });
    expect(row).toMatchObject({ met: false, worst: 0 });
  });
});

describe('the wait after a write', () => {
  const wait = (next: (bench: Bench) => void) =>
    measured({}, 'tWD_PROG', bench => {
      bench.enter();
      write(bench, 3, 0x5a);
      next(bench);
    });

  it('is measured to the first edge of the next instruction', () => {
    const row = wait(bench => {
      bench.ms(3.9);
      bench.instruct('Read Signature');
    });
    expect(row).toMatchObject({ met: false, count: 1 });
    expect(row.worst).toBeCloseTo(3.91, 2);
    expect(row.at?.about).toBe('Write Program Memory 0x03 low byte');
  });

  it('is kept by polling until the new value is there', () => {
    const row = wait(bench => {
      for (let i = 0; i < 10; i++) {
        bench.ms(0.5);
        bench.instruct('Read Program Memory', { address: 3 });
      }
      bench.instruct('Read Signature');
    });
    expect(row).toMatchObject({ met: true, count: 1 });
  });

  it('is not kept by polling that gives up', () => {
    const row = wait(bench => {
      bench.instruct('Read Program Memory', { address: 3 });
      bench.instruct('Read Signature');
    });
    expect(row).toMatchObject({ met: false });
  });

  it('is not kept by reading another cell', () => {
    const row = wait(bench => bench.instruct('Read Program Memory', { address: 4 }));
    expect(row).toMatchObject({ met: false });
  });

  it('also has to pass before RESET rises', () => {
    expect(wait(bench => bench.release())).toMatchObject({ met: false, worst: expect.closeTo(0.01, 1) });
  });
});

describe('Chip Erase', () => {
  it('that nobody ended is told at the end', () => {
    const row = measured({}, 'erase ended', bench => {
      bench.enter();
      bench.instruct('Chip Erase');
    });
    expect(row).toMatchObject({ met: false, violations: 1 });
  });
});

describe('a PC that is fast', () => {
  it('uses up the margins of both directions', () => {
    const at = (baudError: number) => {
      const { board } = echoBoard({ baudError });
      const checker = new TimingChecker(board);
      board.run(replay(parseSession('55 1\n00 1\nff 1')));
      const { constraints } = checker.finish();
      return (id: string) => constraints.find(row => row.id === id)!;
    };
    expect(at(0)('RXD tolerance').worst! - at(0.01)('RXD tolerance').worst!).toBeCloseTo(1, 0);
    expect(at(0.01)('RXD sample').worst).toBeGreaterThan(at(0)('RXD sample').worst!);
    expect(at(0.03)('TXD stop')).toMatchObject({ met: false });
  });
});

describe('the checker', () => {
  it('leaves the trace as it is, byte for byte', async () => {
    const firmware = await built();
    const run = (withChecker: boolean) => {
      const board = boardWith(firmware);
      const text = traced(board);
      if (withChecker) new TimingChecker(board);
      board.run(shortJob());
      return text();
    };
    const [plain, watched] = [run(false), run(true)];
    expect(plain.length).toBeGreaterThan(40_000);
    expect(watched === plain).toBe(true);
  });

  it('says the same each time', async () => {
    const firmware = await built();
    const run = () => JSON.stringify(checked(firmware, shortJob()).report);
    expect(run()).toBe(run());
  });
});
