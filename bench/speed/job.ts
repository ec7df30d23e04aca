/** The whole simulation: a recorded session with programmer, target, line, wires and the checks of SCK. */
import { Board, type Exchange, type Programmer, replay } from '../../simulator/index.ts';
import { Machine } from '../../vm-host/index.ts';
import { Avr8jsMachine } from './avr8js-machine.ts';
import { processorSeconds, wallSeconds } from './clock.ts';
import { contest, type Medians } from './contest.ts';
import { jobSession, programmer } from './programs.ts';

/** @throws Error when a byte of an answer is missing */
export function runSession(machine: Programmer, session: readonly Exchange[]): Board {
  const board = new Board({ programmer: machine });
  const { short } = board.run(replay(session));
  if (short.length > 0) throw new Error(`${short.length} answers came short`);
  return board;
}

/** Seconds of each engine, processor and wall. */
export function measureJob(rounds: number): { processor: Medians; wall: Medians } {
  const words = programmer();
  const session = jobSession();
  const machines: Record<string, () => Programmer> = {
    reference: () => new Machine({ words, engine: 'reference' }),
    fast: () => new Machine({ words, engine: 'fast' }),
    avr8js: () => new Avr8jsMachine(words),
  };
  const contestants = (clock: (work: () => void) => number) =>
    Object.entries(machines).map(([name, make]) => ({
      name,
      measure: () => clock(() => runSession(make(), session)),
    }));
  contest(contestants(processorSeconds), 3);
  return {
    processor: contest(contestants(processorSeconds), rounds),
    wall: contest(contestants(wallSeconds), rounds),
  };
}
