/**
 * The AT90S1200's instructions: one table, read by everybody.
 *
 * Encoding, decoding, disassembly, clocks, flags, semantics and docs/isa.md all
 * come from these rows. Encodings were compared with a foreign assembler, see
 * test/data/opcodes.txt; clocks and flags are those of the instruction set
 * summary (AT90S1200 datasheet 0838H, pages 54 to 55).
 */
import {
  add,
  C,
  type Core,
  complement,
  count,
  I,
  logic,
  shiftRight,
  subtract,
  subtractFurther,
  T,
} from './core.ts';

/** Carries out one instruction. True when a branch or a skip is taken. */
export type Semantics = (core: Core, a: number, b: number) => boolean | undefined;

/** One operand: how it is written, where its bits lie, what values it takes. */
export interface OperandField {
  /** Rd, Rr, K, k, A, b or s. */
  readonly name: string;
  /** Bit positions in the word, most significant first. */
  readonly positions: readonly number[];
  readonly min: number;
  readonly max: number;
}

export interface InstructionRow {
  readonly name: string;
  /** As an assembler programmer writes them: 'Rd, Rr'. */
  readonly operands: string;
  /** Sixteen bits: 0, 1, or the letter of an operand. */
  readonly bits: string;
  readonly clocks: number;
  /** Clocks when the branch or skip is taken; equal to `clocks` for all others. */
  readonly taken: number;
  /** Flags that it sets, of ITHSVNZC. */
  readonly flags: string;
  /** What it does, in one formula. */
  readonly effect: string;
  readonly run: Semantics;
  readonly fields: readonly OperandField[];
  /** The fixed bits: word & mask === value. */
  readonly mask: number;
  readonly value: number;
}

/** A second name for a case of another instruction: `means` in terms of that row's operands. */
export interface AliasRow {
  readonly name: string;
  readonly means: string;
  /** True when the disassembler prefers this name. */
  readonly shown: boolean;
}

export interface Decoded {
  readonly row: InstructionRow;
  /** In the order of `row.fields`: as written in assembler; branch offsets signed, in words. */
  readonly operands: number[];
}

/**
 * Letters of the bit patterns. Registers with a field of four bits are R16 to R31.
 * k is a signed distance in words from the following instruction, all others are unsigned.
 */
const letters: Readonly<Record<string, string>> = {
  Rd: 'd',
  Rr: 'r',
  K: 'K',
  k: 'k',
  A: 'A',
  b: 'b',
  s: 's',
};

function row(
  name: string,
  operands: string,
  bits: string,
  clocks: number | readonly [number, number],
  flags: string,
  effect: string,
  run: Semantics,
): InstructionRow {
  const [usual, taken] = typeof clocks === 'number' ? [clocks, clocks] : clocks;
  const pattern = bits.replaceAll(' ', '');
  const encoded = operands.split(', ').filter(operand => operand in letters);
  return {
    ...{ name, operands, bits, clocks: usual, taken, flags, effect, run },
    fields: encoded.map(operand => field(operand, pattern)),
    mask: Number.parseInt(pattern.replace(/0/g, '1').replace(/[^1]/g, '0'), 2),
    value: Number.parseInt(pattern.replace(/[^1]/g, '0'), 2),
  };
}

function field(name: string, pattern: string): OperandField {
  const positions = [...pattern].flatMap((letter, i) => (letter === letters[name] ? [15 - i] : []));
  const size = 2 ** positions.length;
  if (name === 'k') return { name, positions, min: -size / 2, max: size / 2 - 1 };
  const min = name.startsWith('R') && size === 16 ? 16 : 0;
  return { name, positions, min, max: min + size - 1 };
}

const bit = (value: number, number: number): boolean => ((value >> number) & 1) === 1;

/** Leaves out the next word: every instruction of this chip is one word long. */
function skipIf(core: Core, condition: boolean): boolean {
  if (condition) core.pc = (core.pc + 1) & core.pcMask;
  return condition;
}

