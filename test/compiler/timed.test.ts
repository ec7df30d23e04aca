/** Timed regions: clocks counted in finished words, on the shortest and the longest way. */

import { describe, expect, it } from 'vitest';
import { type Mark, measureRegions } from '../../compiler/timed.ts';
import { assemble } from '../../vm-host/index.ts';

/** Measures from label `begin` to label `end` of an assembler program. */
function measure(source: string, wanted = 0) {
  const { words, labels } = assemble(source);
  const marks: Mark[] = [
    { address: labels.begin, kind: 'begin', wanted: 0, at: 1 },
    { address: labels.end, kind: 'end', wanted, at: 2 },
  ];
  return measureRegions(
    [...words].map(word => ({ word })),
    marks,
  )[0];
}

const fixed = (clocks: number) => ({ min: clocks, max: clocks });

describe('a timed region', () => {
  it('adds the clocks of straight code', () => {
    const { clocks } = measure('begin: ldi r16, 1\n out 0x18, r16\n sbi 0x18, 7\nend: ret');
    expect(clocks).toEqual(fixed(4));
  });

  it('takes no time when it is empty', () => {
    expect(measure('begin:\nend: ret').clocks).toEqual(fixed(0));
  });

  it('has a shortest and a longest way through a branch', () => {
    const { clocks } = measure('begin: tst r16\n breq end\n nop\n nop\n nop\nend: ret');
    expect(clocks).toEqual({ min: 3, max: 5 });
  });

  it('counts a skip as two clocks and the skipped instruction as none', () => {
    const { clocks } = measure('begin: sbic 0x16, 5\n sbi 0x18, 7\nend: ret');
    expect(clocks).toEqual({ min: 2, max: 3 });
  });

  it('knows that two opposite skips run one of two instructions', () => {
    const { clocks } = measure('begin: sbrs r16, 7\n cbi 0x18, 6\n sbrc r16, 7\n sbi 0x18, 6\nend: ret');
    expect(clocks).toEqual(fixed(5));
  });

  it('does not take skips on different bits for opposites', () => {
    const { clocks } = measure('begin: sbrs r16, 7\n cbi 0x18, 6\n sbrc r16, 6\n sbi 0x18, 6\nend: ret');
    expect(clocks).toEqual({ min: 4, max: 6 });
  });

  it('counts the function it calls', () => {
    const { clocks } = measure('begin: rcall f\nend: ret\nf: nop\n nop\n ret');
    expect(clocks).toEqual(fixed(3 + 2 + 4));
  });

  it('has no number of clocks when a loop decides', () => {
    expect(measure('begin: dec r16\n brne begin\nend: ret').clocks).toBeUndefined();
  });

  it('counts a delay as what was asked for, not as a loop', () => {
    const { words } = assemble('ldi r16, 33\nloop: dec r16\n brne loop\n nop\n ret');
    const coded = [...words].map((word, i) => ({
      word,
      delay: i === 0 ? { clocks: 100, words: 4 } : undefined,
    }));
    const marks: Mark[] = [
      { address: 0, kind: 'begin', wanted: 0, at: 1 },
      { address: 4, kind: 'end', wanted: 100, at: 2 },
    ];
    expect(measureRegions(coded, marks)).toEqual([{ at: 1, clocks: fixed(100), wanted: 100 }]);
  });

  it('says nothing of a region that never ends', () => {
    const { clocks } = measure('begin: nop\n rjmp away\nend: ret\naway: ret');
    expect(clocks).toBeUndefined();
  });

  it('keeps two regions apart that meet at one word', () => {
    const { words } = assemble('nop\n nop\n nop\n ret');
    const marks: Mark[] = [
      { address: 0, kind: 'begin', wanted: 0, at: 1 },
      { address: 2, kind: 'end', wanted: 2, at: 2 },
      { address: 2, kind: 'begin', wanted: 0, at: 3 },
      { address: 3, kind: 'end', wanted: 1, at: 4 },
    ];
    const regions = measureRegions(
      [...words].map(word => ({ word })),
      marks,
    );
    expect(regions.map(({ clocks }) => clocks)).toEqual([fixed(2), fixed(1)]);
  });
});
