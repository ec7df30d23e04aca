/** `isp timing`: are all datasheet limits kept, and how close is it? */
import { existsSync, readFileSync } from 'node:fs';
import { htmlReport, table, verdict } from '../report/index.ts';
import { UsageError } from './errors.ts';
import { figures, verdict as verdictLine } from './figures.ts';
import { outputFile } from './files.ts';
import type { Outcome } from './outcome.ts';
import type { SetupOptions } from './setup.ts';
import type { SweepOptions } from './sweep.ts';
import type { Terminal } from './terminal.ts';
import { problemsOf, type TimingJob, timingJob } from './timing-job.ts';

interface TimingOptions extends SetupOptions, Partial<Omit<SweepOptions, keyof SetupOptions>> {}

/** Options that mean nothing without a grid. */
const OF_A_SWEEP = ['shard', 'results', 'merge', 'workers'] as const;

/**
 * Runs a session, or the built-in job, with every constraint measured.
 * @throws UsageError, JobError
 */
export async function timing(
  session: string | undefined,
  options: TimingOptions,
  terminal: Terminal,
): Promise<Outcome> {
  if (options.sweep) {
    if (session !== undefined) throw new UsageError('--sweep runs a job of its own; leave out the session');
    return (await import('./sweep.ts')).sweep(options as SweepOptions, terminal);
  }
  const idle = OF_A_SWEEP.find(name => options[name] !== undefined);
  if (idle) throw new UsageError(`--${idle} belongs to --sweep`);
  const page = outputFile(options.html);
  const job = await timingJob(session, options, terminal, page !== undefined);
  page?.write(pageOf(job));
  page?.close();
  return outcome(job, terminal, options.html);
}

function pageOf({ title, report, recording, problem, setup }: TimingJob): string {
  return htmlReport({
    ...{ title, report, problem },
    recording: recording!,
    where: pc => setup.firmware.where(pc),
    source: file => (existsSync(file) ? readFileSync(file, 'utf8') : undefined),
    facts: [['firmware', `${setup.firmware.words.length} words`]],
  });
}

function outcome(job: TimingJob, terminal: Terminal, page: string | undefined): Outcome {
  const { report, setup } = job;
  const ok = report.met && job.problem === undefined;
  const paint = (row: { met: boolean; count: number }, sign: string) =>
    row.count === 0 ? sign : terminal.paint(row.met ? 'green' : 'red', sign);
  return {
    ok,
    text: [
      verdictLine(ok, 'met', `${job.title}: ${verdict(report)}`, terminal),
      '',
      ...table(report, paint),
      ...problemsOf(job).flatMap((line, i) => [...(i === 0 ? [''] : []), terminal.paint('red', line)]),
      ...(page ? ['', `wrote ${page}`] : []),
    ],
    json: {
      ...figures(setup),
      met: report.met,
      problem: job.problem,
      constraints: report.constraints,
      timing: report.figures,
    },
  };
}