function branchIf(core: Core, condition: boolean, offset: number): boolean {
  if (condition) jump(core, offset);
  return condition;
}

function jump(core: Core, offset: number): undefined {
  core.pc = (core.pc + offset) & core.pcMask;
}

/** The register that R30 points to (pages 6 and 7: the pointer is R30 alone and reaches only the register file). */
function pointed(core: Core): number {
  const pointer = core.r[30];
  return pointer < 32
    ? pointer
    : core.fault('pointer-range', `Z points to ${pointer}; the register file ends at 31`);
}

/** SREG after BSET s. Interrupts wait for one more instruction when it lets them in (instruction set manual, SEI). */
function setStatusBit(core: Core, s: number): undefined {
  if (s === 7 && core.sreg < I) core.holdInterrupts(1);
  core.sreg |= 1 << s;
}

function returnFromInterrupt(core: Core): undefined {
  core.pc = core.pop();
  core.sreg |= I;
  core.holdInterrupts(4);
}

function call(core: Core, offset: number): undefined {
  core.push(core.pc);
  jump(core, offset);
}

// biome-ignore format: a table reads by columns
export const instructions: readonly InstructionRow[] = [
  row('add',   'Rd, Rr', '0000 11rd dddd rrrr', 1,      'HSVNZC', 'Rd ← Rd + Rr',               (c, d, r) => { c.r[d] = add(c, c.r[d], c.r[r], 0); }),
  row('adc',   'Rd, Rr', '0001 11rd dddd rrrr', 1,      'HSVNZC', 'Rd ← Rd + Rr + C',           (c, d, r) => { c.r[d] = add(c, c.r[d], c.r[r], c.sreg & C); }),
  row('sub',   'Rd, Rr', '0001 10rd dddd rrrr', 1,      'HSVNZC', 'Rd ← Rd − Rr',               (c, d, r) => { c.r[d] = subtract(c, c.r[d], c.r[r], 0); }),
  row('subi',  'Rd, K',  '0101 KKKK dddd KKKK', 1,      'HSVNZC', 'Rd ← Rd − K',                (c, d, k) => { c.r[d] = subtract(c, c.r[d], k, 0); }),
  row('sbc',   'Rd, Rr', '0000 10rd dddd rrrr', 1,      'HSVNZC', 'Rd ← Rd − Rr − C, Z stays',  (c, d, r) => { c.r[d] = subtractFurther(c, c.r[d], c.r[r]); }),
  row('sbci',  'Rd, K',  '0100 KKKK dddd KKKK', 1,      'HSVNZC', 'Rd ← Rd − K − C, Z stays',   (c, d, k) => { c.r[d] = subtractFurther(c, c.r[d], k); }),
  row('and',   'Rd, Rr', '0010 00rd dddd rrrr', 1,      'SVNZ',   'Rd ← Rd and Rr',             (c, d, r) => { c.r[d] = logic(c, c.r[d] & c.r[r]); }),
  row('andi',  'Rd, K',  '0111 KKKK dddd KKKK', 1,      'SVNZ',   'Rd ← Rd and K',              (c, d, k) => { c.r[d] = logic(c, c.r[d] & k); }),
  row('or',    'Rd, Rr', '0010 10rd dddd rrrr', 1,      'SVNZ',   'Rd ← Rd or Rr',              (c, d, r) => { c.r[d] = logic(c, c.r[d] | c.r[r]); }),
  row('ori',   'Rd, K',  '0110 KKKK dddd KKKK', 1,      'SVNZ',   'Rd ← Rd or K',               (c, d, k) => { c.r[d] = logic(c, c.r[d] | k); }),
  row('eor',   'Rd, Rr', '0010 01rd dddd rrrr', 1,      'SVNZ',   'Rd ← Rd xor Rr',             (c, d, r) => { c.r[d] = logic(c, c.r[d] ^ c.r[r]); }),
  row('com',   'Rd',     '1001 010d dddd 0000', 1,      'SVNZC',  'Rd ← 0xFF − Rd',             (c, d) => { c.r[d] = complement(c, c.r[d]); }),
  row('neg',   'Rd',     '1001 010d dddd 0001', 1,      'HSVNZC', 'Rd ← 0 − Rd',                (c, d) => { c.r[d] = subtract(c, 0, c.r[d], 0); }),
  row('inc',   'Rd',     '1001 010d dddd 0011', 1,      'SVNZ',   'Rd ← Rd + 1',                (c, d) => { c.r[d] = count(c, c.r[d] + 1, 0x80); }),
  row('dec',   'Rd',     '1001 010d dddd 1010', 1,      'SVNZ',   'Rd ← Rd − 1',                (c, d) => { c.r[d] = count(c, c.r[d] - 1, 0x7f); }),
  row('asr',   'Rd',     '1001 010d dddd 0101', 1,      'SVNZC',  'Rd, C ← Rd / 2, sign stays', (c, d) => { c.r[d] = shiftRight(c, c.r[d], c.r[d] & 0x80); }),
  row('lsr',   'Rd',     '1001 010d dddd 0110', 1,      'SVNZC',  'Rd, C ← Rd / 2',             (c, d) => { c.r[d] = shiftRight(c, c.r[d], 0); }),
  row('ror',   'Rd',     '1001 010d dddd 0111', 1,      'SVNZC',  'Rd, C ← C, Rd one right',    (c, d) => { c.r[d] = shiftRight(c, c.r[d], (c.sreg & C) << 7); }),
  row('swap',  'Rd',     '1001 010d dddd 0010', 1,      '',       'Rd ← its halves exchanged',  (c, d) => { c.r[d] = (c.r[d] << 4) | (c.r[d] >> 4); }),
  row('mov',   'Rd, Rr', '0010 11rd dddd rrrr', 1,      '',       'Rd ← Rr',                    (c, d, r) => { c.r[d] = c.r[r]; }),
  row('ldi',   'Rd, K',  '1110 KKKK dddd KKKK', 1,      '',       'Rd ← K',                     (c, d, k) => { c.r[d] = k; }),
  row('ld',    'Rd, Z',  '1000 000d dddd 0000', 2,      '',       'Rd ← register R30 points to', (c, d) => { c.r[d] = c.r[pointed(c)]; }),
  row('st',    'Z, Rr',  '1000 001r rrrr 0000', 2,      '',       'register R30 points to ← Rr', (c, r) => { c.r[pointed(c)] = c.r[r]; }),
  row('in',    'Rd, A',  '1011 0AAd dddd AAAA', 1,      '',       'Rd ← I/O A',                 (c, d, a) => { c.r[d] = c.in(a); }),
  row('out',   'A, Rr',  '1011 1AAr rrrr AAAA', 1,      '',       'I/O A ← Rr',                 (c, a, r) => { c.out(a, c.r[r], 1); }),
  row('sbi',   'A, b',   '1001 1010 AAAA Abbb', 2,      '',       'I/O A bit b ← 1',            (c, a, b) => { c.out(a, c.in(a) | (1 << b), 2); }),
  row('cbi',   'A, b',   '1001 1000 AAAA Abbb', 2,      '',       'I/O A bit b ← 0',            (c, a, b) => { c.out(a, c.in(a) & ~(1 << b), 2); }),
  row('bst',   'Rr, b',  '1111 101r rrrr 0bbb', 1,      'T',      'T ← Rr bit b',               (c, r, b) => { c.sreg = bit(c.r[r], b) ? c.sreg | T : c.sreg & ~T; }),
  row('bld',   'Rd, b',  '1111 100d dddd 0bbb', 1,      '',       'Rd bit b ← T',               (c, d, b) => { c.r[d] = c.sreg & T ? c.r[d] | (1 << b) : c.r[d] & ~(1 << b); }),
  row('bset',  's',      '1001 0100 0sss 1000', 1,      'ITHSVNZC', 'SREG bit s ← 1',           (c, s) => setStatusBit(c, s)),
  row('bclr',  's',      '1001 0100 1sss 1000', 1,      'ITHSVNZC', 'SREG bit s ← 0',           (c, s) => { c.sreg &= ~(1 << s); }),
  row('cp',    'Rd, Rr', '0001 01rd dddd rrrr', 1,      'HSVNZC', 'Rd − Rr',                    (c, d, r) => { subtract(c, c.r[d], c.r[r], 0); }),
  row('cpc',   'Rd, Rr', '0000 01rd dddd rrrr', 1,      'HSVNZC', 'Rd − Rr − C, Z stays',       (c, d, r) => { subtractFurther(c, c.r[d], c.r[r]); }),
  row('cpi',   'Rd, K',  '0011 KKKK dddd KKKK', 1,      'HSVNZC', 'Rd − K',                     (c, d, k) => { subtract(c, c.r[d], k, 0); }),
  row('cpse',  'Rd, Rr', '0001 00rd dddd rrrr', [1, 2], '',       'skip if Rd = Rr',            (c, d, r) => skipIf(c, c.r[d] === c.r[r])),
  row('sbrc',  'Rr, b',  '1111 110r rrrr 0bbb', [1, 2], '',       'skip if Rr bit b = 0',       (c, r, b) => skipIf(c, !bit(c.r[r], b))),
  row('sbrs',  'Rr, b',  '1111 111r rrrr 0bbb', [1, 2], '',       'skip if Rr bit b = 1',       (c, r, b) => skipIf(c, bit(c.r[r], b))),
  row('sbic',  'A, b',   '1001 1001 AAAA Abbb', [1, 2], '',       'skip if I/O A bit b = 0',    (c, a, b) => skipIf(c, !bit(c.in(a), b))),
  row('sbis',  'A, b',   '1001 1011 AAAA Abbb', [1, 2], '',       'skip if I/O A bit b = 1',    (c, a, b) => skipIf(c, bit(c.in(a), b))),
  row('brbs',  's, k',   '1111 00kk kkkk ksss', [1, 2], '',       'PC ← PC + k if SREG bit s = 1', (c, s, k) => branchIf(c, bit(c.sreg, s), k)),
  row('brbc',  's, k',   '1111 01kk kkkk ksss', [1, 2], '',       'PC ← PC + k if SREG bit s = 0', (c, s, k) => branchIf(c, !bit(c.sreg, s), k)),
  row('rjmp',  'k',      '1100 kkkk kkkk kkkk', 2,      '',       'PC ← PC + k',                (c, k) => jump(c, k)),
  row('rcall', 'k',      '1101 kkkk kkkk kkkk', 3,      '',       'stack ← PC, PC ← PC + k',    (c, k) => call(c, k)),
  row('ret',   '',       '1001 0101 0000 1000', 4,      '',       'PC ← stack',                 c => { c.pc = c.pop(); }),
  row('reti',  '',       '1001 0101 0001 1000', 4,      'I',      'PC ← stack, I ← 1',          c => returnFromInterrupt(c)),
  row('nop',   '',       '0000 0000 0000 0000', 1,      '',       'nothing',                    () => undefined),
  row('sleep', '',       '1001 0101 1000 1000', 1,      '',       'sleep if SE = 1',            c => { c.sleep(); }),
  row('wdr',   '',       '1001 0101 1010 1000', 1,      '',       'watchdog ← 0',               c => { c.watchdogReset(); }),
];

