/** The whole simulation: a recorded session with programmer, target, line, wires and the checks of SCK. */
import { Board, type Exchange, type Programmer, replay } from '../../simulator/index.ts';
import { Machine } from '../../vm-host/index.ts';
import { Avr8jsMachine } from './avr8js-machine.ts';
import { median, processorSeconds, wallSeconds } from './clock.ts';
import { jobSession, programmer } from './programs.ts';

/** Jobs, and processor seconds, after which a compiler has seen enough. */
const WARM_UP_JOBS = 2;
const WARM_UP_SECONDS = 3;

/** @throws Error when a byte of an answer is missing */
export function runSession(machine: Programmer, session: readonly Exchange[]): Board {
  const board = new Board({ programmer: machine });
  const { short } = board.run(replay(session));
  if (short.length > 0) throw new Error(`${short.length} answers came short`);
  return board;
}

const machines: Readonly<Record<string, (words: Uint16Array) => Programmer>> = {
  reference: words => new Machine({ words, engine: 'reference' }),
  fast: words => new Machine({ words, engine: 'fast' }),
  avr8js: words => new Avr8jsMachine(words),
};

export const jobEngines: readonly string[] = Object.keys(machines);

/** Seconds of one job on one engine. */
export interface JobTimes {
  readonly processor: number;
  readonly wall: number;
  /** Of the first job of the process, when nothing is compiled yet. */
  readonly coldWall: number;
}

/** The median of some jobs, in a process that has no other engine in it. */
export function measureJob(engine: string, rounds: number): JobTimes {
  const words = programmer();
  const session = jobSession();
  const job = () => void runSession(machines[engine](words), session);
  const coldWall = wallSeconds(job);
  for (let jobs = 0, spent = 0; jobs < WARM_UP_JOBS || spent < WARM_UP_SECONDS; jobs++) {
    spent += processorSeconds(job);
  }
  const seen = Array.from({ length: rounds }, () => {
    let processor = 0;
    const wall = wallSeconds(() => {
      processor = processorSeconds(job);
    });
    return { processor, wall };
  });
  return {
    processor: median(seen.map(({ processor }) => processor)),
    wall: median(seen.map(({ wall }) => wall)),
    coldWall,
  };
}
