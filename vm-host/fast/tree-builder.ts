/**
 * Follows a program from one address along all its ways, until they come back, meet another loop, or do
 * something that only the interpreter or a part of the chip can do.
 *
 * What comes out is a tree: every way is known from the head, so nothing has to be decided twice and a wait
 * shows what it waits for. Code that several ways share is in the tree several times; a budget bounds that.
 */
import type { Chip } from '../chip.ts';
import type { IoSpace } from '../io.ts';
import { type Decoded, decode } from '../isa.ts';
import { knowsWay } from './foresight.ts';
import { Path, POINTER } from './path.ts';
import { forkOf, I_NUMBER, isBranch, isFork } from './questions.ts';
import { effects } from './semantics.ts';
import { type End, longestOf, type Stretch, type Tree } from './tree.ts';
import { ask, constant, decided, type Question, statusByte, type Value } from './value.ts';

/** Instructions of all ways together. */
export const BUDGET = 80;
/** Clocks after which a tree asks again whether there is time. */
const CLOCKS_BETWEEN = 24;

/** What is known of the program when a tree is made. */
export interface Outlook {
  /** What Z holds: the best guess at what it will hold. */
  readonly pointer: number;
  /** The way round the loop, where it is known; see ahead.ts. */
  readonly guess?: readonly number[];
}

/** How large a tree may grow. */
export interface Extent {
  /** Instructions of all ways together. */
  readonly budget: number;
  /** All other ways end where they leave the guess. */
  readonly guessOnly?: boolean;
}

export class TreeBuilder {
  private readonly rounds: Path[] = [];
  private readonly exits: Path[] = [];
  private guess: Path | undefined;
  private budget: number;

  constructor(
    private readonly chip: Chip,
    private readonly words: Uint16Array,
    private readonly heads: Uint8Array,
    private readonly io: IoSpace,
    private readonly head: number,
    private readonly outlook: Outlook,
    private readonly extent: Extent = { budget: BUDGET },
  ) {
    this.budget = extent.budget;
  }

  build(): Tree {
    const shared = {
      guess: this.outlook.guess ?? [],
      names: 0,
      used: new Set<number>(),
      flagsUsed: 0,
      sreg: this.chip.io.SREG,
      read: (address: number, now: string) => this.read(address, now),
    };
    const root = this.follow(new Path(this.head, shared));
    return {
      head: this.head,
      flashWords: this.words.length,
      root,
      size: this.extent.budget - this.budget,
      longest: longestOf(root),
      used: shared.used,
      flagsUsed: shared.flagsUsed,
      rounds: this.rounds,
      exits: this.exits,
      guess: this.guess,
    };
  }

  private follow(path: Path): Stretch {
    let last = path.offset;
    for (;;) {
      const start = path.offset;
      const end = this.step(path);
      if (!end) {
        last = start;
        continue;
      }
      if (end.kind !== 'branch') path.lookAtAll();
      if (end.kind !== 'branch' && end.kind !== 'again') this.exits.push(path);
      if (end.kind !== 'leave' && end.kind !== 'again' && end.kind !== 'time') last = start;
      return { path, lines: path.lines, end, last: Math.max(last, ...lasts(end)) };
    }
  }

  /** One instruction; what it gives ends the stretch. */
  private step(path: Path): End | undefined {
    const decoded = decode(this.words[path.pc]);
    const fresh = path.offset === 0 && path.lines.length === 0;
    if (!fresh && path.pc === this.head && path.calls.length === 0 && !path.goesOn) return this.again(path);
    if (!fresh && (this.budget <= 0 || this.endsHere(path))) return { kind: 'leave' };
    if (path.offset - path.asked > CLOCKS_BETWEEN) return this.askForTime(path);
    this.budget--;
    if (!decoded) return { kind: 'perform' };
    return this.instruction(path, decoded);
  }

