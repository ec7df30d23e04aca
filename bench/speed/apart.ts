/** Measurements that need a process of their own: node apart.js rate|job|start|memory|many … */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Board } from '../../simulator/index.ts';
import { Machine } from '../../vm-host/index.ts';
import { median, processorSeconds } from './clock.ts';
import { measureOne } from './engines.ts';
import { measureJob, runSession } from './job.ts';
import { reportMany, shortJob, work } from './many.ts';
import { jobSession, programmer, programs } from './programs.ts';

const ROUNDS = 5;

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

/** Microseconds to keep a whole simulation, and to go back to it. */
function reportSnapshot(): void {
  const board = runSession(new Machine({ words: programmer(), engine: 'fast' }), shortJob(jobSession()));
  const times = 2000;
  const state = board.snapshot();
  const micro = (work: () => void) => {
    for (let i = 0; i < times; i++) work();
    return (1e6 * processorSeconds(() => Array.from({ length: times }, work))) / times;
  };
  const taken = micro(() => void board.snapshot());
  const back = micro(() => board.restore(state));
  console.log(`a snapshot of it: ${taken.toFixed(0)} µs to take, ${back.toFixed(0)} µs to go back to`);
}

const [what, engine, program] = process.argv.slice(2);
if (what === 'rate') console.log(measureOne(engine, programs[program]));
if (what === 'job') console.log(JSON.stringify(measureJob(engine, ROUNDS)));
if (what === 'start') reportStart();
if (what === 'start-one') startUp();
if (what === 'memory') {
  reportMemory();
  reportSnapshot();
}
if (what === 'many') await reportMany();
if (what === 'worker') work();