const shown = (name: string, means: string): AliasRow => ({ name, means, shown: true });
const known = (name: string, means: string): AliasRow => ({ name, means, shown: false });

/** The other 41 of the datasheet's 89 mnemonics. `~K` is the complement of K in eight bits. */
// biome-ignore format: a table reads by columns
export const aliases: readonly AliasRow[] = [
  known('sbr', 'ori Rd, K'),   known('cbr', 'andi Rd, ~K'), known('ser', 'ldi Rd, 255'),
  shown('tst', 'and Rd, Rd'),  shown('clr', 'eor Rd, Rd'),  shown('lsl', 'add Rd, Rd'),  shown('rol', 'adc Rd, Rd'),
  shown('sec', 'bset 0'),      shown('clc', 'bclr 0'),      shown('sez', 'bset 1'),      shown('clz', 'bclr 1'),
  shown('sen', 'bset 2'),      shown('cln', 'bclr 2'),      shown('sev', 'bset 3'),      shown('clv', 'bclr 3'),
  shown('ses', 'bset 4'),      shown('cls', 'bclr 4'),      shown('seh', 'bset 5'),      shown('clh', 'bclr 5'),
  shown('set', 'bset 6'),      shown('clt', 'bclr 6'),      shown('sei', 'bset 7'),      shown('cli', 'bclr 7'),
  shown('brcs', 'brbs 0, k'),  shown('brcc', 'brbc 0, k'),  known('brlo', 'brbs 0, k'),  known('brsh', 'brbc 0, k'),
  shown('breq', 'brbs 1, k'),  shown('brne', 'brbc 1, k'),  shown('brmi', 'brbs 2, k'),  shown('brpl', 'brbc 2, k'),
  shown('brvs', 'brbs 3, k'),  shown('brvc', 'brbc 3, k'),  shown('brlt', 'brbs 4, k'),  shown('brge', 'brbc 4, k'),
  shown('brhs', 'brbs 5, k'),  shown('brhc', 'brbc 5, k'),  shown('brts', 'brbs 6, k'),  shown('brtc', 'brbc 6, k'),
  shown('brie', 'brbs 7, k'),  shown('brid', 'brbc 7, k'),
];

