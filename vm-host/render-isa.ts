/** docs/isa.md, from the table of instructions. */
import { type AliasRow, aliases, type InstructionRow, instructions, mnemonics } from './isa.ts';

const introduction = `# The instructions of the AT90S1200

Generated from \`vm-host/isa.ts\`; do not edit. ${instructions.length} instructions, ${aliases.length} aliases,
${mnemonics.length} mnemonics. Every instruction is one word long.

- \`Rd\`, \`Rr\`: registers; five bits are R0 to R31, four bits R16 to R31. \`Z\`: the pointer, R30.
- \`K\`: a constant byte. \`k\`: a signed distance in words from the following instruction.
- \`A\`: an I/O address. \`b\`, \`s\`: a bit's number, in a byte and in SREG.
- Clocks \`1/2\`: two when the branch or skip is taken.
- Flags: those of ITHSVNZC that it can change.
`;

/** The whole page, as Markdown. */
export function renderIsa(): string {
  return [introduction, table(instructionHead, instructions.map(instructionLine)), aliasSection()].join('\n');
}

const instructionHead = ['Instruction', 'Encoding', 'Clocks', 'Flags', 'Does'];

function instructionLine({ name, operands, bits, clocks, taken, flags, effect }: InstructionRow): string[] {
  const written = code(`${name.toUpperCase()} ${operands}`.trim());
  return [written, code(bits), clocks === taken ? `${clocks}` : `${clocks}/${taken}`, flags, effect];
}

function aliasSection(): string {
  return ['\n## Aliases\n', table(['Alias', 'Means'], aliases.map(aliasLine))].join('\n');
}

function aliasLine({ name, means }: AliasRow): string[] {
  const [base, ...operands] = means.split(' ');
  return [code(name.toUpperCase()), code([base.toUpperCase(), ...operands].join(' '))];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''].join('\n');
}

function code(text: string): string {
  return `\`${text}\``;
}
