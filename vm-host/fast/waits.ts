/**
 * Sees what a loop waits for, so that its rounds can be counted instead of run.
 *
 * A round is one way from the head of a tree back to it. It can be counted when each register it changes is a
 * counter (it, or several as one number, moves by the same step every round), or is computed afresh from what
 * stands still, from counters and from inputs, or is handed from round to round but follows from what stands
 * still alone: that one stays as it is once a round has not changed it. And for each branch it has to be said how
 * long its answer stays. Nothing here knows names or addresses of a program.
 */
import type { IoSpace } from '../io.ts';
import type { Round } from './ahead.ts';
import { Answers } from './answers.ts';
import { Motion, wide } from './motion.ts';
import type { Path } from './path.ts';
import { jsOf } from './step.ts';

/** Registers that are one number, the lowest byte first, and what a round adds to it. */
export interface Counter {
  readonly registers: readonly number[];
  /** JavaScript for its value after the round just run. */
  readonly value: string;
  /** JavaScript for the step, to be taken modulo its size. */
  readonly step: string;
}

export interface Wait {
  readonly counters: readonly Counter[];
  /** JavaScript: how many more rounds an answer, or a register's content, surely stays. */
  readonly bounds: readonly string[];
  /** Registers, and bits of SREG, of which all this is true only when the round has left them as they were. */
  readonly assumed: { readonly registers: ReadonlySet<number>; readonly flags: number };
}

/**
 * Bytes of the widest counter; more would leave whole numbers that JavaScript counts exactly. Where a program looks
 * at the upper bytes alone, they are no counter together: each then stays until the one below carries.
 */
const WIDTHS = [3, 1];

/** What the round waits for; undefined when its rounds have to be run. */
export function findWait(path: Path, io: IoSpace): Wait | undefined {
  for (const width of WIDTHS) {
    const wait = waitOf(new Motion(path, io, width), io);
    if (wait) return wait;
  }
  return undefined;
}

/**
 * True when rounds along this way can be counted instead of run.
 *
 * @param round one that was really gone: it must have left alone what a wait takes to stay
 */
export function isWait(path: Path, io: IoSpace, { from, to }: Round): boolean {
  const wait = findWait(path, io);
  if (!wait) return false;
  const stayed = [...wait.assumed.registers].every(number => from.r[number] === to.r[number]);
  return stayed && ((from.sreg ^ to.sreg) & wait.assumed.flags) === 0;
}

function waitOf(motion: Motion, io: IoSpace): Wait | undefined {
  const { path, counters, assumed, assumedFlags } = motion;
  const answers = new Answers(motion, io, path.offset);
  // what is taken to stay does so, if it has stayed once, when it follows from nothing that moves
  if (![...assumed].every(number => answers.stays(path.registers[number]))) return undefined;
  const flags = path.flags.map((source, bit) => ({ bit, source }));
  if (!flags.every(flag => !(assumedFlags & (1 << flag.bit)) || answers.flagStays(flag))) return undefined;
  if (!path.questions.every(question => answers.bound(question))) return undefined;
  for (const input of path.inputs) answers.boundInput(input);
  return {
    counters: counters.map(({ registers, step, sums }) => ({
      registers,
      step: jsOf(step),
      value: wide(sums),
    })),
    bounds: answers.bounds,
    assumed: { registers: assumed, flags: assumedFlags },
  };
}
