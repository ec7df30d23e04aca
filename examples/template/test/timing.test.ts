import { describe, expect, it } from 'vitest';
import { inProgrammingMode, programmer } from './bench.ts';

const image = Uint8Array.of(0xde, 0xad, 0xbe, 0xef);

describe('the timing', () => {
  it('keeps every limit of the datasheets', () => {
    expect(programmer.program(image)).toMeetTiming();
  });

  it.each([1_000_000, 4_000_000, 12_000_000])('suits a target at %i Hz', targetXtal => {
    expect(programmer.program(image, { targetXtal })).toMeetTiming();
  });

  it('gives a target at 1 MHz more than four of its clocks', () => {
    const run = programmer.say(inProgrammingMode('73 3'), { targetXtal: 1_000_000 });
    expect(run).toHaveSckHigh({ min: '4.2 target clocks' });
    expect(run).toHaveSckHigh({ min: '4.5 us' });
  });

  it('waits long enough for the memories at 4 V', () => {
    expect(programmer.program(image, { vcc: 4 })).toMeetTiming({ only: ['tWD_PROG', 'tWD_ERASE'] });
  });

  it.each([-0.02, 0.02])('understands a PC that is off by %f', baudError => {
    expect(programmer.program(image, { baudError })).toHoldProgram(image);
  });
});