/** An alias taken apart: the row it stands for, and for each of that row's operands where its value comes from. */
interface Alias {
  readonly row: InstructionRow;
  readonly sources: readonly string[];
  /** The operands that are written with this name, each once. */
  readonly written: readonly string[];
}

const rowsByName = new Map(instructions.map(each => [each.name, each]));
const aliasesByName = new Map(aliases.map(alias => [alias.name, takeApart(alias)]));

/** Every mnemonic, with aliases: 89. */
export const mnemonics: readonly string[] = [...rowsByName.keys(), ...aliasesByName.keys()];

/** How a mnemonic's operands are written, Z included; undefined when there is no such mnemonic. */
export function instructionNamed(
  name: string,
): { readonly row: InstructionRow; readonly written: readonly string[] } | undefined {
  const row = rowsByName.get(name);
  return row ? { row, written: operandsOf(row) } : aliasesByName.get(name);
}

function operandsOf({ operands }: InstructionRow): string[] {
  return operands === '' ? [] : operands.split(', ');
}

function takeApart(alias: AliasRow): Alias {
  const [name, ...sources] = alias.means.replaceAll(',', '').split(' ');
  const written = new Set(sources.map(source => source.replace('~', '')).filter(source => source in letters));
  return { row: rowsByName.get(name)!, sources, written: [...written] };
}

