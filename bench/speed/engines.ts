/** How fast each engine runs one image: simulated clocks per processor second. */
import { type EngineName, Machine } from '../../vm-host/index.ts';
import { Avr8jsMachine } from './avr8js-machine.ts';
import { processorSeconds } from './clock.ts';
import { type Contestant, contest, type Medians } from './contest.ts';
import type { Simavr } from './simavr.ts';

/** A machine of any maker with all of port D high: RXD idle, no key pressed. */
function idle<M extends { pins: Readonly<Record<string, { level: boolean }>> }>(machine: M): M {
  for (const [name, pin] of Object.entries(machine.pins)) if (name.startsWith('PD')) pin.level = true;
  return machine;
}

/** Clocks per second over a span that takes long enough to be measured: doubles it until it does. */
function rate(machine: { cycle: number; run(limit: number): void }, clocks: number): number {
  for (let span = clocks; ; span *= 4) {
    const start = machine.cycle;
    const seconds = processorSeconds(() => machine.run(start + span));
    if (seconds > 0.05 || span > 1e14) return (machine.cycle - start) / Math.max(seconds, 1e-6);
  }
}

/** Enough for any compiler to have noticed what is hot. */
const WARM_UP = 3_000_000;
const SPAN = 5_000_000;
/** Measurements of a process; all but the last are for its compiler. */
const MEASURES = 6;

/** Whoever runs in this process: both engines, and avr8js. */
function here(name: string, words: Uint16Array): Contestant {
  const machine = idle(
    name === 'avr8js' ? new Avr8jsMachine(words) : new Machine({ words, engine: name as EngineName }),
  );
  machine.run(WARM_UP);
  return { name, measure: () => rate(machine, SPAN) };
}

/** simavr, which is a process of its own. */
export function simavrOn(simavr: Simavr, words: Uint16Array): Contestant {
  const measure = () => {
    const { clocks, seconds } = simavr.run(words, 2 * SPAN);
    return clocks / seconds;
  };
  return { name: 'simavr', measure };
}

/** Clocks per second of one engine, in a process that has no other in it: the last of some, when its compiler is done. */
export function measureOne(name: string, words: Uint16Array): number {
  const { measure } = here(name, words);
  return Array.from({ length: MEASURES }, measure)[MEASURES - 1];
}

/** Clocks per second of `fast` and the peers, one after the other in this process, medians over `rounds`. */
export function measureAll(words: Uint16Array, simavr: Simavr | undefined, rounds: number): Medians {
  const contestants = [here('fast', words), here('avr8js', words)];
  if (simavr) contestants.push(simavrOn(simavr, words));
  return contest(contestants, rounds);
}

/** How many times as fast `fast` is as the faster of the peers. */
export function ratioToPeers({ fast, avr8js, simavr = 0 }: Medians): number {
  return fast / Math.max(avr8js, simavr);
}
