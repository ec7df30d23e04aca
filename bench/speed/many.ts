/** Many independent jobs over all processors, beside what those processors give a loop that shares nothing. */
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { Board, type Exchange, replay } from '../../simulator/index.ts';
import { Machine } from '../../vm-host/index.ts';
import { median } from './clock.ts';
import { jobSession, programmer } from './programs.ts';

const ROUNDS = 5;
/** What all processors share out, and what one of them does alone: that is as long as it needs to be measured. */
const JOBS = 1000;
const JOBS_OF_ONE = 100;
/** Jobs a thread takes at a time: whoever is done first takes the next ones. */
const BATCH = 5;
/** Jobs, or rounds of the loop, until a thread's compilers have seen enough. */
const WARM_UP = 20;
/** Rounds of the loop that stands for a job; it need not be as long as one. */
const LOOP = 1_000_000;

type Work = 'jobs' | 'loop';

/** The beginning of a job, for simulations of which many are under way. */
export const shortJob = (session: readonly Exchange[]) => session.slice(0, 60);

function job(): () => void {
  const words = programmer();
  const session = jobSession();
  return () => void new Board({ programmer: new Machine({ words, engine: 'fast' }) }).run(replay(session));
}

/** Works in registers and touches no memory: what a processor gives when nothing is in the way. */
function loop(): () => void {
  let x = 1;
  return () => {
    for (let i = 0; i < LOOP; i++) {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
    }
    if (x === 0) throw new Error('xorshift never comes to zero');
  };
}

/** What a thread does: gets warm, says so, and on a word takes work until none is left. */
export function work(): void {
  const { kind, jobs, taken } = workerData as { kind: Work; jobs: number; taken: Int32Array };
  const one = kind === 'jobs' ? job() : loop();
  for (let i = 0; i < WARM_UP; i++) one();
  parentPort!.once('message', () => {
    for (;;) {
      const first = Atomics.add(taken, 0, BATCH);
      if (first >= jobs) break;
      for (let i = first; i < Math.min(first + BATCH, jobs); i++) one();
    }
    parentPort!.postMessage('done');
  });
  parentPort!.postMessage('ready');
}

const answer = (thread: Worker) => new Promise(resolve => thread.once('message', resolve));

interface Spent {
  readonly wall: number;
  /** Of all threads, the runtime's own included. */
  readonly processor: number;
}

/** Seconds a job, by so many threads that are warm. */
async function spread(kind: Work, jobs: number, workers: number): Promise<Spent> {
  const taken = new Int32Array(new SharedArrayBuffer(4));
  const file = fileURLToPath(import.meta.url);
  const threads = Array.from(
    { length: workers },
    () => new Worker(file, { argv: ['worker'], workerData: { kind, jobs, taken } }),
  );
  await Promise.all(threads.map(answer));
  const before = process.cpuUsage();
  const begin = performance.now();
  const done = Promise.all(threads.map(answer));
  for (const thread of threads) thread.postMessage('go');
  await done;
  const wall = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(before);
  await Promise.all(threads.map(thread => thread.terminate()));
  return { wall: wall / jobs, processor: (user + system) / 1e6 / jobs };
}

export async function reportMany(): Promise<void> {
  const processors = cpus().length;
  const one: Record<Work, Spent[]> = { jobs: [], loop: [] };
  const all: Record<Work, Spent[]> = { jobs: [], loop: [] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const kind of ['loop', 'jobs'] as const) {
      one[kind].push(await spread(kind, JOBS_OF_ONE, 1));
      all[kind].push(await spread(kind, JOBS, processors));
    }
  }
  const middle = (spent: readonly Spent[], clock: keyof Spent) => median(spent.map(each => each[clock]));
  const gain = (kind: Work) => middle(one[kind], 'wall') / middle(all[kind], 'wall');
  const linear = gain('jobs') / gain('loop');
  const percent = (part: number) => `${(100 * part).toFixed(0)} %`;
  const ms = (spent: readonly Spent[], clock: keyof Spent) =>
    `${(1000 * middle(spent, clock)).toFixed(1)} ms`;
  console.log(
    `${processors} processors at once do ${gain('loop').toFixed(2)} times the work of one, in a loop over registers`,
  );
  console.log(
    `${JOBS} jobs: one processor takes ${ms(one.jobs, 'wall')} a job, ${processors} take ${ms(all.jobs, 'wall')}: ` +
      `${gain('jobs').toFixed(2)} times, ${percent(gain('jobs') / processors)} of their number, ` +
      `${percent(linear)} of what they give; 90 %: ${linear >= 0.9 ? 'met' : 'missed'}`,
  );
  console.log(
    `processor time a job: ${ms(one.jobs, 'processor')} on one, ${ms(all.jobs, 'processor')} on ${processors}`,
  );
}
