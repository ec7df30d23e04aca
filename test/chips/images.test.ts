/** What must hold of an image for any chip before it runs anywhere. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildFirmware, CompileError, type Image } from '../../compiler/index.ts';
import { type Chip, chips, decode, Machine } from '../../vm-host/index.ts';
import { FIRMWARE } from './conversation.ts';
import { addressOn } from './stand-in.ts';

const folder = mkdtempSync(join(tmpdir(), 'isp-chips-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function imageOf(source: string, chip: Chip, rules?: readonly string[]): Promise<Image> {
  const entry = join(folder, 'main.ts');
  writeFileSync(entry, source);
  return (await buildFirmware({ entry, chip, rules })).image;
}

/** The firmware for a chip, built once. */
const built = new Map<Chip, Promise<Image>>();
function firmwareFor(chip: Chip): Promise<Image> {
  const image = built.get(chip) ?? buildFirmware({ entry: FIRMWARE, chip }).then(({ image }) => image);
  built.set(chip, image);
  return image;
}

/** Mnemonic and operands of each word. */
function instructions({ words }: Image): { name: string; operands: number[] }[] {
  return Array.from(words, word => {
    const { row, operands } = decode(word)!;
    return { name: row.name, operands };
  });
}

/** The I/O addresses that an image touches. */
function addresses(image: Image): Set<number> {
  const field: Record<string, number> = { in: 1, out: 0, sbi: 0, cbi: 0, sbic: 0, sbis: 0 };
  const accesses = instructions(image).filter(({ name }) => name in field);
  return new Set(accesses.map(({ name, operands }) => operands[field[name]]));
}

const withRam = Object.entries(chips).filter(([, { ram }]) => ram);

describe('the firmware', () => {
  it.each(withRam)('touches on the %s the registers that it touches on the AT90S1200', async (_, chip) => {
    const touched = [...addresses(await firmwareFor(chips.at90s1200))];
    const names = touched.map(address => chips.at90s1200.ioRows.find(row => row.address === address)!.name);
    const expected = [...names, ...chip.ram!.pointer].map(name => addressOn(chip, name)!);
    const found = [...addresses(await firmwareFor(chip))];
    expect(expected.length).toBeGreaterThan(8);
    expect(found.sort((a, b) => a - b)).toEqual(expected.sort((a, b) => a - b));
  });

  it.each(Object.entries(chips))('refuses a clock above what the %s allows', async (_, chip) => {
    const defines = { XTAL: chip.highestXtal + 1_000_000, BAUD: 38_400 };
    const build = buildFirmware({ entry: FIRMWARE, chip, defines });
    await expect(build).rejects.toThrow('XTAL is faster than this chip may run');
  });

  it.each(withRam)('begins on the %s with the stack pointer at the end of RAM', async (_, chip) => {
    const image = await firmwareFor(chip);
    const { pointer, last } = chip.ram!;
    const start = instructions(image).slice(0, 2 * pointer.length);
    const written = pointer.map((_, i) => start[2 * i].operands[1] << (8 * i)).reduce((a, b) => a | b);
    expect(start.map(({ name }) => name)).toEqual(pointer.flatMap(() => ['ldi', 'out']));
    expect(pointer.map((_, i) => start[2 * i + 1].operands[0])).toEqual(pointer.map(name => chip.io[name]));
    expect(written).toBe(last);
  });
});

describe('a program', () => {
  it('finds out for which chip it is built', async () => {
    const source = `
      @external('mcu', 'sbi') declare function sbi(address: u8, bit: u8): void;
      export function main(): void {
        sbi(isDefined(MCU_ATMEGA328P) ? 0x05 : 0x18, isDefined(MCU_AT90S1200) ? 1 : 2);
      }`;
    const touched = async (mcu: string) => {
      const image = await imageOf(source, chips[mcu]);
      return instructions(image).find(({ name }) => name === 'sbi')!.operands;
    };
    expect(await touched('at90s1200')).toEqual([0x18, 1]);
    expect(await touched('atmega8')).toEqual([0x18, 2]);
    expect(await touched('atmega328p')).toEqual([0x05, 2]);
  });

  it('is refused when it touches a register that the chip has elsewhere', async () => {
    const source = `
      @external('mcu', 'sbi') declare function sbi(address: u8, bit: u8): void;
      export function main(): void { sbi(0x18, 1); }`;
    const refusal = await imageOf(source, chips.atmega328p).catch((error: CompileError) => error);
    expect(refusal).toBeInstanceOf(CompileError);
    expect((refusal as CompileError).message).toContain('ATmega328P');
  });

  it('is not longer than RJMP reaches on a chip with more flash than that', async () => {
    const lines = Array.from({ length: 2100 }, (_, i) => `sbi(0x04, ${i % 8});`);
    const source = `
      @external('mcu', 'sbi') declare function sbi(address: u8, bit: u8): void;
      export function main(): void { while (true) { ${lines.join('\n')} } }`;
    // without the rules: they would make one function of what repeats itself
    const refusal = imageOf(source, chips.atmega328p, []);
    await expect(refusal).rejects.toThrow(/part of the ATmega328P that RJMP reaches holds 2048/);
  });

  it('jumps round the end of the flash when that is nearer', async () => {
    const lines = Array.from({ length: 2100 }, (_, i) => `sbi(0x17, ${i % 8});`);
    const source = `
      @external('mcu', 'sbi') declare function sbi(address: u8, bit: u8): void;
      export function main(): void { while (true) { ${lines.join('\n')} } }`;
    const image = await imageOf(source, chips.atmega8, []);
    const last = instructions(image)[image.words.length - 1];
    const first = 2 * chips.atmega8.ram!.pointer.length;
    expect(last.name).toBe('rjmp');
    expect((image.words.length + last.operands[0]) % 4096).toBe(first);
  });
});

describe('the machine', () => {
  it.each(withRam)('does not pretend to be an %s', (_, chip) => {
    expect(() => new Machine({ chip, words: [] })).toThrow(`it cannot stand for an ${chip.name}`);
  });
});
