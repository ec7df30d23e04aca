/** Small programs on simavr's models: vectors where each chip has them, and a stack deeper than three. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFirmware, type Image, ruleNames } from '../../compiler/index.ts';
import { chips } from '../../vm-host/index.ts';
import { type PinEdge, Simavr, simavrWanted } from './simavr.ts';

const INSTRUCTIONS = `
  @external('mcu', 'in') declare function in_(address: u8): u8;
  @external('mcu', 'out') declare function out(address: u8, value: u8): void;
  @external('mcu', 'sbi') declare function sbi(address: u8, bit: u8): void;
  @external('mcu', 'cbi') declare function cbi(address: u8, bit: u8): void;
  @external('mcu', 'sei') declare function sei(): void;
  const MOVED: bool = isDefined(MCU_ATMEGA328P);
  const PORTB: u8 = MOVED ? 0x05 : 0x18;
  const DDRB: u8 = MOVED ? 0x04 : 0x17;`;

/** Timer/Counter0 overflows every 256 clocks; the handler turns PB0. */
const OVERFLOW = `${INSTRUCTIONS}
  export function main(): void {
    sbi(DDRB, 0);
    out(0x39, 0x02); // TIMSK: TOIE0 of the 2313s
    out(0x33, 1);
    sei();
    while (true) {}
  }
  export function TIMER0_OVF(): void { out(PORTB, in_(PORTB) ^ 1); }`;

/** The SPI sends bytes for ever; the handler turns PB0 and sends the next. */
const SPI = `${INSTRUCTIONS}
  const SPCR: u8 = MOVED ? 0x2c : 0x0d;
  const SPDR: u8 = MOVED ? 0x2e : 0x0f;
  export function main(): void {
    sbi(DDRB, 0);
    out(SPCR, 0xd0);
    out(SPDR, 0);
    sei();
    while (true) {}
  }
  export function SPI_STC(): void {
    out(PORTB, in_(PORTB) ^ 1);
    out(SPDR, 0x55);
  }`;

/** Each level calls the next twice and is too long to be worth inlining; the innermost makes a pulse. */
const level = (number: number, inside: string) =>
  `function level${number}(): void { ${`${inside} sbi(DDRB, ${number}); cbi(DDRB, ${number});`.repeat(2)} }`;
const NESTED = `${INSTRUCTIONS}
  function pulse(): void { ${'sbi(PORTB, 0); cbi(PORTB, 0);'.repeat(8)} }
  ${level(1, 'pulse();')} ${level(2, 'level1();')} ${level(3, 'level2();')} ${level(4, 'level3();')}
  export function main(): void {
    sbi(DDRB, 0);
    level4();
    level4();
    while (true) {}
  }`;

/** One conversation of nothing: simavr runs until the answer is overdue, three seconds of this clock. */
const SILENCE = [{ send: new Uint8Array(), expect: 1 }];
const XTAL = 20_000;

describe.skipIf(!simavrWanted)('on simavr', () => {
  let simavr: Simavr;
  const folder = mkdtempSync(join(tmpdir(), 'isp-programs-'));
  beforeAll(() => {
    simavr = new Simavr();
  });
  afterAll(() => {
    simavr?.remove();
    rmSync(folder, { recursive: true });
  });

  async function build(source: string, mcu: string): Promise<Image> {
    const entry = join(folder, 'main.ts');
    writeFileSync(entry, source);
    // sequences that become functions would add a level to those that the source has
    const rules = ruleNames.filter(name => name !== 'repeated sequence');
    return (await buildFirmware({ entry, chip: chips[mcu], rules })).image;
  }

  /** Edges of PB0. */
  function edges(image: Image, model: string): PinEdge[] {
    const timing = { xtal: XTAL, baud: 100, start: 0 };
    const pins = { txd: 'D1', rxd: 'D0', pins: ['B0'] };
    return simavr.run({ ...timing, ...pins, mcu: model, words: image.words, session: SILENCE }).edges.B0;
  }

  it.each([
    ['TIMER0_OVF', 'at90s2313', 'attiny2313', OVERFLOW, 6],
    ['TIMER0_OVF', 'attiny2313', 'attiny2313', OVERFLOW, 6],
    ['SPI_STC', 'atmega8', 'atmega8', SPI, 10],
    ['SPI_STC', 'atmega328p', 'atmega328p', SPI, 2 * 17],
  ])(
    'the handler %s of the %s serves its vector again and again',
    async (name, mcu, model, source, vector) => {
      const image = await build(source, mcu);
      expect(chips[mcu].vectors.find(row => row.name === name)!.address).toBe(vector);
      const times = edges(image, model).map(([cycle]) => cycle);
      const gaps = new Set(times.slice(2).map((time, i) => time - times[i + 1]));
      expect(times.length).toBeGreaterThan(100);
      expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(16);
    },
  );

  it.each([
    ['attiny2313', 'attiny2313'],
    ['atmega8', 'atmega8'],
    ['atmega328p', 'atmega328p'],
  ])('five calls deep is not too deep for the %s', async (mcu, model) => {
    const image = await build(NESTED, mcu);
    expect(image.stackLevels).toBe(5);
    // two calls at each of five levels, eight pulses inside
    expect(edges(image, model)).toHaveLength(2 ** 5 * 8 * 2);
  });

  it('the same source still fits the three levels of the AT90S1200', async () => {
    expect((await build(NESTED, 'at90s1200')).stackLevels).toBeLessThanOrEqual(3);
  });
});
