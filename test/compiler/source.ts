/** Small AssemblyScript programs for tests: text in, image out. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuiltFirmware, buildFirmware } from '../../compiler/index.ts';
import { Machine } from '../../vm-host/index.ts';

/** Every import that the compiler knows, under the names that firmwares use. */
const CHIP = `
@external('mcu', 'in') export declare function in_(address: u8): u8;
@external('mcu', 'out') export declare function out(address: u8, value: u8): void;
@external('mcu', 'sbi') export declare function sbi(address: u8, bit: u8): void;
@external('mcu', 'cbi') export declare function cbi(address: u8, bit: u8): void;
@external('mcu', 'bit') export declare function bit(address: u8, bit: u8): bool;
@external('mcu', 'delay') export declare function delayCycles(cycles: u32): void;
@external('mcu', 'nop') export declare function nop(): void;
@external('mcu', 'sei') export declare function sei(): void;
@external('mcu', 'timed_begin') export declare function timedBegin(): void;
@external('mcu', 'timed_end') export declare function timedEnd(cycles: u32): void;
export const PINB: u8 = 0x16;
export const DDRB: u8 = 0x17;
export const PORTB: u8 = 0x18;
export const PIND: u8 = 0x10;
export const DDRD: u8 = 0x11;
export const PORTD: u8 = 0x12;
export const EEAR: u8 = 0x1e;
export const EEDR: u8 = 0x1d;
`;

const NAMES =
  'in_, out, sbi, cbi, bit, delayCycles, nop, sei, timedBegin, timedEnd, PINB, DDRB, PORTB, PIND, DDRD, PORTD, EEAR, EEDR';

/**
 * Builds a program. The source is `program.ts`; its first line imports everything above,
 * so line 2 is the first of the given text.
 */
export async function build(source: string, rules?: readonly string[]): Promise<BuiltFirmware> {
  const folder = mkdtempSync(join(tmpdir(), 'isp-'));
  try {
    writeFileSync(join(folder, 'chip.ts'), CHIP);
    writeFileSync(join(folder, 'program.ts'), `import { ${NAMES} } from './chip';\n${source}`);
    return await buildFirmware({ entry: join(folder, 'program.ts'), rules });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The listing without addresses and words: one disassembled instruction a line. */
export function instructionsOf({ image }: BuiltFirmware): string[] {
  return image
    .toListing()
    .split('\n')
    .flatMap(line => /^ {2}[0-9A-F]{3} {2}[0-9A-F]{4} {2}(.{1,24}?) {2,}/.exec(line)?.[1].trim() ?? []);
}

/**
 * Runs an image and answers what it wrote to one I/O register, in order, until `count`
 * writes were seen. The inputs stand on port D, one for each pass of the write.
 */
export function outputsOf({ image }: BuiltFirmware, input: number, count = 1): number[] {
  const machine = new Machine({ words: image.words });
  for (let i = 0; i < 7; i++) machine.pins[`PD${i}`].level = ((input >> i) & 1) === 1;
  for (let i = 0; i < 7; i++) machine.pins[`PD${i}`].onDrive = () => {};
  const outputs: number[] = [];
  const port = { address: 0x18 };
  for (let steps = 0; steps < 200_000 && outputs.length < count; steps++) {
    const word = image.words[machine.pc];
    const isOut = (word & 0xf800) === 0xb800 && (((word >> 5) & 0x30) | (word & 0x0f)) === port.address;
    const value = machine.registers[(word >> 4) & 0x1f];
    machine.step();
    if (isOut) outputs.push(value);
  }
  return outputs;
}
