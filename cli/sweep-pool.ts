/** Runs points on worker threads, or here where there is no worker script beside us (in tests, from source). */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Conditions } from './sweep-grid.ts';
import { type SweepResult, type SweepSetting, sweepPoint } from './sweep-point.ts';

/** A point with its number in the grid. */
export interface Task {
  readonly index: number;
  readonly conditions: Conditions;
}

const SCRIPT = new URL('./sweep-worker.js', import.meta.url);

/** Runs all tasks; `done` hears of each as it ends, in no order. */
export async function runTasks(
  tasks: readonly Task[],
  setting: SweepSetting,
  workers: number,
  done: (index: number, result: SweepResult) => void,
): Promise<void> {
  if (workers < 2 || !existsSync(fileURLToPath(SCRIPT))) {
    for (const { index, conditions } of tasks) {
      done(index, sweepPoint(setting, conditions));
      // lets signals and the progress bar in
      await new Promise(resolve => setImmediate(resolve));
    }
    return;
  }
  const queue = [...tasks];
  const count = Math.min(workers, queue.length);
  await Promise.all(Array.from({ length: count }, () => work(queue, setting, done)));
}

function work(
  queue: Task[],
  setting: SweepSetting,
  done: (index: number, result: SweepResult) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(SCRIPT, { workerData: setting });
    const next = () => {
      const task = queue.shift();
      if (task) worker.postMessage(task);
      else worker.terminate().then(() => resolve(), reject);
    };
    worker.on('message', ({ index, result }: { index: number; result: SweepResult }) => {
      done(index, result);
      next();
    });
    worker.on('error', reject);
    next();
  });
}
