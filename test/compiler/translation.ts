/**
 * Runs one program twice, as WebAssembly and as words on the chip, and compares
 * what both do to the chip's registers: every OUT with its value, every SBI and
 * CBI, every read, in order. The n-th read answers the same in both.
 */

import {
  type Code,
  CompileError,
  type CompileOptions,
  compile,
  type Image,
  passNames,
  ruleNames,
} from '../../compiler/index.ts';
import { decode } from '../../vm-host/isa.ts';
import { Machine } from '../../vm-host/machine.ts';
import { MARKER } from './random-program.ts';
import { encodeModule, type TestModule } from './wasm-program.ts';

/** One thing that a program does to the chip, as text: `out 0x18 5`, `sbi 0x18 3`, `read 0x16`. */
export type Effect = string;

/** How a comparison ended. */
export type Outcome =
  | { kind: 'same'; effects: number; words: number }
  | { kind: 'refused'; code: Code; message: string }
  | { kind: 'different'; what: string; image: Image | undefined };

/** Turns of main that are compared: the second shows that it really begins again. */
const TURNS = 2;
/** A program may do so much in a turn; what comes later is not compared. */
const MOST_EFFECTS = 3000;
const MOST_CLOCKS = 3_000_000;
const SREG = 0x3f;

const hex = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;

/** How the effect begins that ends a turn. */
export const MARKED = `out ${hex(MARKER)} `;

/** The byte that read number `n` finds. */
function scripted(n: number, seed: number): number {
  let x = Math.imul(n + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 15), 0x2c1b3c6d);
  const byte = (x ^ (x >>> 13)) & 0xff;
  // ends of ranges come up more often than chance would have them
  return [0, 0xff, 0x7f, 0x80, 0x01][n % 17] ?? byte;
}

/** Thrown through the program when it has done enough. */
class Enough extends Error {}

/** What both runs write down, and where both read. */
export class Log {
  readonly effects: Effect[] = [];
  private reads = 0;
  private turns = 0;

  /** @param most turns of main after which the run is over */
  constructor(
    private readonly seed: number,
    private readonly most: number,
  ) {}

  /** True when the run is over. */
  add(effect: Effect): boolean {
    this.effects.push(effect);
    return this.effects.length >= MOST_EFFECTS;
  }

  out(address: number, value: number): boolean {
    const full = this.add(`out ${hex(address)} ${value & 0xff}`);
    return full || (address === MARKER && ++this.turns === this.most);
  }

  read(address: number): number {
    this.add(`read ${hex(address)}`);
    return scripted(this.reads++, this.seed);
  }
}

// --- as WebAssembly -------------------------------------------------------------