  private askForTime(path: Path): End {
    const next = path.fork(path.pc, 0);
    next.asked = path.offset;
    return { kind: 'time', next: this.follow(next) };
  }

  /** A way ends where another loop begins, unless its rounds are known; the guess goes through. */
  private endsHere(path: Path): boolean {
    if (this.extent.guessOnly) return !path.isGuess;
    return this.heads[path.pc] === 1 && !knowsWay(path, this.words, this.head, this.budget);
  }

  private again(path: Path): End {
    this.rounds.push(path);
    if (path.isGuess) this.guess = path;
    return { kind: 'again' };
  }

  private instruction(path: Path, { row, operands }: Decoded): End | undefined {
    const [a = 0, b = 0] = operands;
    const { name, clocks } = row;
    if (isFork(name)) return this.branch(path, { row, operands });
    if (name === 'rjmp') return this.go(path, path.pc + 1 + a, clocks);
    if (name === 'rcall') return this.call(path, a, clocks);
    if (name === 'ret') return this.ret(path, clocks);
    if (name === 'reti' && path.calls.length === 0) return { kind: 'return', letsIn: true };
    if (name === 'out') return this.out(path, a, path.get(b), clocks);
    if (name === 'sbi' || name === 'cbi') return this.setBit(path, name === 'sbi', a, b);
    if (name === 'ld' || name === 'st') return this.access(path, name, a, clocks);
    if (name === 'wdr') path.restart();
    else {
      const effect = effects[name];
      if (!effect || this.mustPerform(name, a, b)) return { kind: 'perform' };
      effect(path, a, b);
    }
    return this.go(path, path.pc + 1, clocks);
  }

  /** LD and ST are moves, once it is known where Z points. */
  private access(path: Path, name: 'ld' | 'st', a: number, clocks: number): End | undefined {
    const { pointed } = path;
    if (pointed === undefined) return this.askPointer(path);
    if (pointed >= path.registers.length) return { kind: 'perform' };
    const [to, from] = name === 'ld' ? [a, pointed] : [pointed, a];
    path.set(to, path.get(from));
    return this.go(path, path.pc + 1, clocks);
  }

  /** Goes on where Z points to where it did when this was translated, else the interpreter does it. */
  private askPointer(path: Path): End {
    const z = path.get(POINTER);
    if (z.kind !== 'register' || z.number !== POINTER) return { kind: 'perform' };
    const question: Question = { kind: 'equal', a: z, b: constant(this.outlook.pointer) };
    const next = () => {
      const known = path.fork(path.pc, 0);
      known.pointer = this.outlook.pointer;
      return this.follow(known);
    };
    return this.passing(path, question, true, next, () => ({ kind: 'perform' }));
  }

  /** SEI, and registers that do not exist. */
  private mustPerform(name: string, a: number, b: number): boolean {
    return (name === 'bset' && a === I_NUMBER) || (name === 'in' && !this.io[b]);
  }

  private go(path: Path, pc: number, clocks: number): undefined {
    path.go(this.wrap(pc), clocks);
  }

  private branch(path: Path, { row, operands }: Decoded): End | undefined {
    const [a, b] = operands;
    if ((row.name === 'sbic' || row.name === 'sbis') && !this.io[a]) return { kind: 'perform' };
    const { pc } = path;
    const { question, on } = forkOf(path, row.name, a, b);
    const target = isBranch(row.name) ? pc + 1 + b : pc + 2;
    const answer = decided(question);
    if (answer !== undefined) {
      return answer === on ? this.go(path, target, row.taken) : this.go(path, pc + 1, row.clocks);
    }
    path.questions.push(question);
    const taken = this.follow(path.fork(this.wrap(target), row.taken));
    const passed = this.follow(path.fork(this.wrap(pc + 1), row.clocks));
    const [yes, no] = on ? [taken, passed] : [passed, taken];
    return { kind: 'branch', test: ask(question), yes, no };
  }

