/** A mask, a flag or I that the program writes counts at the boundary that follows. */
import { describe, expect, it } from 'vitest';
import type { Cycle } from '../../vm-host/index.ts';
import { asked, type Entry, entryBefore, quietly, type Source } from './interrupt-sources.ts';

const after = '\n nop\n nop\n nop\nend: rjmp end';

/** What withdraws a request: R5 is 0, R18 is 2, R19 what the row says. */
const masks: readonly (readonly [source: Source, line: string])[] = [
  ['INT0', 'out GIMSK, r5'],
  ['Timer0', 'out TIMSK, r5'],
  ['comparator', 'out ACSR, r5'],
];
const switches: readonly (readonly [source: Source, line: string])[] = (
  ['INT0', 'Timer0', 'comparator'] as const
).flatMap(source => ['cli', 'bclr 7', 'out SREG, r5'].map(line => [source, line] as const));
const flags: readonly (readonly [source: Source, line: string, r19: number])[] = [
  ['INT0', 'out MCUCR, r19', 0x20],
  ['Timer0', 'out TIFR, r19', 0x02],
  ['Timer0', 'out TIFR, r19', 0xff],
  ['comparator', 'out ACSR, r19', 0x1b],
  ['comparator', 'sbi ACSR, ACI', 0],
];
/** What lets a waiting request through. */
const unmasks: readonly (readonly [source: Source, line: string, r19: number])[] = [
  ['INT0', 'out GIMSK, r19', 0x40],
  ['Timer0', 'out TIMSK, r19', 0x02],
  ['comparator', 'out ACSR, r19', 0x0b],
];
const masked = 'ldi r16, 3\n out ACSR, r16\n out GIMSK, r5\n out TIMSK, r5\n';

/** The entry when `source` asks `later` clocks after `at` begins. */
function entryAround(body: string, source: Source, later: Cycle): Entry | undefined {
  const { start } = quietly(body, 'at', 1);
  const entry = entryBefore(asked(body, { [source]: start + later }), start + 150);
  return entry && { ...entry, from: entry.from - start };
}

describe('a request that waits', () => {
  const held = (line: string, r19 = 0) => `ldi r19, ${r19}\n ${' nop\n'.repeat(6)}at: ${line}\n sei${after}`;

  it.each(masks)('of %s is silenced by its mask: %s', (source, line) => {
    expect(entryAround(held(line), source, -3)).toBeUndefined();
    expect(entryAround(held('nop'), source, -3)).toMatchObject({ source, from: 3 });
  });

  it.each(flags)('of %s is forgotten with its flag: %s with %i', (source, line, r19) => {
    expect(entryAround(held(line, r19), source, -3)).toBeUndefined();
  });

  it.each([
    ['Timer0', 'out TIFR, r19', 0x00],
    ['Timer0', 'out TIFR, r19', 0xfd],
    ['comparator', 'out ACSR, r19', 0x0b],
    ['INT0', 'out MCUCR, r19', 0x22],
    ['INT0', 'out MCUCR, r19', 0x21],
  ] as const)('of %s stays when something else is written: %s with %i', (source, line, r19) => {
    expect(entryAround(held(line, r19), source, -3)).toMatchObject({ source, from: 3 });
  });

  it.each(unmasks)('of %s is let through at the end of %s', (source, line, r19) => {
    const body = `${masked} ldi r19, ${r19}\n sei\n nop\n nop\n nop\n nop\nat: ${line}${after}`;
    expect(entryAround(body, source, -3)).toMatchObject({ source, from: 1 });
  });

  it.each(unmasks)('of %s outlasts its mask: masked and unmasked, it is there again', (source, line, r19) => {
    const [, mask] = masks.find(([each]) => each === source)!;
    const body = `ldi r19, ${r19}\n ldi r16, 3\n${' nop\n'.repeat(6)}at: ${mask}\n nop\n ${line}\n sei${after}`;
    expect(entryAround(body, source, -3)).toMatchObject({ source, from: 5 });
  });
});

describe('a request that comes while it is withdrawn', () => {
  const open = (line: string, r19 = 0) => `ldi r19, ${r19}\n sei\n nop\n nop\nat: ${line}${after}`;

  it.each([...masks, ...switches])('of %s comes before %s, and no longer at its end', (source, line) => {
    expect(entryAround(open(line), source, 0)).toMatchObject({ source, from: 0 });
    expect(entryAround(open(line), source, 1)).toBeUndefined();
  });

  it.each([
    ['Timer0', 'out TIFR, r19', 0x02],
    ['comparator', 'out ACSR, r19', 0x1b],
  ] as const)('of %s is not lost to %s at the same edge', (source, line, r19) => {
    expect(entryAround(open(line, r19), source, 1)).toMatchObject({ source, from: 1 });
  });

  it('of INT0 is lost when the low level is chosen at the same edge', () => {
    expect(entryAround(open('out MCUCR, r19', 0x20), 'INT0', 1)).toBeUndefined();
  });
});
