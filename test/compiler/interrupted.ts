/**
 * Runs a program while interrupts come: what main does must be what it does without them, and each
 * run of the handler must do what the handler does as WebAssembly.
 */

import { CompileError, compile, type Image } from '../../compiler/index.ts';
import { decode } from '../../vm-host/isa.ts';
import { Machine } from '../../vm-host/machine.ts';
import { HANDLER } from './random-program.ts';
import { difference, type Effect, Log, nativeImports, runNatively, WATCHES } from './translation.ts';
import { encodeModule, type TestModule } from './wasm-program.ts';

const SREG = 0x3f;
/** A handler may do so much in all its runs together; what comes later is not compared. */
const MOST_STEPS = 300_000;

/** What an interrupted run came to. */
interface Run {
  main: Effect[];
  handler: Effect[];
  interrupts: number;
  /** Whether main came to its end. */
  over: boolean;
}

/** What is different from an undisturbed run, or how many interrupts came; a refusal by its code. */
export function compareInterrupted(
  module: TestModule,
  seed: number,
  every: number,
): { what?: string; refused?: string; interrupts: number } {
  const bytes = encodeModule(module);
  let image: Image;
  try {
    image = compile(bytes);
  } catch (error) {
    if (error instanceof CompileError) return { refused: error.code, interrupts: 0 };
    return { what: `${error instanceof Error ? error.stack : error}`, interrupts: 0 };
  }
  const run = runInterrupted(image, seed, every);
  const undisturbed = runNatively(bytes, seed, 1);
  const main = difference(run.over ? undisturbed : undisturbed.slice(0, run.main.length), run.main);
  const expected = handlerNatively(bytes, seed, run.interrupts);
  const handler = difference(expected, run.handler.slice(0, expected.length));
  const what = (main && `in main: ${main}`) ?? (handler && `in the handler: ${handler}`);
  return { what: what && `${what}\n${image.toListing()}`, interrupts: run.interrupts };
}

const handlerSeed = (seed: number): number => seed + 7_000_000;

function handlerNatively(bytes: Uint8Array, seed: number, times: number): Effect[] {
  const log = new Log(handlerSeed(seed), 1);
  const imports = { mcu: nativeImports(log) };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes as BufferSource), imports);
  const handler = instance.exports[HANDLER] as () => void;
  try {
    for (let i = 0; i < times; i++) handler();
  } catch {
    // the log is full
  }
  return log.effects;
}

/** The image with an interrupt after every `every` instructions of main. */
function runInterrupted(image: Image, seed: number, every: number): Run {
  const machine = new Machine({ words: image.words });
  const logs = { main: new Log(seed, 1), handler: new Log(handlerSeed(seed), 1) };
  const watches = Array.from(image.words, word => {
    const { row, operands } = decode(word)!;
    return WATCHES[row.name]?.(operands[0], operands[1]);
  });
  const keeper = keeperOf(image);
  const vector = image.chip.vectors.find(({ name }) => name === HANDLER)!.address;
  let inside = 0;
  let interrupts = 0;
  let since = 0;
  for (let steps = 1; steps < MOST_STEPS; steps++) {
    // not before globals have their values; one instruction of main at least between two interrupts
    if (inside === 0 && logs.main.effects.length > 0 && since++ >= every) {
      inside = enter(machine, vector);
      since = 0;
      interrupts++;
    }
    const log = inside > 0 ? logs.handler : logs.main;
    const watch = inside > 0 && isStatus(image, machine.pc, keeper) ? undefined : watches[machine.pc];
    const over = watch ? watch(machine, log) : machine.step();
    if (over && log === logs.main)
      return { main: logs.main.effects, handler: logs.handler.effects, interrupts, over: true };
    if (machine.depth < inside) inside = 0;
  }
  return { main: logs.main.effects, handler: logs.handler.effects, interrupts, over: false };
}

/** The register in which the handler keeps SREG: reading it is the first thing that a handler does. */
function keeperOf(image: Image): number {
  const { address } = image.functions.find(({ name }) => name === HANDLER)!;
  const { row, operands } = decode(image.words[address])!;
  if (row.name !== 'in' || operands[1] !== SREG) throw new Error('the handler does not begin with IN SREG');
  return operands[0];
}

/** Whether the compiler put this instruction there to keep SREG: the source knows nothing of it. */
function isStatus(image: Image, pc: number, keeper: number): boolean {
  const { row, operands } = decode(image.words[pc])!;
  if (row.name === 'in') return operands[0] === keeper && operands[1] === SREG;
  return row.name === 'out' && operands[0] === SREG && operands[1] === keeper;
}

/** What the chip does when it takes an interrupt; answers the depth of the stack inside. */
function enter(machine: Machine, vector: number): number {
  const state = machine.save();
  const { cpu } = state;
  const stack = cpu.stack.slice();
  if (cpu.depth === stack.length) throw new Error('the stack has no level left for the interrupt');
  stack[cpu.depth] = cpu.pc;
  machine.restore({
    ...state,
    cpu: { ...cpu, stack, depth: cpu.depth + 1, pc: vector, sreg: cpu.sreg & 0x7f },
  });
  return cpu.depth + 1;
}