  private call(path: Path, distance: number, clocks: number): End {
    const back = this.wrap(path.pc + 1);
    const next = path.fork(this.wrap(back + distance), clocks);
    next.calls.push(back);
    return { kind: 'call', level: path.calls.length, back, next: this.follow(next) };
  }

  private ret(path: Path, clocks: number): End | undefined {
    const back = path.calls.pop();
    return back === undefined ? { kind: 'return', letsIn: false } : this.go(path, back, clocks);
  }

  /** OUT. Where the program probably comes by without changing anything, that is asked, and the way goes on. */
  private out(path: Path, address: number, value: Value, clocks: number): End {
    if (address === this.chip.io.SREG) return this.outSreg(path, value, clocks);
    const write = () => this.write(address, value.js, clocks);
    if (!this.io[address]?.latch || !path.isGuess) return write();
    const question: Question = { kind: 'equal', a: path.input(address), b: value };
    return this.passing(path, question, true, () => this.follow(this.after(path, clocks)), write);
  }

  /** SREG takes a byte: flags like others, as long as interrupts are let in, or kept out, as they were. */
  private outSreg(path: Path, value: Value, clocks: number): End {
    const difference = path.fromFlags(`${value.js} ^ (${statusByte(path.flags)})`, path.allFlags, value);
    const question: Question = { kind: 'bit', value: difference, bit: I_NUMBER };
    const next = () => {
      const after = this.after(path, clocks);
      after.setFlags(0xff, bit => ({ kind: 'stored', of: value, bit }));
      return this.follow(after);
    };
    return this.passing(path, question, false, next, () => ({ kind: 'perform' }));
  }

  /** The way past an instruction that takes so many clocks and does not jump. */
  private after(path: Path, clocks: number): Path {
    return path.fork(this.wrap(path.pc + 1), clocks);
  }

  /** Goes on where the answer is `on`; else the instruction at hand is an end. */
  private passing(
    path: Path,
    question: Question,
    on: boolean,
    next: () => Stretch,
    end: (path: Path) => End,
  ): End {
    const ending = path.fork(path.pc, 0);
    ending.lookAtAll();
    this.exits.push(ending);
    path.questions.push(question);
    const same = next();
    const ends: Stretch = { path: ending, lines: ending.lines, end: end(ending), last: ending.offset };
    return { kind: 'branch', test: ask(question), yes: on ? same : ends, no: on ? ends : same };
  }

  private write(address: number, value: string, clocks: number): End {
    if (!this.io[address] || address === this.chip.io.SREG) return { kind: 'perform' };
    return { kind: 'write', address, value, clocks };
  }

  /** SBI and CBI. Where that bit is already so in a mere latch, nothing happens and the way goes on. */
  private setBit(path: Path, on: boolean, address: number, bit: number): End {
    const clocks = 2;
    const register = this.io[address];
    if (!register?.latch) return this.writeBit(path, on, address, bit, clocks);
    const question: Question = { kind: 'bit', value: path.input(address), bit };
    const next = () => this.follow(this.after(path, clocks));
    return this.passing(path, question, on, next, ending => this.writeBit(ending, on, address, bit, clocks));
  }

  private writeBit(path: Path, on: boolean, address: number, bit: number, clocks: number): End {
    const read = this.read(address, path.now);
    return this.write(address, on ? `${read} | ${1 << bit}` : `${read} & ${255 ^ (1 << bit)}`, clocks);
  }

  /** A register that does not change by itself needs no clock to be read. */
  private read(address: number, now: string): string {
    return `io[${address}].read(${this.io[address]?.after ? now : 0})`;
  }

  /** As the processor does, whose flash has a power of two of words; a jump can reach further than that. */
  private wrap(pc: number): number {
    return pc & (this.words.length - 1);
  }
}

function lasts(end: End): number[] {
  if (end.kind === 'branch') return [end.yes.last, end.no.last];
  return end.kind === 'call' ? [end.next.last] : [];
}
