/** What the world outside does to a chip, at random: pins, voltages, the RESET line, supply and crystal. */
import type { Machine, MachineOptions } from '../../vm-host/index.ts';
import { Random } from '../vm-host/helpers.ts';

/** A program, and what happens to the chip that runs it. */
export interface Stimulus {
  readonly words: ArrayLike<number>;
  readonly seed: number;
  readonly clocks: number;
  /** Pins whose level moves. */
  readonly pins: readonly string[];
  /** Mean clocks between changes of pins. */
  readonly pace: number;
  /** Pins whose voltage moves; they are compared by the analog comparator. */
  readonly volts?: readonly string[];
  /** Mean clocks from one fall of the RESET line to the next; never without. */
  readonly resets?: number;
  /** The run is cut into many. */
  readonly cut?: boolean;
  readonly options?: Omit<MachineOptions, 'words' | 'engine'>;
}

const INPUTS = ['PD0', 'PD1', 'PD2', 'PD3', 'PD4', 'PB0', 'PB1', 'PB5'];
/** AIN0 and AIN1. */
const ANALOG = ['PB0', 'PB1'];
const SUPPLIES = [5, 5, 6, 4, 3.3, 2.7];

/**
 * A third of the crystals is so slow that the watchdog bites, and the program begins again after a reset or
 * wakes from power-down, within some hundred clocks.
 */
export function randomStimulus(words: Uint16Array, seed: number, clocks: number): Stimulus {
  const random = new Random(seed * 7919 + 1);
  const pace = random.pick([7, 60, 900, 9000]);
  const pins = INPUTS.filter(() => random.below(2) === 1);
  const cut = random.below(4) === 0;
  const slow = random.below(3) === 0;
  const xtal = slow ? 20_000 + random.below(30_001) : 4_000_000;
  const often = slow ? random.pick([0, 1500, 6000]) : random.pick([0, 0, 0, clocks]);
  const volts = random.below(2) ? ANALOG : [];
  return {
    words,
    seed,
    clocks,
    pace,
    pins,
    cut,
    volts,
    resets: often,
    options: { xtal, vcc: random.pick(SUPPLIES) },
  };
}

/** Lets the world act on a machine, by events of its queue. */
export function surround(machine: Machine, stimulus: Stimulus): void {
  movePins(machine, stimulus);
  moveVoltages(machine, stimulus);
  moveReset(machine, stimulus);
}

function movePins(machine: Machine, { seed, pins, pace }: Stimulus): void {
  const random = new Random(seed ^ 0x5eed);
  if (pins.length === 0) return;
  again(machine, random, 2 * pace, () => {
    machine.pins[random.pick(pins)].level = random.below(2) === 1;
  });
}

function moveVoltages(machine: Machine, { seed, volts = [], pace }: Stimulus): void {
  const random = new Random(seed ^ 0x7017);
  if (volts.length === 0) return;
  again(machine, random, 4 * pace, () => {
    machine.pins[random.pick(volts)].voltage = random.below(4) ? random.below(60) / 10 : undefined;
  });
}

function moveReset(machine: Machine, { seed, resets = 0 }: Stimulus): void {
  const random = new Random(seed ^ 0x4e5e7);
  if (resets === 0) return;
  let high = true;
  const timer = machine.queue.timer(now => {
    high = !high;
    machine.setResetLine(high);
    timer.at(now + 1 + random.below(high ? 2 * resets : 300));
  });
  timer.at(1 + random.below(2 * resets));
}

/** Does something at random clocks, up to `most` apart. */
function again(machine: Machine, random: Random, most: number, act: () => void): void {
  const timer = machine.queue.timer(now => {
    act();
    timer.at(now + 1 + random.below(most));
  });
  timer.at(1 + random.below(most));
}
