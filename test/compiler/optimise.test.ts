/** What the optimiser is expected to see, one case each, on programs as a firmware's author would write them. */

import { describe, expect, it } from 'vitest';
import { explain } from '../../compiler/index.ts';
import { build, instructionsOf, outputsOf } from './source.ts';

describe('the optimiser', () => {
  it('lets a loop that counts up count down to zero', async () => {
    const code = instructionsOf(
      await build('export function main(): void { for (;;) for (let i: u8 = 0; i < 8; i++) sbi(PORTB, 1); }'),
    );
    expect(code.filter(line => line.startsWith('cpi'))).toEqual([]);
    expect(code.some(line => line.startsWith('dec'))).toBe(true);
  });

  it('keeps a counter that somebody reads', async () => {
    const built = await build(
      'export function main(): void { for (;;) for (let i: u8 = 0; i < 3; i++) out(PORTB, i); }',
    );
    expect(outputsOf(built, 0, 6)).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it('branches on the carry of a shift that moves the tested bit out', async () => {
    const built = await build(`
      export function main(): void {
        for (;;) {
          let crc = in_(PIND);
          for (let i: u8 = 8; i; i--) {
            if (crc & 0x80) crc = (crc << 1) ^ 7;
            else crc <<= 1;
          }
          out(PORTB, crc);
        }
      }`);
    expect(instructionsOf(built).some(line => line.startsWith('sbr'))).toBe(false);
    expect(outputsOf(built, 0x31)).toEqual([crc8(0x31)]);
  });

  it('gives the result of a commutative operation the register that dies', async () => {
    const code = instructionsOf(
      await build(`
        export function main(): void {
          let sum: u8 = 0;
          for (;;) { sum = in_(PIND) ^ sum; out(PORTB, sum); }
        }`),
    );
    expect(code.filter(line => line.startsWith('mov'))).toEqual([]);
  });

  it('halves a chain of sixteen comparisons and still finds every case', async () => {
    const cases = Array.from({ length: 16 }, (_, i) => `case ${3 * i + 1}: out(PORTB, ${100 + i}); break;`);
    const built = await build(`
      export function main(): void {
        for (;;) switch (in_(PIND)) { ${cases.join(' ')} default: out(PORTB, 99); }
      }`);
    expect(instructionsOf(built).some(line => /^br(lo|cs|sh|cc)/.test(line))).toBe(true);
    for (let i = 0; i < 16; i++) expect(outputsOf(built, 3 * i + 1)).toEqual([100 + i]);
    for (const other of [0, 2, 24, 47, 127]) expect(outputsOf(built, other)).toEqual([99]);
  });

  it('gives each case of a switch of constants three words', async () => {
    const segments = [0x3f, 0x06, 0x5b, 0x4f, 0x66, 0x6d, 0x7d, 0x07, 0x7f, 0x6f];
    const sized = async (count: number) => {
      const cases = segments.slice(0, count).map((k, digit) => `case ${digit + 1}: return ${k};`);
      const built = await build(`
        function pattern(digit: u8): u8 { switch (digit) { ${cases.join(' ')} default: return 0x40; } }
        export function main(): void { for (;;) out(PORTB, pattern(in_(PIND))); }`);
      for (let digit = 1; digit <= count; digit++)
        expect(outputsOf(built, digit)).toEqual([segments[digit - 1]]);
      expect(outputsOf(built, 0)).toEqual([0x40]);
      return built.image.words.length;
    };
    expect((await sized(10)) - (await sized(6))).toBe(4 * 3);
  });

  it('sets a constant once that several cases share', async () => {
    const built = await build(`
      function pick(x: u8): u8 { switch (x) { case 1: case 5: case 9: return 7; case 3: return 8; default: return 9; } }
      export function main(): void { for (;;) out(PORTB, pick(in_(PIND))); }`);
    expect(instructionsOf(built).filter(line => /^ldi r\d+, 0x07/.test(line))).toHaveLength(1);
    for (const [x, y] of [
      [1, 7],
      [5, 7],
      [9, 7],
      [3, 8],
      [0, 9],
    ])
      expect(outputsOf(built, x)).toEqual([y]);
  });

  it('keeps a value in memory of nobody: a global that is only written costs no word', async () => {
    const code = instructionsOf(
      await build('let last: u8 = 0; export function main(): void { for (;;) last = in_(PIND); }'),
    );
    expect(code.filter(line => line.startsWith('ldi') || line.startsWith('mov'))).toEqual([]);
  });

  it.each([
    ['a * 3', (a: number) => (a * 3) & 0xff],
    ['a * b', (a: number) => (a * 7) & 0xff],
    ['<u8>((<u16>a * <u16>b) >> 3)', (a: number) => ((a * 7) >> 3) & 0xff],
    ['a / b', (a: number) => Math.floor(a / 7)],
    ['a % b', (a: number) => a % 7],
    ['<u8>(<i8>(a - 100) / <i8>b)', (a: number) => Math.trunc((a - 100) / 7) & 0xff],
    ['<u8>(<i8>(a - 100) % <i8>b)', (a: number) => ((a - 100) % 7) & 0xff],
    ['<u8>popcnt<u32>(a)', (a: number) => a.toString(2).replaceAll('0', '').length],
    ['<u8>clz<u32>(a)', (a: number) => Math.clz32(a)],
    ['<u8>ctz<u32>(a | 64)', (a: number) => 31 - Math.clz32((a | 64) & -(a | 64))],
    ['a << (b & 3)', (a: number) => (a << 3) & 0xff],
    ['a >> (b & 3)', (a: number) => a >> 3],
  ])('computes %s as the language does', async (expression, expected) => {
    const built = await build(`
      export function main(): void {
        for (;;) { const a = in_(PIND); const b: u8 = (in_(EEDR) & 0) + 7; out(PORTB, ${expression}); }
      }`);
    for (const a of [0, 1, 6, 7, 8, 50, 99, 100, 101, 127])
      expect([a, outputsOf(built, a)]).toEqual([a, [expected(a)]]);
  });

  it('has no multiplication in a program that does not multiply', async () => {
    const built = await build('export function main(): void { for (;;) out(PORTB, in_(PIND) << 2); }');
    expect(built.image.functions.map(({ name }) => name)).toEqual(['program/main']);
  });

  it('makes a function of a sequence that stands three times, if the stack has a level left', async () => {
    const part = 'sbi(PORTB,1); cbi(PORTB,1); sbi(PORTB,2); cbi(PORTB,2); sbi(PORTB,3);';
    const source = `export function main(): void { for (;;) { ${[1, 2, 3].map(k => `${part} out(PORTD, ${k});`).join(' ')} } }`;
    const { image } = await build(source);
    expect(image.functions.map(({ name }) => name)).toContain('shared~1');
    expect(image.stackLevels).toBe(1);
    const plain = (await build(source, [])).image;
    expect(plain.words.length - image.words.length).toBe(image.savedByRule['repeated sequence']);
  });

  it('spends fewer words with its peephole rules than without', async () => {
    const source = `
      export function main(): void {
        for (;;) { let v = in_(PIND); if (v & 1) v |= 8; out(PORTB, v); if (v & 2) sbi(PORTB, 0); else cbi(PORTB, 0); }
      }`;
    const [all, none] = [await build(source), await build(source, [])];
    expect(all.image.words.length).toBeLessThan(none.image.words.length);
    expect(none.image.savings).toEqual([]);
    expect(Object.values(all.image.savedByRule).every(words => words > 0)).toBe(true);
  });
});

describe('the listing and its explanation', () => {
  const SOURCE = `
    function pulse(): void { sbi(PORTB, 1); delayCycles(50); cbi(PORTB, 1); }
    export function main(): void { for (;;) { pulse(); nop(); pulse(); sbi(PORTB, 2); pulse(); } }`;

  it('names functions, counts clocks from each label and quotes the source', async () => {
    const { image } = await build(SOURCE);
    const listing = image.toListing();
    expect(listing).toContain('runs at stack level 1');
    expect(listing).toMatch(/rcall 0x[0-9A-F]{3} pulse/);
    expect(listing).toContain('function pulse(): void');
    expect(listing.split('\n')[0]).toBe(
      `; AT90S1200: ${image.words.length} of 512 words, 1 of 3 stack levels`,
    );
  });

  it('tells where the words of a function went, all of them', async () => {
    const { image } = await build(SOURCE);
    const words = explain(image, 'pulse').reduce((sum, line) => sum + line.words, 0);
    expect(words).toBe(image.functions.find(({ name }) => name === 'program/pulse')!.words);
    expect(() => explain(image, 'nothing')).toThrow(/no function nothing in the image; there are /);
  });

  it('refuses a timed region that misses its clocks, with line and numbers', async () => {
    const wrong = build(`export function main(): void {
      for (;;) {
        timedBegin();
        sbi(PORTB, 1);
        timedEnd(5);
      }
    }`);
    await expect(wrong).rejects.toThrow(
      /program\.ts:4:\d+ C306 the timed region takes 2 clocks; 5 were asked for/,
    );
  });

  it('leaves the code of a timed region where it stands', async () => {
    const body = 'sbi(PORTB, 1); out(PORTD, 3); cbi(PORTB, 1); out(PORTD, 4);';
    const timed = `timedBegin(); ${body} timedEnd(0);`;
    const { image } = await build(`export function main(): void {
      for (;;) { if (bit(PINB, 0)) { ${timed} } else { nop(); ${timed} } }
    }`);
    expect(image.timed.length).toBeGreaterThan(0);
    for (const { clocks } of image.timed) expect(clocks).toEqual({ min: 8, max: 8 });
  });
});

function crc8(byte: number): number {
  let crc = byte;
  for (let i = 0; i < 8; i++) crc = crc & 0x80 ? ((crc << 1) ^ 7) & 0xff : (crc << 1) & 0xff;
  return crc;
}
