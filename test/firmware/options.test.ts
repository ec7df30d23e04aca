import { describe, expect, it } from 'vitest';
import { LogicMachine } from '../../vm-host/logic.ts';
import { buildWasm } from './build.ts';

type Option =
  | 'BIT'
  | 'PRESCALER'
  | 'BYTE_WRITE_MS'
  | 'ERASE_MS'
  | 'SCK_HIGH_CYCLES'
  | 'SCK_LOW_CYCLES'
  | 'BITS_PER_MS';

/** The constants that follow from a set of options. */
async function constants(use: Record<string, number>): Promise<(name: Option) => number> {
  const { exports } = new LogicMachine({
    wasm: await buildWasm({ use, entry: "export * from './options';\nexport * from './rates';" }),
  });
  return name => (exports[name] as unknown as WebAssembly.Global<'i32'>).value;
}

describe('the options of a build', () => {
  it.each([
    [4_000_000, 2400, 8, 208],
    [4_000_000, 9600, 8, 52],
    [4_000_000, 19_200, 1, 208],
    [4_000_000, 38_400, 1, 104],
    [4_000_000, 57_600, 1, 69],
    [4_000_000, 115_200, 1, 35],
    [8_000_000, 19_200, 8, 52],
    [12_000_000, 9600, 8, 156],
    [12_000_000, 1200, 64, 156],
  ])('make a bit of %i Hz and %i baud CK/%i times %i ticks', async (xtal, baud, prescaler, bit) => {
    const constant = await constants({ XTAL: xtal, BAUD: baud });
    expect([constant('PRESCALER'), constant('BIT')]).toEqual([prescaler, bit]);
  });

  it.each([
    [5, 4, 20],
    [5000, 4, 20],
    [4, 6, 20],
    [3600, 7, 20],
    [3200, 9, 20],
    [2700, 12, 24],
  ])('with VCC=%i wait %i ms for a byte and %i ms for an erase', async (vcc, write, erase) => {
    const constant = await constants({ VCC: vcc });
    expect([constant('BYTE_WRITE_MS'), constant('ERASE_MS')]).toEqual([write, erase]);
  });

  it.each([
    [4_000_000, 1_000_000, 17, 9],
    [4_000_000, 4_000_000, 5, 3],
    [4_000_000, 32_768, 489, 245],
    [8_000_000, 1_000_000, 33, 17],
  ])('at %i Hz for a target of %i Hz keep SCK high %i and low %i cycles', async (xtal, target, high, low) => {
    const constant = await constants({ XTAL: xtal, TARGET_XTAL: target });
    expect([constant('SCK_HIGH_CYCLES'), constant('SCK_LOW_CYCLES')]).toEqual([high, low]);
  });

  it.each([
    [2400, 3],
    [9600, 10],
    [19_200, 20],
    [38_400, 39],
    [57_600, 59],
    [115_200, 117],
  ])('make a millisecond at %i baud %i bits, one per cent long at least', async (baud, bits) => {
    expect((await constants({ BAUD: baud }))('BITS_PER_MS')).toBe(bits);
  });

  it.each([
    ['XTAL and BAUD do not fit', { XTAL: 1_000_000, BAUD: 26_000 }],
    ['BAUD is too fast', { BAUD: 250_000 }],
    ['BAUD is too slow', { BAUD: 200 }],
    ['VCC goes from 2.7 V to 6 V', { VCC: 2 }],
    ['XTAL is faster than this chip may run', { XTAL: 16_000_000 }],
    ['TARGET_XTAL is in Hz', { TARGET_XTAL: 4 }],
    ['LED_BIT goes from 0 to 7', { LED_BIT: 8 }],
    ['LED_BIT is a pin that has another use', { LED_BIT: 1 }],
    ['LED_BIT is a pin that has another use', { LED_BIT: 7, LED_PORTB: 1 }],
  ])('are refused with a reason: %s', async (reason, use) => {
    await expect(buildWasm({ use: use as Record<string, number> })).rejects.toThrow(reason);
  });
});
