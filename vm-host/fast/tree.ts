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
import { Path, POINTER } from './path.ts';
import { effects } from './semantics.ts';
import { ask, constant, decided, type Question, statusByte, type Value } from './value.ts';

/** How a stretch of a tree ends. */
export type End =
  /** Leaves the tree with the state of `path`. */
  | { readonly kind: 'leave' }
  /** The head again. */
  | { readonly kind: 'again' }
  /** The interpreter does the instruction at hand. */
  | { readonly kind: 'perform' }
  /** An I/O register is written; the tree is left after it. */
  | { readonly kind: 'write'; readonly address: number; readonly value: string; readonly clocks: number }
  /** RET to an address that only the stack knows; RETI lets interrupts in. */
  | { readonly kind: 'return'; readonly letsIn: boolean }
  | { readonly kind: 'branch'; readonly test: string; readonly yes: Stretch; readonly no: Stretch }
  /** Goes on when there is room on the stack, else the interpreter faults. */
  | { readonly kind: 'call'; readonly level: number; readonly back: number; readonly next: Stretch }
  /** Goes on when there is time for all of `next`. */
  | { readonly kind: 'time'; readonly next: Stretch };

/** Statements without a branch, and their end. */
export interface Stretch {
  readonly path: Path;
  readonly lines: readonly string[];
  readonly end: End;
  /** When the last instruction of this stretch and of those after it begins, up to the next question for time. */
  readonly last: number;
}

export interface Tree {
  readonly head: number;
  readonly flashWords: number;
  /** Instructions in it. */
  readonly size: number;
  readonly root: Stretch;
  /** When the last instruction of any way begins, questions for time or not. */
  readonly longest: number;
  /** Registers read as they were at the head. */
  readonly used: ReadonlySet<number>;
  /** Bits of SREG used as they were at the head. */
  readonly flagsUsed: number;
  /** One for each way back to the head. */
  readonly rounds: readonly Path[];
  /** One for each way out. */
  readonly exits: readonly Path[];
  /** The one of the rounds that the program will probably take. */
  readonly guess: Path | undefined;
}

/** What is known of the program when a tree is made. */
export interface Outlook {
  /** What Z holds: the best guess at what it will hold. */
  readonly pointer: number;
  /** The way round the loop, where it is known; see ahead.ts. */
  readonly guess?: readonly number[];
}

/** Instructions of all ways together. */
export const BUDGET = 80;
/** Clocks after which a tree asks again whether there is time. */
const CLOCKS_BETWEEN = 24;

const SKIPS: Readonly<
  Record<string, (path: Path, a: number, b: number) => { question: Question; on: boolean }>
> = {
  cpse: (p, d, r) => ({ question: { kind: 'equal', a: p.get(d), b: p.get(r) }, on: true }),
  sbrc: (p, r, bit) => ({ question: { kind: 'bit', value: p.get(r), bit }, on: false }),
  sbrs: (p, r, bit) => ({ question: { kind: 'bit', value: p.get(r), bit }, on: true }),
  sbic: (p, a, bit) => ({ question: { kind: 'bit', value: p.input(a), bit }, on: false }),
  sbis: (p, a, bit) => ({ question: { kind: 'bit', value: p.input(a), bit }, on: true }),
};

const BRANCHES: Readonly<Record<string, boolean>> = { brbs: true, brbc: false };

/** SEI lets interrupts in, which is the dispatcher's affair. */
const I_NUMBER = 7;

