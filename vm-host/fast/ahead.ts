/**
 * Looks ahead from where a program is: which way would it go, if nothing moved, until it is back?
 *
 * That is a guess at what it will do most of the time, and nothing is wrong when it does otherwise. A tree that
 * follows all ways of a long loop grows too large; one that follows the way of the guess does not.
 */
import type { Chip } from '../chip.ts';
import { Cpu, type CpuState, load } from '../cpu.ts';
import { Fault } from '../fault.ts';
import type { IoRegister, IoSpace } from '../io.ts';
import { decode } from '../isa.ts';
import type { Cycle } from '../time.ts';

/** One round of a loop, or several. */
export interface Round {
  /** The addresses in turn, from the head to the head. */
  readonly way: readonly number[];
  /** The processor at its beginning and at its end. */
  readonly from: CpuState;
  readonly to: CpuState;
}

/** Instructions of the longest round, and as many to come to its head. */
const FARTHEST = 300;
/** Rounds that are looked at: what goes to and fro may be as it was after several. */
const MOST_ROUNDS = 8;

/** After these, interrupts or the outside have a say. */
const ENDS: ReadonlySet<string> = new Set(['reti', 'sleep']);
const I_NUMBER = 7;

export class Ahead {
  private readonly cpu: Cpu;
  private readonly words: Uint16Array;
  /** The chip's registers, as a program sees them that only looks. */
  private io: IoSpace = [];
  /** False as soon as something is changed that others can see. */
  private quiet = true;

  constructor(
    private readonly chip: Chip,
    words: Uint16Array,
  ) {
    const program = load(chip, words);
    this.words = program.words;
    const ahead = this;
    this.cpu = new Cpu(chip, program, {
      get io() {
        return ahead.io;
      },
      sleep: () => undefined,
      watchdogReset: () => undefined,
      acknowledge: () => undefined,
    });
  }

  /** One round that begins at `head`, two, and so on, as far as the program does nothing else. */
  rounds(now: Cpu, head: number): Round[] {
    this.cpu.restore(now.save());
    this.io = this.look(now.io, now.cycle);
    this.quiet = true;
    const rounds: Round[] = [];
    try {
      if (this.go(head)) this.goRound(head, rounds);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
    }
    return rounds;
  }

  /** To the head; true when it is there. */
  private go(head: number): boolean {
    for (let i = 0; i < FARTHEST && this.cpu.pc !== head; i++) if (!this.step()) return false;
    return this.cpu.pc === head;
  }

  private goRound(head: number, rounds: Round[]): void {
    const { cpu } = this;
    const from = cpu.save();
    const way = [head];
    while (way.length <= FARTHEST && rounds.length < MOST_ROUNDS) {
      if (!this.step() || cpu.depth < from.depth) return;
      way.push(cpu.pc);
      if (cpu.pc === head && cpu.depth === from.depth) rounds.push({ way: [...way], from, to: cpu.save() });
    }
  }

  private step(): boolean {
    const { row, operands } = decode(this.words[this.cpu.pc]) ?? {};
    if (!row || ENDS.has(row.name) || (row.name === 'bset' && operands?.[0] === I_NUMBER)) return false;
    this.cpu.execute();
    return this.quiet;
  }

  /** Registers as they are at this clock; who writes something new is not quiet. */
  private look(io: IoSpace, at: Cycle): IoSpace {
    return io.map((register, address) => {
      if (register === undefined) return undefined;
      return address === this.chip.io.SREG ? this.sreg() : this.standing(register, at);
    });
  }

  private standing(register: IoRegister, at: Cycle): IoRegister {
    return {
      read: () => register.read(at),
      write: value => {
        if (!register.latch || register.read(at) !== value) this.quiet = false;
      },
    };
  }

  /** The copy has an SREG of its own; I must stay as it is. */
  private sreg(): IoRegister {
    const { cpu } = this;
    return {
      read: () => cpu.sreg,
      write: value => {
        if ((value ^ cpu.sreg) & (1 << I_NUMBER)) this.quiet = false;
        cpu.sreg = value;
      },
    };
  }
}