/** For each of the 65,536 words one more than the row's index, 0 for a word that is no instruction. */
const rowOfWord = indexWords();

/** Refuses a table in which two rows claim one word. */
function indexWords(): Uint8Array {
  const index = new Uint8Array(0x10000);
  instructions.forEach((each, i) => {
    for (const word of wordsOf(each)) {
      if (index[word])
        throw new Error(`0x${hex(word, 4)} is both ${instructions[index[word] - 1].name} and ${each.name}`);
      index[word] = i + 1;
    }
  });
  return index;
}

/** Every word of one row: counts through its free bits only. */
function* wordsOf({ mask, value }: InstructionRow): Generator<number> {
  const free = ~mask & 0xffff;
  for (let bits = free; ; bits = (bits - 1) & free) {
    yield value | bits;
    if (bits === 0) return;
  }
}

/** The instruction that a word is, or undefined when the chip has none of that encoding. */
export function decode(word: number): Decoded | undefined {
  const index = rowOfWord[word & 0xffff];
  if (index === 0) return undefined;
  const row = instructions[index - 1];
  return { row, operands: row.fields.map(each => extract(each, word)) };
}

function extract(field: OperandField, word: number): number {
  const raw = field.positions.reduce((sum, position) => sum * 2 + ((word >> position) & 1), 0);
  if (field.min >= 0) return raw + field.min;
  return raw > field.max ? raw - 2 ** field.positions.length : raw;
}

