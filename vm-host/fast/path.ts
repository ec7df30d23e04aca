/** One way through the program from the head of a tree, as far as it is known. */
import { type Flag, type FlagSource, flagIsSet, type Question, type Sum, type Value } from './value.ts';

/** A read of an I/O register on the way. */
export type Input = Extract<Value, { kind: 'input' }>;

/** What all ways of one tree share. */
export interface Shared {
  /** Numbers the constants. */
  names: number;
  /** Registers that the tree uses as they were at its head. */
  readonly used: Set<number>;
  /** Bits of SREG that it uses as they were at its head. */
  flagsUsed: number;
  /** The address of SREG in the I/O space. */
  readonly sreg: number;
  /** JavaScript that reads an I/O register at a clock. */
  readonly read: (address: number, now: string) => string;
  /** The addresses of the way that the program will probably take, from the head to the head; see ahead.ts. */
  readonly guess: readonly number[];
}

/** Z is R30 alone. */
export const POINTER = 30;

export class Path {
  readonly registers: Value[];
  flags: FlagSource[];
  /** Clocks since the head. */
  offset = 0;
  /** Return addresses that calls on the way have pushed. */
  calls: number[] = [];
  /** What was asked at the branches and skips. */
  questions: Question[] = [];
  inputs: Input[] = [];
  /** A WDR lies on the way. */
  restarts = false;
  /** What R30 holds as long as nothing changes it, where the way has asked. */
  pointer: number | undefined;
  /** Statements since the last branch. */
  lines: string[] = [];
  /** When it was last asked whether there is time. */
  asked = 0;
  /** How far along the guess this way has come; undefined once it has left it. */
  place: number | undefined = 0;

  constructor(
    public pc: number,
    readonly shared: Shared,
    from?: Path,
  ) {
    this.registers = from
      ? [...from.registers]
      : Array.from({ length: 32 }, (_, number) => ({ kind: 'register', js: `r${number}`, number }));
    this.flags = from ? [...from.flags] : Array.from({ length: 8 }, (_, bit) => ({ kind: 'before', bit }));
  }

  /** Another way that has gone the same up to here; statements stay with this one. */
  fork(pc: number, clocks: number): Path {
    const other = new Path(pc, this.shared, this);
    other.offset = this.offset + clocks;
    other.calls = [...this.calls];
    other.questions = [...this.questions];
    other.inputs = [...this.inputs];
    other.restarts = this.restarts;
    other.pointer = this.pointer;
    other.asked = this.asked;
    other.place = this.place;
    if (clocks > 0) other.moved();
    return other;
  }

  /** Goes on at another address. */
  go(pc: number, clocks: number): void {
    this.pc = pc;
    this.offset += clocks;
    this.moved();
  }

  private moved(): void {
    if (this.place === undefined) return;
    this.place = this.shared.guess[this.place + 1] === this.pc ? this.place + 1 : undefined;
  }

  /** True where the guess has further rounds. */
  get goesOn(): boolean {
    return this.isGuess && this.place! < this.shared.guess.length - 1;
  }

  /** True while this way is the one that the program will probably take. */
  get isGuess(): boolean {
    return this.place !== undefined && this.shared.guess.length > 0;
  }

  get(number: number): Value {
    const value = this.registers[number];
    if (value.kind === 'register') this.shared.used.add(value.number);
    return value;
  }

  /** Registers that are not as they were at the head. */
  get changed(): number[] {
    return this.registers.flatMap((value, number) =>
      value.kind === 'register' && value.number === number ? [] : [number],
    );
  }

  set(number: number, value: Value): void {
    this.registers[number] = value;
  }

  /** All flags, looked at. */
  get allFlags(): Flag[] {
    this.lookAtAll();
    return this.flags.map((source, bit) => ({ bit, source }));
  }

  /** The source of a flag that is looked at. */
  flag(bit: number): FlagSource {
    const source = this.flags[bit];
    this.look(source);
    return source;
  }

  /** All flags are looked at, or handed on as they are. */
  lookAtAll(): void {
    for (const source of this.flags) this.look(source);
  }

  private look(source: FlagSource): void {
    if (source.kind === 'before') this.shared.flagsUsed |= 1 << source.bit;
    if (source.kind === 'zero') this.look(source.before);
  }

  /** Names an expression. */
  name(expression: string): string {
    const name = `t${this.shared.names++}`;
    this.lines.push(`const ${name} = ${expression};`);
    return name;
  }

  setFlags(mask: number, source: (bit: number) => FlagSource): void {
    for (let bit = 0; bit < 8; bit++) if (mask & (1 << bit)) this.flags[bit] = source(bit);
  }

  other(expression: string, ...of: Value[]): Value {
    return { kind: 'other', js: this.name(expression), of, flags: [] };
  }

  /** A byte that flags went into. */
  fromFlags(expression: string, flags: readonly Flag[], ...of: Value[]): Value {
    return { kind: 'other', js: this.name(expression), of, flags };
  }

  /** a ± b, with the carry when it continues a sum. */
  sum(sign: 1 | -1, a: Value, b: Value, continues = false): Sum {
    const operator = sign > 0 ? '+' : '-';
    const carry = continues ? this.flag(0) : undefined;
    const carried = carry ? ` ${operator} (${flagIsSet(0, carry)} ? 1 : 0)` : '';
    const raw = this.name(`${a.js} ${operator} ${b.js}${carried}`);
    const lower = carry?.kind === 'sum' && carry.sum.sign === sign ? carry.sum : undefined;
    return { kind: 'sum', js: this.name(`${raw} & 255`), raw, sign, a, b, carry, lower };
  }

  /** Reads an I/O register as it is at this instruction. */
  input(address: number): Value {
    const js = this.name(this.shared.read(address, this.now));
    const input: Input = { kind: 'input', js, address, offset: this.offset };
    this.inputs.push(input);
    return input;
  }

  /** WDR: the counter of the watchdog starts again. */
  restart(): void {
    this.restarts = true;
    this.lines.push(`f.restart(${this.now});`);
  }

  /** The register that Z points to, as far as it is known. */
  get pointed(): number | undefined {
    const z = this.registers[POINTER];
    if (z.kind === 'constant') return z.n;
    return z.kind === 'register' && z.number === POINTER ? this.pointer : undefined;
  }

  /** JavaScript for the clock in which the instruction at hand begins. */
  get now(): string {
    return `base + (t + ${this.offset})`;
  }

  get carry(): string {
    return flagIsSet(0, this.flag(0));
  }
}
