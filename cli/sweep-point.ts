/** One point of a sweep: a short job under given conditions, checked. Runs in a worker; plain data in and out. */
import {
  Board,
  type ConstraintId,
  devices,
  type Exchange,
  program,
  type Reply,
  TimingChecker,
} from '../simulator/index.ts';
import { Fault, Machine } from '../vm-host/index.ts';
import { defaultImage } from './default-image.ts';
import type { Conditions } from './sweep-grid.ts';

/** What all points have in common. */
export interface SweepSetting {
  readonly words: Uint16Array;
  readonly target: string;
  readonly xtal: number;
  readonly baud: number;
}

/** Works, works though a constraint is broken, or fails. */
export type SweepClass = 'works' | 'luck' | 'fails';

export interface SweepResult {
  readonly class: SweepClass;
  /** Constraints that are broken. */
  readonly broken: readonly ConstraintId[];
  /** Why the job failed. */
  readonly problem?: string;
}

/** Enough to use every constraint, little enough for thousands of points. */
const FLASH_BYTES = 16;
const EEPROM_BYTES = 2;
/** No answer takes longer: a chip erase with its RESET pulse is over after 50 ms. */
const TIMEOUT_SECONDS = 0.25;

/** Runs the job. The same point gives the same result. */
export function sweepPoint(setting: SweepSetting, { targetXtal, baudError, vcc }: Conditions): SweepResult {
  const { words, target, xtal, baud } = setting;
  const device = devices[target];
  const machine = new Machine({ words, xtal, vcc });
  const board = new Board({ programmer: machine, xtal, baud, baudError, vcc, target: device, targetXtal });
  const checker = new TimingChecker(board);
  const problem = attempt(board, device.flash.bytes);
  const broken = checker
    .finish()
    .constraints.filter(({ met }) => !met)
    .map(({ id }) => id);
  if (problem !== undefined) return { class: 'fails', broken, problem };
  return { class: broken.length > 0 ? 'luck' : 'works', broken };
}

function attempt(board: Board, room: number): string | undefined {
  const image = defaultImage().subarray(0, Math.min(FLASH_BYTES, room));
  const eeprom = image.subarray(0, EEPROM_BYTES);
  try {
    const { problem } = board.run(impatient(program(image, { device: board.target!.device, eeprom })));
    if (problem) return `${problem.step}: ${problem.message}`;
  } catch (error) {
    if (error instanceof Fault) return `the firmware stopped: ${error.message}`;
    throw error;
  }
  const wrong = image.findIndex((byte, i) => board.target!.flash[i] !== byte);
  return wrong < 0 ? undefined : `byte ${wrong} is wrong in the target though the host is content`;
}

/** The same conversation with less patience, for nobody waits for what does not come. */
function* impatient<R>(host: Generator<Exchange, R, Reply>): Generator<Exchange, R, Reply> {
  let step = host.next();
  while (!step.done) step = host.next(yield { ...step.value, timeout: TIMEOUT_SECONDS });
  return step.value;
}
