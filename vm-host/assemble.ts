/**
 * A small assembler, for tests and tools: every mnemonic of isa.ts, labels, `.equ`,
 * `.def`, `.org`, `.dw`, and the chip's register and bit names.
 *
 * Branch targets are word addresses, so that what the disassembler writes can be
 * read back. Comments begin with `;` or `//`.
 */
import { AT90S1200, type Chip } from './chip.ts';
import { evaluate } from './expression.ts';
import { encode, instructionNamed } from './isa.ts';

export interface AssembleOptions {
  chip?: Chip;
  /** Names known from the start. */
  symbols?: Readonly<Record<string, number>>;
}

export interface Assembly {
  /** From address 0 to the last word; gaps hold 0xFFFF as erased flash does. */
  readonly words: Uint16Array;
  /** Word address of each label. */
  readonly labels: Record<string, number>;
  /** Source line of each word, counted from 1; 0 in gaps. */
  readonly lines: number[];
}

/** One line of source, taken apart. */
interface Statement {
  readonly line: number;
  readonly label?: string;
  /** Mnemonic or directive in lower case; '' on a line without one. */
  readonly name: string;
  readonly operands: readonly string[];
}

/** A statement that makes words, with the address of its first. */
interface Placed {
  readonly statement: Statement;
  readonly address: number;
}

/**
 * Assembles a source text.
 *
 * @throws SyntaxError whose message begins with the line number
 */
export function assemble(source: string, options: AssembleOptions = {}): Assembly {
  return new Assembler(options).assemble(source);
}

class Assembler {
  private readonly chip: Chip;
  private readonly symbols: Map<string, number>;
  private readonly registers = new Map<string, string>();
  private readonly labels: Record<string, number> = {};
  private address = 0;

  constructor({ chip = AT90S1200, symbols = {} }: AssembleOptions) {
    this.chip = chip;
    const bits = Object.entries(chip.bits).map(([name, { bit }]) => [name, bit] as const);
    this.symbols = new Map([...Object.entries(chip.io), ...bits, ...Object.entries(symbols)]);
  }

  assemble(source: string): Assembly {
    const placed = source
      .split('\n')
      .flatMap((text, i) => this.at(i + 1, () => this.place(parse(text, i + 1))));
    const words: number[] = [];
    const lines: number[] = [];
    for (const { statement, address } of placed) {
      this.at(statement.line, () => {
        this.wordsOf(statement, address).forEach((word, i) => {
          words[address + i] = this.claim(word, address + i, words);
          lines[address + i] = statement.line;
        });
      });
    }
    const fill = (value: number | undefined, gap: number) => value ?? gap;
    return {
      words: Uint16Array.from(Array.from(words, word => fill(word, 0xffff))),
      labels: this.labels,
      lines: Array.from(lines, line => fill(line, 0)),
    };
  }

  /** First pass: defines names, finds the address of everything that makes words. */
  private place(statement: Statement): Placed[] {
    const { label, name, operands } = statement;
    if (label) this.defineLabel(label);
    if (name === '') return [];
    if (name === '.org') this.address = this.value(operands[0]);
    else if (name === '.equ' || name === '.set') this.define(operands[0]);
    else if (name === '.def') this.nameRegister(operands[0]);
    else return [this.reserve(statement, name === '.dw' ? operands.length : 1)];
    return [];
  }

  private reserve(statement: Statement, size: number): Placed {
    const placed = { statement, address: this.address };
    this.address += size;
    return placed;
  }

  private defineLabel(label: string): void {
    if (label in this.labels) throw new SyntaxError(`the label '${label}' is there already`);
    this.labels[label] = this.address;
    this.symbols.set(label, this.address);
  }

  private define(text = ''): void {
    const [, name, value] = /^(\w+)\s*=\s*(.+)$/.exec(text) ?? fail(`expected 'NAME = value', not '${text}'`);
    this.symbols.set(name, this.value(value));
  }

  private nameRegister(text = ''): void {
    const [, name, register] =
      /^(\w+)\s*=\s*(\w+)$/.exec(text) ?? fail(`expected 'NAME = rN', not '${text}'`);
    this.registers.set(name.toLowerCase(), register);
  }

  /** Second pass: every name is known. */
  private wordsOf({ name, operands }: Statement, address: number): number[] {
    this.address = address;
    if (name === '.dw') return operands.map(each => this.value(each) & 0xffff);
    if (name.startsWith('.')) fail(`there is no directive '${name}'`);
    const { written } = instructionNamed(name) ?? fail(`the ${this.chip.name} has no instruction '${name}'`);
    if (written.length !== operands.length) fail(`${name} is written '${name} ${written.join(', ')}'`);
    const values = written.map((kind, i) => this.operand(kind, operands[i]));
    return [
      encode(
        name,
        values.filter(value => value !== undefined),
      ),
    ];
  }

  /** The value to encode; undefined for the pointer Z, which is only written. */
  private operand(kind: string, text: string): number | undefined {
    if (kind === 'Z') return /^z$/i.test(text) ? undefined : fail(`expected Z, not '${text}'`);
    if (kind.startsWith('R')) return this.register(text);
    if (kind === 'k') return this.distance(this.value(text));
    const value = this.value(text);
    return kind === 'K' && value >= -128 && value < 256 ? value & 0xff : value;
  }

  private register(text: string): number {
    const name = this.registers.get(text.toLowerCase()) ?? text;
    return Number(/^r(\d+)$/i.exec(name)?.[1] ?? fail(`expected a register, not '${text}'`));
  }

  /** Words from the following instruction to `target`, the short way round: the program counter wraps. */
  private distance(target: number): number {
    const size = this.chip.flashWords;
    if (target < 0 || target >= size) fail(`the target ${target} is outside the ${size} words of the flash`);
    const forward = (target - this.address - 1 + 2 * size) % size;
    return forward < size / 2 ? forward : forward - size;
  }

  private value(text = ''): number {
    return evaluate(text, name => (name === '.' ? this.address : this.symbols.get(name)));
  }

  private claim(word: number, address: number, words: readonly number[]): number {
    if (address >= this.chip.flashWords) fail(`address ${address} is outside the flash`);
    if (words[address] !== undefined) fail(`there are two words for address ${address}`);
    return word;
  }

  /** Puts the line number in front of any complaint. */
  private at<T>(line: number, action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof RangeError) {
        throw new SyntaxError(`line ${line}: ${error.message}`);
      }
      throw error;
    }
  }
}

function parse(text: string, line: number): Statement {
  const code = text.replace(/(;|\/\/).*$/, '').trim();
  const [, label, rest] = /^(?:(\w+):)?\s*(.*)$/.exec(code)!;
  const [, name, operands] = /^(\S*)\s*(.*)$/.exec(rest)!;
  return {
    line,
    label,
    name: name.toLowerCase(),
    operands: operands === '' ? [] : operands.split(/\s*,\s*/),
  };
}

function fail(reason: string): never {
  throw new SyntaxError(reason);
}
