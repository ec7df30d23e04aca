/** Measurements that need a process of their own: node apart.js start|memory|many */
import { fork } from 'node:child_process';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { Board, type Exchange, replay } from '../../simulator/index.ts';
import { Machine } from '../../vm-host/index.ts';
import { median } from './clock.ts';
import { measureJob, runSession } from './job.ts';
import { jobSession, programmer } from './programs.ts';

const ROUNDS = 5;
const JOBS = 1000;

/** A job of its own, small enough that a thousand of them can be waited for. */
const shortJob = (session: readonly Exchange[]) => session.slice(0, 60);

/** From the image's text to its first instruction, in a fresh process. */
function startUp(): void {
  const begin = performance.now();
  const machine = new Machine({ words: programmer(), engine: 'fast' });
  machine.run(1);
  process.send?.(performance.now() - begin);
}

function reportStart(): void {
  const values: number[] = [];
  const next = () => {
    if (values.length === ROUNDS) {
      const ms = median(values);
      console.log(
        `\nstart-up, image to first instruction: ${ms.toFixed(1)} ms; below 20 ms: ${ms < 20 ? 'met' : 'missed'}`,
      );
      return;
    }
    fork(fileURLToPath(import.meta.url), ['start-one']).on('message', ms => {
      values.push(Number(ms));
      next();
    });
  };
  next();
}

/** Bytes per simulation with many of them under way in one process. */
function reportMemory(): void {
  const count = 200;
  const words = programmer();
  const session = shortJob(jobSession());
  const kept: Board[] = [];
  const use = () => {
    globalThis.gc!();
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    return heapUsed + external + arrayBuffers;
  };
  runSession(new Machine({ words, engine: 'fast' }), session);
  const before = use();
  for (let i = 0; i < count; i++) kept.push(runSession(new Machine({ words, engine: 'fast' }), session));
  const each = (use() - before) / kept.length;
  console.log(
    `memory of one simulation, of ${count} at once: ${(each / 1024).toFixed(0)} KB; below 2 MB: ${each < 2 ** 21 ? 'met' : 'missed'}`,
  );
}

/** So many jobs one after the other. */
function someJobs(count: number): void {
  const words = programmer();
  const session = shortJob(jobSession());
  for (let i = 0; i < count; i++) {
    const board = new Board({ programmer: new Machine({ words, engine: 'fast' }) });
    board.run(replay(session));
  }
}

/** Seconds on the wall for all jobs, spread over `workers` threads that are warm. */
async function spread(workers: number): Promise<number> {
  const threads = Array.from(
    { length: workers },
    () => new Worker(fileURLToPath(import.meta.url), { argv: ['worker', String(Math.ceil(JOBS / workers))] }),
  );
  await Promise.all(threads.map(thread => answer(thread)));
  const begin = performance.now();
  const done = Promise.all(threads.map(thread => answer(thread)));
  for (const thread of threads) thread.postMessage('go');
  await done;
  const seconds = (performance.now() - begin) / 1000;
  await Promise.all(threads.map(thread => thread.terminate()));
  return seconds;
}

const answer = (thread: Worker) => new Promise(resolve => thread.once('message', resolve));

async function reportMany(): Promise<void> {
  const cores = cpus().length;
  const one: number[] = [];
  const all: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    one.push(await spread(1));
    all.push(await spread(cores));
  }
  const speedUp = median(one) / median(all);
  const linear = speedUp / cores;
  console.log(
    `${JOBS} jobs: ${median(one).toFixed(2)} s on one core, ${median(all).toFixed(2)} s on ${cores}: ` +
      `${(100 * linear).toFixed(0)} % of linear; 90 %: ${linear >= 0.9 ? 'met' : 'missed'}`,
  );
}

async function worker(count: number): Promise<void> {
  const { parentPort } = await import('node:worker_threads');
  someJobs(20);
  parentPort!.once('message', () => {
    someJobs(count);
    parentPort!.postMessage('done');
  });
  parentPort!.postMessage('ready');
}

const [what, count] = process.argv.slice(2);
if (what === 'job') console.log(JSON.stringify(measureJob(count, ROUNDS)));
if (what === 'start') reportStart();
if (what === 'start-one') startUp();
if (what === 'memory') reportMemory();
if (what === 'many') await reportMany();
if (what === 'worker') await worker(Number(count));
