/** Our listing against the GNU disassembler: the HEX that we write, word for word and instruction for instruction. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type BuiltFirmware, buildFirmware, type Image } from '../../compiler/index.ts';
import { build } from './source.ts';

const installed = spawnSync('avr-objdump', ['--version']).status === 0;
/** On a developer's machine a missing peer leaves these tests out, and says so; in CI it fails them. */
const wanted = installed || process.env.CI !== undefined;

/** GNU knows the AT90S1200 as architecture avr1. */
const ARCHITECTURE = 'avr1';

/** One instruction: `00A C012 rjmp 0x1D`, targets as word addresses, numbers in one way of writing. */
type Line = string;

/** Where we write one register, GNU writes the instruction behind it, with the register twice. */
const ALIASES: Readonly<Record<string, string>> = { clr: 'eor', lsl: 'add', rol: 'adc', tst: 'and' };

const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0');

/** Registers stay, numbers become decimal. */
const operand = (text: string): string => (/^r\d+$/.test(text) ? text : String(Number(text)));

function ours(image: Image): Line[] {
  const rows = image.toListing().matchAll(/^ {2}([0-9A-F]{3}) {2}([0-9A-F]{4}) {2}(.*?) {2,}\d/gm);
  return [...rows].map(([, address, word, text]) => {
    const [name, ...rest] = text.split(/,? /);
    // behind the target of a call stands the name of the function
    const own = /^r(jmp|call)$/.test(name) ? [rest[0]] : rest;
    const operands = name in ALIASES ? [own[0], own[0]] : own.map(operand);
    return [address, word, ALIASES[name] ?? name, ...operands].join(' ');
  });
}

function theirs(image: Image): Line[] {
  const folder = mkdtempSync(join(tmpdir(), 'isp-objdump-'));
  try {
    writeFileSync(join(folder, 'image.hex'), image.toHex());
    // -z: rows of equal zero words are not left out
    const options = ['-z', '-b', 'ihex', '-m', ARCHITECTURE, '-D', join(folder, 'image.hex')];
    const { status, stdout, stderr } = spawnSync('avr-objdump', options, {
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(status, stderr).toBe(0);
    const rows = stdout.matchAll(
      /^ *([0-9a-f]+):\t(..) (..) *\t(\S+)[\t ]*([^;\n]*)(?:; *(?:0x([0-9a-f]+))?)?/gm,
    );
    return [...rows].map(row => gnuLine(row, image.chip.flashWords));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Byte address, low byte, high byte, mnemonic, operands, and the target of a jump as a byte address. */
function gnuLine([, at, low, high, name, rest, target]: RegExpMatchArray, flashWords: number): Line {
  const relative = /^\.([+-]\d+)/.exec(rest);
  const address = Number.parseInt(at, 16) / 2;
  // the program counter wraps: we go by the distance, not by the address in the remark
  const to = relative && (address + 1 + Number(relative[1]) / 2 + flashWords) % flashWords;
  if (to !== null && target) expect((Number.parseInt(target, 16) / 2) % flashWords).toBe(to);
  const operands = to === null ? rest.trim().split(/, */).filter(Boolean).map(operand) : [String(to)];
  return [hex(address, 3), `${high}${low}`.toUpperCase(), name, ...operands].join(' ');
}

const CHASER = `
export function main(): void {
  out(DDRB, 0xff);
  let light: u8 = 1;
  for (;;) {
    out(PORTB, light);
    light = (light << 1) | (light >> 7);
    delayCycles(100_000);
  }
}`;

const DIVIDER = `
export function main(): void {
  for (;;) {
    const value = in_(PIND);
    out(PORTB, value / 10);
    out(PORTB, value % 7);
    if (bit(PIND, 3)) out(DDRB, value * 5);
  }
}`;

const COUNTER = `
let overflows: u16 = 0;
export function TIMER0_OVF(): void {
  overflows++;
}
export function main(): void {
  sei();
  while (overflows < 1000) if ((<i8>in_(PIND)) < -3) sbi(PORTB, 2); else cbi(PORTB, 2);
  out(PORTB, <u8>(overflows >> 8));
}`;

describe.runIf(wanted)('avr-objdump', () => {
  let firmware: BuiltFirmware;

  beforeAll(async () => {
    firmware = await buildFirmware({ entry: 'firmware/main.ts' });
  });

  it('reads the programmer as our listing shows it', () => {
    const listing = ours(firmware.image);
    expect(listing).toHaveLength(firmware.image.words.length);
    expect(listing).toEqual(theirs(firmware.image));
  });

  it.for([
    ['a running light', CHASER],
    ['a division', DIVIDER],
    ['an interrupt handler', COUNTER],
  ])('reads %s as our listing shows it', async ([, source]) => {
    const { image } = await build(source);
    const listing = ours(image);
    expect(listing).toHaveLength(image.words.length);
    expect(listing).toEqual(theirs(image));
  });
});

if (!wanted) {
  it('leaves out the comparison with avr-objdump, which is not installed', () => {
    console.warn('avr-objdump is missing: install binutils-avr');
  });
}
