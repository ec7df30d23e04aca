/** A worker thread of a sweep: takes conditions, gives results, one at a time. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Conditions } from './sweep-grid.ts';
import { type SweepSetting, sweepPoint } from './sweep-point.ts';

parentPort!.on('message', ({ index, conditions }: { index: number; conditions: Conditions }) => {
  parentPort!.postMessage({ index, result: sweepPoint(workerData as SweepSetting, conditions) });
});
