/** Two engines, one stimulus: what both did, in a form that can be compared. */
import { Fault, Machine } from '../../vm-host/index.ts';
import { Random } from '../vm-host/helpers.ts';
import type { Census } from './census.ts';
import { type Stimulus, surround } from './stimulus.ts';

export type Engine = 'reference' | 'fast';

/** Everything that can be seen of a machine from outside, and what it would save. */
function stateOf(machine: Machine): unknown {
  const { cpu, parts, queue } = machine.save();
  // how often timers were set before is no state; their order is
  const moments = queue
    ?.map(({ due, order }, timer) => ({ due, order, timer }))
    .filter(({ due }) => due !== Number.POSITIVE_INFINITY)
    .sort((a, b) => a.due - b.due || a.order - b.order)
    .map(({ due, timer }) => `${timer}@${due}`);
  return { cpu, parts, moments };
}

export interface Story {
  readonly trace: string[];
  readonly states: unknown[];
  readonly fault: string | undefined;
  /** Where it ended. */
  readonly cycle: number;
}

const PIECES = 5;

/** What a watcher sees of the processor: between instructions, whatever engine runs them. */
function processor({ cycle, pc, sreg, registers, stack }: Machine): string {
  return `${cycle} ${pc} ${sreg} ${registers.join()} ${stack.join()}`;
}

/** In one go, or cut at random clocks and wherever a watcher stops it. */
function runTo(machine: Machine, limit: number, { cut, seed }: Stimulus, trace: string[]): void {
  const random = new Random(seed ^ limit);
  while (machine.cycle < limit) {
    machine.run(cut ? Math.min(limit, machine.cycle + 1 + random.below(random.pick([3, 30, 3000]))) : limit);
    if (cut) trace.push(processor(machine));
  }
}

/**
 * Runs a program in pieces while the world acts on the chip; ends early at a fault.
 *
 * @param census counts what happens, in runs that are not cut; on the interpreter only
 */
export function story(engine: Engine, stimulus: Stimulus, census?: Census): Story {
  const { words, clocks, options, seed } = stimulus;
  const machine = new Machine({ ...options, words, engine });
  const trace: string[] = [];
  for (const [name, pin] of Object.entries(machine.pins)) {
    pin.onDrive = (drive, now, pc) => {
      trace.push(`${name}=${drive}@${now} by ${pc}; ${processor(machine)}`);
      // whoever hears of an edge may want to look at it
      if (stimulus.cut && trace.length % 5 === 0) machine.stop();
    };
  }
  surround(machine, stimulus);
  machine.registers.set(Array.from({ length: 32 }, (_, i) => (i * 37 + seed) & 0xff));
  const states: unknown[] = [];
  let fault: string | undefined;
  try {
    for (let piece = 1; piece <= PIECES; piece++) {
      const limit = Math.floor((clocks * piece) / PIECES);
      if (census && !stimulus.cut) census.run(machine, limit);
      else runTo(machine, limit, stimulus, trace);
      states.push(stateOf(machine));
    }
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    fault = error.message;
    states.push(stateOf(machine));
  }
  return { trace, states, fault, cycle: machine.cycle };
}
