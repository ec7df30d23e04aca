/** How fast, beside the peers, in one run: see bench/README.md. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { MHz, median, times } from './speed/clock.ts';
import { contest } from './speed/contest.ts';
import { ratioToPeers, simavrOn } from './speed/engines.ts';
import { type JobTimes, jobEngines } from './speed/job.ts';
import { programs } from './speed/programs.ts';
import { simavr as buildSimavr } from './speed/simavr.ts';
import { reportWasm } from './speed/wasm.ts';

/** Each figure is the median of so many. */
const ROUNDS = 5;

function row(...cells: string[]): void {
  console.log([cells[0].padEnd(26), ...cells.slice(1).map(cell => cell.padStart(13))].join(''));
}

function engines(): void {
  const simavr = buildSimavr();
  const avr8js = JSON.parse(readFileSync('node_modules/avr8js/package.json', 'utf8')).version;
  console.log(`\nsimavr ${simavr?.version ?? 'is not here'}, avr8js ${avr8js}, Node ${process.version}`);
  console.log('simulated MHz per processor; ratio: fast to the faster peer\n');
  row('', 'reference', 'fast', 'simavr', 'avr8js', 'ratio', 'goal');
  for (const [name, words] of Object.entries(programs)) {
    const contestants = ['reference', 'fast', 'avr8js'].map(engine => ({
      name: engine,
      measure: () => Number(apart('rate', engine, name)),
    }));
    const rates = contest(simavr ? [...contestants, simavrOn(simavr, words)] : contestants, ROUNDS);
    const ratio = ratioToPeers(rates);
    const goal = name === 'CRC-16' ? 3 : 50;
    const verdict = `${goal} × ${ratio >= goal ? 'met' : 'missed'}`;
    row(
      name,
      ...['reference', 'fast', 'simavr', 'avr8js'].map(each => MHz(rates[each])),
      times(ratio),
      verdict,
    );
  }
}

/** Measured in processes of their own, as nothing may be warm or left over from before. */
function apart(...argv: string[]): string {
  const script = join(process.cwd(), 'build/bench/apart.js');
  const { stdout } = spawnSync(process.execPath, ['--expose-gc', '--enable-source-maps', script, ...argv], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return stdout;
}

function job(): void {
  console.log('\nthe job: 1 KB erased, written and verified, 8.7 simulated seconds; milliseconds\n');
  row('', 'reference', 'fast', 'avr8js', 'ratio', 'goal');
  const runs = Array.from({ length: ROUNDS }, () =>
    Object.fromEntries(jobEngines.map(name => [name, JSON.parse(apart('job', name)) as JobTimes])),
  );
  const medians = (clock: keyof JobTimes) =>
    Object.fromEntries(jobEngines.map(name => [name, median(runs.map(run => run[name][clock]))]));
  for (const clock of ['processor', 'wall', 'coldWall'] as const) {
    const seconds = medians(clock);
    const ms = (name: string) => (seconds[name] * 1000).toFixed(1);
    const ratio = seconds.avr8js / seconds.fast;
    // what a single command pays, compilers still cold, is shown and not judged
    const verdict = clock === 'coldWall' ? '' : `20 × ${ratio >= 20 ? 'met' : 'missed'}`;
    row(clockNames[clock], ms('reference'), ms('fast'), ms('avr8js'), times(ratio), verdict);
  }
  const { fast } = medians('wall');
  console.log(`\nbelow 40 ms: ${fast < 0.04 ? 'met' : 'missed'}, ${(fast * 1000).toFixed(1)} ms on the wall`);
}

const clockNames: Readonly<Record<keyof JobTimes, string>> = {
  processor: 'processor time',
  wall: 'on the wall',
  coldWall: 'first job of a process',
};

console.log(`${cpus().length} processors, ${cpus()[0]?.model ?? 'of unknown make'}`);
engines();
job();
reportWasm();
for (const what of ['start', 'memory', 'many']) process.stdout.write(apart(what));
