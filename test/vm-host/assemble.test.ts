import { describe, expect, it } from 'vitest';
import { evaluate } from '../../vm-host/expression.ts';
import { assemble, decode, disassemble } from '../../vm-host/index.ts';
import { readWitness } from './witness.ts';

const hex = (source: string) =>
  [...assemble(source).words].map(word => word.toString(16).padStart(4, '0')).join(' ');

describe('the assembler', () => {
  it('turns lines into words', () => {
    expect(hex('ldi r16, 0xFF\n OUT DDRB, R16\n ret ; done\n // nothing')).toBe('ef0f bb07 9508');
  });

  it('knows labels before and after their use, and where they are', () => {
    const { words, labels } = assemble('start: rjmp end\n nop\nend: rjmp start');
    expect([...words]).toEqual([0xc001, 0x0000, 0xcffd]);
    expect(labels).toEqual({ start: 0, end: 2 });
  });

  it('knows .equ, .def, .org, .dw and the names of registers and bits', () => {
    expect(
      hex('.equ N = 3 + 4\n.def temp = r17\n ldi temp, N\n sbi EECR, EEWE\n .org 5\n .dw 0x1234, N'),
    ).toBe('e017 9ae1 ffff ffff ffff 1234 0007');
  });

  it('takes symbols from outside', () => {
    expect([...assemble('ldi r16, RELOAD', { symbols: { RELOAD: 231 } }).words]).toEqual([0xee07]);
  });

  it('takes negative constants as bytes, and `.` as the address of its line', () => {
    expect(hex('subi r16, -1\n rjmp .\n rjmp . - 2')).toBe('5f0f cfff cffd');
  });

  it('goes the short way round the end of the flash', () => {
    expect(hex('breq 0x1FF\n rjmp 0x1F0')).toBe('f3f1 cfee');
  });

  it('says which line each word came from', () => {
    expect(assemble('nop\n\n; x\n nop\n .org 4\n nop').lines).toEqual([1, 4, 0, 0, 6]);
  });

  it.each([
    ['nop\n foo r1', "line 2: the AT90S1200 has no instruction 'foo'"],
    ['ldi r15, 1', 'line 1: ldi: Rd is 15; it must be from 16 to 31'],
    ['ldi r16, 256', 'line 1: ldi: K is 256; it must be from 0 to 255'],
    ['ldi r16', "line 1: ldi is written 'ldi Rd, K'"],
    ['rjmp nowhere', "line 1: 'nowhere' is not defined"],
    ['a: nop\na: nop', "line 2: the label 'a' is there already"],
    ['breq 0x100', 'line 1: breq: k is 255; it must be from -64 to 63'],
    ['rjmp 512', 'line 1: the target 512 is outside the 512 words of the flash'],
    ['.org 512\n nop', 'line 2: address 512 is outside the flash'],
    ['nop\n.org 0\n nop', 'line 3: there are two words for address 0'],
    ['mov r1, 7', "line 1: expected a register, not '7'"],
    ['ld r1, X', "line 1: expected Z, not 'X'"],
    ['.foo', "line 1: there is no directive '.foo'"],
    ['.equ 5', "line 1: expected 'NAME = value', not '5'"],
    ['ldi r16, (1', "line 1: '(1' lacks a ')'"],
    ['ldi r16, 1 2', "line 1: '2' is out of place in '1 2'"],
    ['ldi r16, 1 +', "line 1: '1 +' ends too early"],
    ['ldi r16, 1 # 2', "line 1: cannot read '# 2'"],
  ])('refuses %j: %s', (source, message) => {
    expect(() => assemble(source)).toThrow(new SyntaxError(message));
  });

  it('makes the words of a foreign assembler from the same lines', () => {
    // targets: ours are absolute word addresses, theirs bytes from the following instruction
    const wrong = readWitness().filter(({ word, mnemonic, operands }) => {
      if (decode(word)?.row.fields.some(({ name, positions }) => name === 'k' && positions.length === 12))
        return false;
      const ours = operands.map(text =>
        text.startsWith('.') ? `. + 1 + ${Number(text.slice(1)) / 2}` : text,
      );
      return assemble(`.org 100\n ${mnemonic} ${ours.join(', ')}`).words[100] !== word;
    });
    expect(wrong).toEqual([]);
  });

  it('reads what the disassembler writes', () => {
    for (let word = 0; word < 0x10000; word += 7) {
      if (!decode(word)) continue;
      const text = disassemble(word, 50);
      const again = assemble(`.org 50\n ${text}`).words[50];
      expect(disassemble(again, 50)).toBe(text);
    }
  });
});

describe('an expression', () => {
  it.each([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['1 << 4 | 3', 19],
    ['0x1F & ~3', 28],
    ['0b101 ^ $0F', 10],
    ['7 / 2 - 7 % 4', 0],
    ["'A' + 1", 66],
    ['-3 - -4', 1],
    ['low(0x1234) + high(0x1234)', 0x46],
    ['x * x', 49],
  ])('%s is %i', (text, value) => {
    expect(evaluate(text, name => (name === 'x' ? 7 : undefined))).toBe(value);
  });
});
