/** What the tests of the virtual machine share. */
import { assemble, Fault, Machine, type MachineOptions } from '../../vm-host/index.ts';

export type Options = Omit<MachineOptions, 'words'>;

/** A machine with an assembled program. */
export function machineWith(source: string, options: Options = {}): Machine {
  return new Machine({ words: assemble(source).words, ...options });
}

/** Runs a program until it comes to `label` (default: a label `end`); complains after `limit` clocks. */
export function runTo(source: string, options: Options & { label?: string; limit?: number } = {}): Machine {
  const { words, labels } = assemble(source);
  const machine = new Machine({ words, ...options });
  goTo(machine, labels[options.label ?? 'end'], options.limit);
  return machine;
}

/** Steps until `pc` is reached. */
export function goTo(machine: Machine, pc: number, limit = 100_000): void {
  const last = machine.cycle + limit;
  do {
    if (machine.cycle > last) throw new Error(`0x${pc.toString(16)} was not reached in ${limit} clocks`);
    machine.step();
  } while (machine.pc !== pc);
}

/**
 * False when the step faults, which leaves the machine as it was: a fourth call, a return without one, a pointer
 * too far. A word that is no instruction is a mistake of the test.
 */
export function withoutFault(step: () => void): boolean {
  try {
    step();
  } catch (error) {
    if (error instanceof Fault && error.kind !== 'illegal-word') return false;
    throw error;
  }
  return true;
}

/** Lets time pass in NOPs, which stand from `place` on to the end of the flash; then stands before `next`. */
export function idleTo(machine: Machine, clock: number, place: number, next = place): void {
  while (machine.cycle < clock) {
    machine.pc = place;
    machine.run(Math.min(clock, machine.cycle + machine.chip.flashWords - place));
  }
  machine.pc = next;
}

/** A flash with this program at its beginning and NOPs behind. */
export function beforeNops(source: string, options: Options = {}): Machine {
  const { words } = assemble(source);
  return new Machine({ words: Uint16Array.from({ length: 512 }, (_, i) => words[i] ?? 0), ...options });
}

/** One word at address 0, everything else under control of the test. */
export function machineOfWord(word: number): Machine {
  return new Machine({ words: [word] });
}

/** Changes of some pins as text, `PB4=high@17`, in the order in which they come. */
export function record(machine: Machine, ...pins: string[]): string[] {
  const trace: string[] = [];
  for (const name of pins) {
    machine.pins[name].onDrive = (drive, now) => trace.push(`${name}=${drive}@${now}`);
  }
  return trace;
}

/** A small generator of repeatable random numbers (xorshift32). */
export class Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0 || 1;
  }

  /** 32 bits, unsigned. */
  next(): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return this.state >>> 0;
  }

  /** A whole number from 0 to `limit` - 1. */
  below(limit: number): number {
    return this.next() % limit;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)];
  }
}

/** SREG as letters in the order ITHSVNZC, for messages. */
export function flags(sreg: number): string {
  return [...'ITHSVNZC'].filter((_, i) => (sreg >> (7 - i)) & 1).join('');
}
