/** `isp trace`: what happened on the wires, as text or for a viewer. */
import { extname } from 'node:path';
import { time } from '../report/index.ts';
import { type Annotation, type Recording, sigrokSession, writeAnnotatedVcd } from '../simulator/index.ts';
import { UsageError } from './errors.ts';
import { OutputFile, write } from './files.ts';
import type { Outcome } from './outcome.ts';
import type { SetupOptions } from './setup.ts';
import type { Terminal } from './terminal.ts';
import { type TimingJob, timingJob } from './timing-job.ts';

interface TraceOptions extends SetupOptions {
  decode?: boolean;
  rows?: readonly string[];
  output?: string;
}

/**
 * Runs a session, or the built-in job, and shows it.
 * @throws UsageError, JobError
 */
export async function trace(
  session: string | undefined,
  options: TraceOptions,
  terminal: Terminal,
): Promise<Outcome> {
  const { output, decode = output === undefined } = options;
  const writer = output === undefined ? undefined : writerFor(output);
  const job = await timingJob(session, options, terminal, true);
  writer?.(job);
  const { recording, setup, problem } = job;
  const annotations = chosen(recording!, options.rows);
  return {
    ok: problem === undefined,
    text: [
      ...(decode ? annotations.map(annotation => line(annotation, recording!.xtal)) : []),
      ...(output
        ? [`wrote ${output}: ${recording!.length} edges, ${time(setup.machine.cycle, recording!.xtal)}`]
        : []),
      ...(problem ? [terminal.paint('red', `the job failed: ${problem}`)] : []),
    ],
    json: {
      edges: recording!.length,
      cycles: setup.machine.cycle,
      output,
      problem,
      annotations: decode ? annotations : undefined,
    },
  };
}

/** What the end of the name asks for. @throws UsageError */
function writerFor(path: string): (job: TimingJob) => void {
  const kind = extname(path).toLowerCase();
  if (kind === '.sr')
    return ({ recording, setup }) => write(path, sigrokSession(recording!, setup.machine.cycle));
  if (kind !== '.vcd') throw new UsageError(`cannot tell what to write to ${path}: name it .vcd or .sr`);
  const file = new OutputFile(path);
  return ({ recording, setup }) => {
    const where = (pc: number) => setup.firmware.where(pc);
    writeAnnotatedVcd(recording!, { where, write: text => file.write(text), end: setup.machine.cycle });
    file.close();
  };
}

function chosen({ annotations }: Recording, rows: readonly string[] | undefined): readonly Annotation[] {
  return rows ? annotations.filter(({ row }) => rows.some(part => row.includes(part))) : annotations;
}

/** `   43.338 ms .. 43.5 ms  isp instruction  Programming Enable` */
function line({ start, end, row, text }: Annotation, xtal: number): string {
  const at = (start / xtal).toFixed(6).padStart(11);
  return `${at} s +${time(end - start, xtal).padEnd(9)}  ${row.padEnd(15)}  ${text[0]}`;
}