/** True for words that change nothing but registers, flags other than I, stack and program counter. */
export function isQuiet(word: number): boolean {
  const { row, operands } = decode(word) ?? {};
  if (!row || !operands) return false;
  const { name } = row;
  if (name in effects) return !(name === 'bset' && operands[0] === I_NUMBER);
  return name in SKIPS || name in BRANCHES || ['rjmp', 'rcall', 'ret'].includes(name);
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
    const root = this.follow(new Path(this.head, shared), 0);
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

  /** @param asked when the last question for time was asked */
  private follow(path: Path, asked: number): Stretch {
    let last = path.offset;
    for (;;) {
      const start = path.offset;
      const end = this.step(path, asked);
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
  private step(path: Path, asked: number): End | undefined {
    const decoded = decode(this.words[path.pc]);
    const fresh = path.offset === 0 && path.lines.length === 0;
    if (!fresh && path.pc === this.head && path.calls.length === 0 && !path.goesOn) return this.again(path);
    if (!fresh && (this.budget <= 0 || this.endsHere(path))) return { kind: 'leave' };
    if (path.offset - asked > CLOCKS_BETWEEN) {
      return { kind: 'time', next: this.follow(path.fork(path.pc, 0), path.offset) };
    }
    this.budget--;
    if (!decoded) return { kind: 'perform' };
    return this.instruction(path, decoded, asked);
  }

  /** A way ends where another loop begins, unless its rounds are known; the guess goes through. */
  private endsHere(path: Path): boolean {
    if (this.extent.guessOnly) return !path.isGuess;
    return this.heads[path.pc] === 1 && !this.knowsWay(path);
  }

  /**
   * True when constants decide how the loop that begins here goes: its rounds become part of the tree. Where
   * they lead through this tree's own head and out of its loop again, they do not: this is the inner one of two
   * loops, and a tree of the outer one can have all rounds of it.
   */
  private knowsWay(path: Path): boolean {
    const ahead = path.fork(path.pc, 0);
    let decisions = 0;
    let passesHead = false;
    for (let count = 0; count < this.budget; count++) {
      passesHead ||= ahead.pc === this.head;
      const known = this.goAhead(ahead);
      if (known === 'unknown') return decisions > 0 && !passesHead;
      if (known === 'decided') decisions++;
    }
    return decisions > 0;
  }

  /** One instruction, as far as constants say what it does. */
  private goAhead(path: Path): 'plain' | 'decided' | 'unknown' {
    const { row, operands } = decode(this.words[path.pc]) ?? {};
    if (!row || !operands) return 'unknown';
    if (row.name in BRANCHES) {
      const source = path.flags[operands[0]];
      const answer = decided({ kind: 'flag', bit: operands[0], source });
      if (answer === undefined) return 'unknown';
      path.pc = this.wrap(path.pc + 1 + (answer === BRANCHES[row.name] ? operands[1] : 0));
      return 'decided';
    }
    if (row.name === 'rjmp') {
      path.pc = this.wrap(path.pc + 1 + operands[0]);
      return 'plain';
    }
    const effect = effects[row.name];
    if (!effect || row.name === 'in') return 'unknown';
    effect(path, operands[0], operands[1]);
    path.pc = this.wrap(path.pc + 1);
    return 'plain';
  }

  private again(path: Path): End {
    this.rounds.push(path);
    if (path.isGuess) this.guess = path;
    return { kind: 'again' };
  }

  private instruction(path: Path, { row, operands }: Decoded, asked: number): End | undefined {
    const [a = 0, b = 0] = operands;
    const { name, clocks } = row;
    if (name in SKIPS || name in BRANCHES) return this.branch(path, { row, operands }, asked);
    if (name === 'rjmp') return this.go(path, path.pc + 1 + a, clocks);
    if (name === 'rcall') return this.call(path, a, clocks, asked);
    if (name === 'ret') return this.ret(path, clocks);
    if (name === 'reti' && path.calls.length === 0) return { kind: 'return', letsIn: true };
    if (name === 'out') return this.out(path, a, path.get(b), clocks, asked);
    if (name === 'sbi' || name === 'cbi') return this.setBit(path, name === 'sbi', a, b, asked);
    if (name === 'ld' || name === 'st') return this.access(path, name, a, clocks, asked);
    if (name === 'wdr') path.restart();
    else {
      const effect = effects[name];
      if (!effect || this.mustPerform(name, a, b)) return { kind: 'perform' };
      effect(path, a, b);
    }
    return this.go(path, path.pc + 1, clocks);
  }

  /** LD and ST are moves, once it is known where Z points. */
  private access(path: Path, name: 'ld' | 'st', a: number, clocks: number, asked: number): End | undefined {
    const { pointed } = path;
    if (pointed === undefined) return this.askPointer(path, asked);
    if (pointed >= path.registers.length) return { kind: 'perform' };
    const [to, from] = name === 'ld' ? [a, pointed] : [pointed, a];
    path.set(to, path.get(from));
    return this.go(path, path.pc + 1, clocks);
  }

  /** Goes on where Z points to where it did when this was translated, else the interpreter does it. */
  private askPointer(path: Path, asked: number): End {
    const z = path.get(POINTER);
    if (z.kind !== 'register' || z.number !== POINTER) return { kind: 'perform' };
    const question: Question = { kind: 'equal', a: z, b: constant(this.outlook.pointer) };
    const next = () => {
      const known = path.fork(path.pc, 0);
      known.pointer = this.outlook.pointer;
      return this.follow(known, asked);
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

  private branch(path: Path, { row, operands }: Decoded, asked: number): End | undefined {
    const [a, b] = operands;
    if ((row.name === 'sbic' || row.name === 'sbis') && !this.io[a]) return { kind: 'perform' };
    const { pc } = path;
    const isBranch = row.name in BRANCHES;
    const { question, on } = isBranch
      ? { question: { kind: 'flag', bit: a, source: path.flag(a) } as Question, on: BRANCHES[row.name] }
      : SKIPS[row.name](path, a, b);
    const target = isBranch ? pc + 1 + b : pc + 2;
    const answer = decided(question);
    if (answer !== undefined) {
      return answer === on ? this.go(path, target, row.taken) : this.go(path, pc + 1, row.clocks);
    }
    path.questions.push(question);
    const taken = this.follow(path.fork(this.wrap(target), row.taken), asked);
    const passed = this.follow(path.fork(this.wrap(pc + 1), row.clocks), asked);
    const [yes, no] = on ? [taken, passed] : [passed, taken];
    return { kind: 'branch', test: ask(question), yes, no };
  }

  private call(path: Path, distance: number, clocks: number, asked: number): End {
    const back = this.wrap(path.pc + 1);
    const next = path.fork(this.wrap(back + distance), clocks);
    next.calls.push(back);
    return { kind: 'call', level: path.calls.length, back, next: this.follow(next, asked) };
  }

  private ret(path: Path, clocks: number): End | undefined {
    const back = path.calls.pop();
    return back === undefined ? { kind: 'return', letsIn: false } : this.go(path, back, clocks);
  }

  /** OUT. Where the program probably comes by without changing anything, that is asked, and the way goes on. */
  private out(path: Path, address: number, value: Value, clocks: number, asked: number): End {
    if (address === this.chip.io.SREG) return this.outSreg(path, value, clocks, asked);
    const write = () => this.write(address, value.js, clocks);
    if (!this.io[address]?.latch || !path.isGuess) return write();
    const question: Question = { kind: 'equal', a: path.input(address), b: value };
    return this.passing(path, question, true, () => this.follow(this.after(path, clocks), asked), write);
  }

  /** SREG takes a byte: flags like others, as long as interrupts are let in, or kept out, as they were. */
  private outSreg(path: Path, value: Value, clocks: number, asked: number): End {
    path.lookAtAll();
    const difference = path.fromFlags(`${value.js} ^ (${statusByte(path.flags)})`, [...path.flags], value);
    const question: Question = { kind: 'bit', value: difference, bit: I_NUMBER };
    const next = () => {
      const after = this.after(path, clocks);
      after.setFlags(0xff, bit => ({ kind: 'stored', of: value, bit }));
      return this.follow(after, asked);
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
  private setBit(path: Path, on: boolean, address: number, bit: number, asked: number): End {
    const clocks = 2;
    const register = this.io[address];
    if (!register?.latch) return this.writeBit(path, on, address, bit, clocks);
    const question: Question = { kind: 'bit', value: path.input(address), bit };
    const next = () => this.follow(this.after(path, clocks), asked);
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

  private wrap(pc: number): number {
    return (pc + this.words.length) % this.words.length;
  }
}

function longestOf({ last, end }: Stretch): number {
  if (end.kind === 'branch') return Math.max(last, longestOf(end.yes), longestOf(end.no));
  return end.kind === 'call' || end.kind === 'time' ? Math.max(last, longestOf(end.next)) : last;
}

function lasts(end: End): number[] {
  if (end.kind === 'branch') return [end.yes.last, end.no.last];
  return end.kind === 'call' ? [end.next.last] : [];
}

/** Addresses to which the ways of a tree lead, as far as they are known. */
export function destinations({ root, flashWords }: Tree): number[] {
  const from = ({ path, end }: Stretch): number[] => {
    if (end.kind === 'branch') return [...from(end.yes), ...from(end.no)];
    if (end.kind === 'call' || end.kind === 'time') return from(end.next);
    // a routine that is left half done comes back some time
    if (end.kind === 'leave') return [path.pc, ...path.calls];
    return end.kind === 'write' || end.kind === 'perform' ? [(path.pc + 1) % flashWords] : [];
  };
  return from(root);
}
