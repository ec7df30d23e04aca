/** A terminal for tests: keeps what is said. */
import { runProgram } from '../../cli/program.ts';
import type { Terminal } from '../../cli/terminal.ts';

/** What a command line said, and how it ended. */
export interface Said {
  status: number;
  out: string;
  err: string;
  /** Labels of the progress bar, in order, each once. */
  steps: string[];
}

/** Runs a command line in this process, without colours. */
export async function say(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Said> {
  const out: string[] = [];
  const err: string[] = [];
  const steps: string[] = [];
  const terminal: Terminal = {
    print: line => void out.push(line),
    note: line => void err.push(line),
    progress: label => void (steps.at(-1) === label || steps.push(label)),
    done: () => {},
    paint: (_, text) => text,
  };
  const status = await runProgram(argv, terminal, env);
  return { status, out: out.join('\n'), err: err.join('\n'), steps };
}
