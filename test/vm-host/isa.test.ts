import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aliases, decode, disassemble, encode, instructions, mnemonics } from '../../vm-host/isa.ts';
import { renderIsa } from '../../vm-host/render-isa.ts';
import { operandValue, readWitness, witnessMnemonics } from './witness.ts';

const words = Array.from({ length: 0x10000 }, (_, word) => word);

describe('the table of instructions', () => {
  it("has the datasheet's 89 mnemonics: 48 instructions and 41 aliases", () => {
    expect([instructions.length, aliases.length]).toEqual([48, 41]);
    expect([...mnemonics].sort()).toEqual([...witnessMnemonics].sort());
  });

  it('gives each word to one row at most', () => {
    const claimed = words.filter(
      word => instructions.filter(row => (word & row.mask) === row.value).length > 1,
    );
    expect(claimed).toEqual([]);
  });

  it('takes 52565 of the 65536 words', () => {
    expect(words.filter(word => decode(word)).length).toBe(52565);
  });

  it('agrees with the words of a foreign assembler', () => {
    const wrong = readWitness().filter(({ word, mnemonic, operands }) => {
      const values = operands.map(operandValue).filter(value => value !== undefined);
      return encode(mnemonic, values) !== word;
    });
    expect(wrong).toEqual([]);
  });

  it('decodes every word into operands that encode it again', () => {
    const wrong = words.filter(word => {
      const decoded = decode(word);
      return decoded && encode(decoded.row.name, decoded.operands) !== word;
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ['ADIW', 0x9601],
    ['MUL', 0x9c01],
    ['LPM', 0x95c8],
    ['IJMP', 0x9409],
    ['ICALL', 0x9509],
    ['JMP', 0x940c],
    ['PUSH r0', 0x920f],
    ['POP r0', 0x900f],
    ['LDS', 0x9000],
    ['LD r0, X', 0x900c],
    ['LD r0, Z+', 0x9001],
    ['LDD r0, Y+1', 0x8009],
    ['ST -Z, r0', 0x9202],
    ['MOVW', 0x0101],
    ['SPM', 0x95e8],
    ['BREAK', 0x9598],
    ['erased flash', 0xffff],
  ])('knows no %s, which later parts have', (_, word) => {
    expect(decode(word)).toBeUndefined();
  });
});

describe('encode', () => {
  it('writes operands in the order of the assembler', () => {
    expect(encode('out', [0x18, 16])).toBe(0xbb08);
    expect(encode('sbi', [0x18, 4])).toBe(0x9ac4);
    expect(encode('brbs', [1, -2])).toBe(0xf3f1);
    expect(encode('st', [5])).toBe(0x8250);
  });

  it.each([
    ['ldi', [15, 0], 'ldi: Rd is 15; it must be from 16 to 31'],
    ['ldi', [16, 256], 'ldi: K is 256; it must be from 0 to 255'],
    ['sbi', [0x20, 0], 'sbi: A is 32; it must be from 0 to 31'],
    ['breq', [64], 'breq: k is 64; it must be from -64 to 63'],
    ['rjmp', [-2049], 'rjmp: k is -2049; it must be from -2048 to 2047'],
    ['bst', [0, 8], 'bst: b is 8; it must be from 0 to 7'],
    ['mov', [0.5, 1], 'mov: Rd is 0.5; it must be from 0 to 31'],
    ['cbr', [16, -1], 'cbr: K is -1; it must be from 0 to 255'],
    ['ret', [1], 'ret takes 0 operands, not 1'],
    ['clr', [], 'clr takes 1 operand, not 0'],
    ['push', [0], "the AT90S1200 has no instruction 'push'"],
  ])('refuses %s %j: %s', (name, operands, message) => {
    expect(() => encode(name, operands)).toThrow(new RangeError(message));
  });
});

describe('disassemble', () => {
  it.each([
    [0x0c01, 0, 'add r0, r1'],
    [0x0c00, 0, 'lsl r0'],
    [0x1f00, 0, 'rol r16'],
    [0x2311, 0, 'tst r17'],
    [0x2711, 0, 'clr r17'],
    [0xef0f, 0, 'ldi r16, 0xFF'],
    [0x9478, 0, 'sei'],
    [0xc0a2, 0, 'rjmp 0x0A3'],
    [0xcfff, 0x1ff, 'rjmp 0x1FF'],
    [0xcffe, 0, 'rjmp 0x1FF'],
    [0xf3f1, 0x010, 'breq 0x00F'],
    [0x8050, 0, 'ld r5, Z'],
    [0x8250, 0, 'st Z, r5'],
    [0x9ac4, 0, 'sbi 0x18, 4'],
    [0xb708, 0, 'in r16, 0x38'],
    [0xffff, 0, '.dw 0xFFFF'],
  ])('reads %i at %i as %s', (word, address, text) => {
    expect(disassemble(word, address)).toBe(text);
  });
});

describe('docs/isa.md', () => {
  it('is what the table says; renderIsa() writes it', () => {
    expect(readFileSync(new URL('../../docs/isa.md', import.meta.url), 'utf8')).toBe(renderIsa());
  });
});