/** The effects of the program in the engine's own WebAssembly. */
export function runNatively(bytes: Uint8Array, seed: number, turns = TURNS): Effect[] {
  const log = new Log(seed, turns);
  const module = new WebAssembly.Module(bytes as BufferSource);
  const imports = { mcu: nativeImports(log) };
  try {
    // when main returns the chip begins again: globals too
    for (let turn = 0; turn < turns; turn++) {
      const { main } = new WebAssembly.Instance(module, imports).exports;
      (main as () => void)();
    }
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return log.effects;
}

export function nativeImports(log: Log): Record<string, (...args: number[]) => number | undefined> {
  const stop = (over: boolean): undefined => {
    if (over) throw new Enough();
  };
  return {
    in: address => log.read(address),
    bit: (address, bit) => (log.read(address) >> bit) & 1,
    out: (address, value) => stop(log.out(address, value)),
    sbi: (address, bit) => stop(log.add(`sbi ${hex(address)} ${bit}`)),
    cbi: (address, bit) => stop(log.add(`cbi ${hex(address)} ${bit}`)),
    sleep: () => stop(log.add('sleep')),
    wdr: () => stop(log.add('wdr')),
    sei: () => stop(log.add('sei')),
    cli: () => stop(log.add('cli')),
    nop: () => undefined,
    delay: () => undefined,
    timed_begin: () => undefined,
    timed_end: () => undefined,
  };
}

// --- as words -------------------------------------------------------------------

/** What an instruction does to the log; true when the run is over. Absent: the machine just runs it. */
type Watch = (machine: Machine, log: Log) => boolean;

const pass = (machine: Machine, by = 1): void => {
  machine.pc += by;
};

/** SBIS and SBIC. A skip goes over one word: every instruction of the chip is one word long. */
const skip =
  (address: number, bit: number, whenSet: boolean): Watch =>
  (machine, log) => {
    const set = ((log.read(address) >> bit) & 1) === 1;
    pass(machine, set === whenSet ? 2 : 1);
    return false;
  };

/** An instruction that is written down and has no other effect here. */
const noted =
  (effect: string): Watch =>
  (machine, log) => {
    pass(machine);
    return log.add(effect);
  };

/** Instructions that touch the chip are answered by the script; all others run on the machine. */
export const WATCHES: Readonly<Partial<Record<string, (a: number, b: number) => Watch>>> = {
  in: (d, address) => (machine, log) => {
    machine.registers[d] = log.read(address);
    pass(machine);
    return false;
  },
  out: (address, d) => (machine, log) => {
    const over = log.out(address, machine.registers[d]);
    // flags really change: what the compiler knew of them is void
    if (address === SREG) machine.sreg = machine.registers[d] & 0x7f;
    pass(machine);
    return over;
  },
  sbi: (address, bit) => noted(`sbi ${hex(address)} ${bit}`),
  cbi: (address, bit) => noted(`cbi ${hex(address)} ${bit}`),
  sbis: (address, bit) => skip(address, bit, true),
  sbic: (address, bit) => skip(address, bit, false),
  sleep: () => noted('sleep'),
  wdr: () => noted('wdr'),
  bset: bit => (bit === 7 ? noted('sei') : runFlag(bit, true)),
  bclr: bit => (bit === 7 ? noted('cli') : runFlag(bit, false)),
};

const runFlag =
  (bit: number, on: boolean): Watch =>
  machine => {
    machine.sreg = on ? machine.sreg | (1 << bit) : machine.sreg & ~(1 << bit);
    pass(machine);
    return false;
  };

/** The effects of the image on the machine. @throws Fault, and Error when it does not come to an end */
export function runAsWords(image: Image, seed: number): { effects: Effect[]; machine: Machine } {
  const log = new Log(seed, TURNS);
  const watches = Array.from(image.words, word => {
    const { row, operands } = decode(word)!;
    return WATCHES[row.name]?.(operands[0], operands[1]);
  });
  const machine = new Machine({ words: image.words });
  // nothing may rely on what a register holds after power-on
  machine.registers.forEach((_, i) => {
    machine.registers[i] = scripted(i, seed ^ 0x55);
  });
  for (;;) {
    const watch = watches[machine.pc];
    if (watch?.(machine, log)) return { effects: log.effects, machine };
    if (watch) continue;
    machine.step();
    if (machine.cycle > MOST_CLOCKS)
      throw new Error(`no end after ${machine.cycle} clocks and ${log.effects.length} effects`);
  }
}

// --- both -----------------------------------------------------------------------

/** Every eighth program does without some passes and rules: what is left must be right too. */
function optionsOf(seed: number): CompileOptions {
  if (seed % 8 !== 7) return {};
  const some = (n: number) => ((scripted(n, seed) >> 3) & 1) === 1;
  return { without: passNames.filter((_, i) => some(i)), rules: ruleNames.filter((_, i) => some(i + 40)) };
}

/** Compiles and compares. `seed` chooses what the reads find. */
export function compare(module: TestModule, seed: number): Outcome {
  const bytes = encodeModule(module);
  const native = runNatively(bytes, seed);
  let image: Image | undefined;
  try {
    image = compile(bytes, optionsOf(seed));
    const { effects, machine } = runAsWords(image, seed);
    const what = difference(native, effects) ?? depthProblem(image, machine);
    if (what) return { kind: 'different', what, image };
    return { kind: 'same', effects: effects.length, words: image.words.length };
  } catch (error) {
    if (error instanceof CompileError) return { kind: 'refused', code: error.code, message: error.message };
    return { kind: 'different', what: `${error instanceof Error ? error.stack : error}`, image };
  }
}

function depthProblem(image: Image, machine: Machine): string | undefined {
  return machine.maxDepth > image.stackLevels
    ? `the image says ${image.stackLevels} stack levels and used ${machine.maxDepth}`
    : undefined;
}

/** The first place where two logs part, with what came before. */
export function difference(expected: Effect[], actual: Effect[]): string | undefined {
  const length = Math.max(expected.length, actual.length);
  for (let i = 0; i < length; i++) {
    if (expected[i] === actual[i]) continue;
    const before = expected.slice(Math.max(0, i - 5), i).map(effect => `    ${effect}`);
    return [
      `effect ${i} of ${expected.length} differs`,
      ...before,
      `  WebAssembly: ${expected[i] ?? '(ended)'}`,
      `  words:       ${actual[i] ?? '(ended)'}`,
    ].join('\n');
  }
  return undefined;
}
