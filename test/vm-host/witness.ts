/**
 * The instructions of the AT90S1200 written down a second time, for a foreign
 * assembler: nothing here comes from the project's own table.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const all = Array.from({ length: 32 }, (_, i) => `r${i}`);
const some = ['r0', 'r1', 'r15', 'r16', 'r30', 'r31'];
const upper = ['r16', 'r17', 'r23', 'r24', 'r31'];
const bytes = ['0', '1', '15', '16', '85', '170', '240', '255'];
const ports = ['0', '1', '15', '16', '31', '32', '33', '50', '63'];
const lowPorts = ['0', '1', '8', '18', '22', '31'];
const bits = ['0', '1', '2', '3', '4', '5', '6', '7'];
const near = ['.-128', '.-126', '.-2', '.+0', '.+2', '.+64', '.+126'];
const far = ['.-4096', '.-4094', '.-1024', '.-2', '.+0', '.+2', '.+1022', '.+4094'];

/** Mnemonics by the operands they take. */
const shapes: readonly (readonly [mnemonics: string, ...operands: string[][]])[] = [
  ['add adc sub sbc and or eor mov cp cpc cpse', some, some],
  ['subi sbci andi ori cpi ldi sbr', upper, bytes],
  ['cbr', upper, bytes],
  ['com neg swap inc dec asr lsr ror tst clr lsl rol', all],
  ['ser', upper],
  ['in', some, ports],
  ['out', ports, some],
  ['ld', all, ['Z']],
  ['st', ['Z'], all],
  ['sbi cbi sbic sbis', lowPorts, bits],
  ['sbrc sbrs bst bld', some, bits],
  ['bset bclr', bits],
  ['brbs brbc', bits, near],
  ['brcs brcc brlo brsh breq brne brmi brpl brvs brvc brlt brge brhs brhc brts brtc brie brid', near],
  ['sec clc sez clz sen cln sev clv ses cls seh clh set clt sei cli'],
  ['rjmp rcall', far],
  ['ret reti nop sleep wdr'],
];

/** Every mnemonic of the part, aliases counted. */
export const witnessMnemonics = shapes.flatMap(([mnemonics]) => mnemonics.split(' '));

/** Lines of assembler that show every mnemonic with the ends of its operands' ranges. */
export const witnessLines = shapes.flatMap(([mnemonics, ...operands]) =>
  mnemonics.split(' ').flatMap(mnemonic => {
    const lists = operands.reduce<string[][]>(
      (lists, choices) => lists.flatMap(list => choices.map(choice => [...list, choice])),
      [[]],
    );
    return lists.map(list => [mnemonic, list.join(', ')].join(' ').trim());
  }),
);

/** Branches reach backwards, so the lines do not begin at address 0. */
const origin = 4096;

/** How the words are made; stands at the head of test/data/opcodes.txt. */
export const witnessCommands = [
  'avr-as -mmcu=at90s1200 -o opcodes.o opcodes.s',
  'avr-ld -m avr1 -e 0 -Ttext=0 -o opcodes.elf opcodes.o',
  'avr-objcopy -O binary opcodes.elf opcodes.bin',
];

/** Assembles lines with GNU binutils; one word for each. */
export function assembleWithBinutils(lines: readonly string[]): number[] {
  const folder = mkdtempSync(join(tmpdir(), 'opcodes-'));
  try {
    writeFileSync(join(folder, 'opcodes.s'), [`.org ${origin}`, ...lines, ''].join('\n'));
    for (const command of witnessCommands) {
      const [program, ...words] = command.split(' ');
      execFileSync(program, words, { cwd: folder });
    }
    const image = readFileSync(join(folder, 'opcodes.bin'));
    return lines.map((_, i) => image.readUInt16LE(origin + 2 * i));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The text of test/data/opcodes.txt. */
export function witnessFile(words: readonly number[]): string {
  const head = [
    '# Words of the AT90S1200 by GNU binutils 2.26, not by this project. Branch targets in bytes from the',
    '# following instruction, as that assembler writes them. Made from test/vm-host/witness.ts with',
    ...witnessCommands.map(command => `#   ${command}`),
  ];
  const body = witnessLines.map((line, i) => `${words[i].toString(16).padStart(4, '0')}  ${line}`);
  return [...head, ...body, ''].join('\n');
}

/** The rows of test/data/opcodes.txt. */
export function readWitness(): { word: number; mnemonic: string; operands: string[] }[] {
  const text = readFileSync(new URL('../data/opcodes.txt', import.meta.url), 'utf8');
  const rows = text.split('\n').filter(line => line !== '' && !line.startsWith('#'));
  return rows.map(row => {
    const [, word, mnemonic, operands] = /^([\da-f]{4}) {2}(\w+) ?(.*)$/.exec(row)!;
    return { word: Number.parseInt(word, 16), mnemonic, operands: operands ? operands.split(', ') : [] };
  });
}

/** One operand as `encode` takes it; undefined for the pointer, which is only written. */
export function operandValue(text: string): number | undefined {
  if (text === 'Z') return undefined;
  if (text.startsWith('.')) return Number(text.slice(1)) / 2;
  return Number(text.replace('r', ''));
}