/**
 * The word of an instruction, aliases included.
 *
 * @param operands in the order of the assembler, without a written Z; branch distances in
 *   words from the following instruction
 * @throws RangeError that names the operand and its range, or the unknown mnemonic
 */
export function encode(name: string, operands: readonly number[]): number {
  const alias = aliasesByName.get(name);
  if (alias) return encodeRow(name, alias.row, resolve(name, alias, operands));
  const row = rowsByName.get(name);
  if (!row) throw new RangeError(`the AT90S1200 has no instruction '${name}'`);
  expectCount(name, operands, row.fields.length);
  return encodeRow(name, row, operands);
}

function encodeRow(name: string, row: InstructionRow, operands: readonly number[]): number {
  return row.fields.reduce((word, each, i) => word | place(name, each, operands[i]), row.value);
}

function resolve(name: string, alias: Alias, operands: readonly number[]): number[] {
  expectCount(name, operands, alias.written.length);
  return alias.sources.map((source, i) => {
    if (/^\d+$/.test(source)) return Number(source);
    const value = operands[alias.written.indexOf(source.replace('~', ''))];
    expectInRange(name, alias.row.fields[i], value);
    return source.startsWith('~') ? 255 - value : value;
  });
}

function expectCount(name: string, operands: readonly number[], wanted: number): void {
  if (operands.length !== wanted) {
    throw new RangeError(`${name} takes ${wanted} operand${wanted === 1 ? '' : 's'}, not ${operands.length}`);
  }
}

function expectInRange(name: string, { name: operand, min, max }: OperandField, value: number): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new RangeError(`${name}: ${operand} is ${value}; it must be from ${min} to ${max}`);
  }
}

function place(name: string, field: OperandField, value: number): number {
  expectInRange(name, field, value);
  const raw = field.min > 0 ? value - field.min : value;
  const top = field.positions.length - 1;
  return field.positions.reduce((word, position, i) => word | (((raw >> (top - i)) & 1) << position), 0);
}

/**
 * One line of assembler for a word at `address`: targets are absolute word
 * addresses, aliases stand where a programmer expects them, and a word that is
 * no instruction reads `.dw`.
 */
export function disassemble(word: number, address: number, flashWords = 512): string {
  const decoded = decode(word);
  if (!decoded) return `.dw 0x${hex(word, 4)}`;
  const { row, operands } = decoded;
  const target = (offset: number) => (address + 1 + offset) & (flashWords - 1);
  const values = new Map(row.fields.map((each, i) => [each.name, show(each.name, operands[i], target)]));
  const alias = aliases.find(each => each.shown && matches(aliasesByName.get(each.name)!, row, operands));
  if (alias) return written(alias.name, aliasesByName.get(alias.name)!.written, values);
  return written(row.name, operandsOf(row), values);
}

function written(name: string, operands: readonly string[], values: ReadonlyMap<string, string>): string {
  return [name, operands.map(each => values.get(each) ?? each).join(', ')].join(' ').trim();
}

function show(name: string, value: number, target: (offset: number) => number): string {
  if (name.startsWith('R')) return `r${value}`;
  if (name === 'k') return `0x${hex(target(value), 3)}`;
  return name === 'A' || name === 'K' ? `0x${hex(value, 2)}` : String(value);
}

/** True when the operands are a case of the alias: its constants agree, and what it writes once is equal. */
function matches(alias: Alias, row: InstructionRow, operands: readonly number[]): boolean {
  if (alias.row !== row) return false;
  return alias.sources.every((source, i) =>
    /^\d+$/.test(source)
      ? operands[i] === Number(source)
      : operands[i] === operands[alias.sources.indexOf(source)],
  );
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}
