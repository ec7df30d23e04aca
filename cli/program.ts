/**
 * From arguments to exit status: builds the parser from the table in commands.ts, runs one command, says what came
 * of it. Commands return or throw; nobody here or below ends the process.
 */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type CommandRow, commands, type OptionRow } from './commands.ts';
import { JobError, UsageError } from './errors.ts';
import type { Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';

/** The exit statuses of design.md. */
export const exitStatus = { done: 0, failed: 1, usage: 2 } as const;

const SUMMARY =
  'Write the firmware of an in-system programmer in TypeScript, and prove it before touching hardware.';

/** Environment variable that adds the stack to an unexpected error. */
const TRACE_VARIABLE = 'ISP_STACK';

/**
 * Runs one command line, `argv` without the interpreter and the script.
 * @returns the exit status
 */
export async function runProgram(
  argv: readonly string[],
  terminal: Terminal,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  const json = argv.includes('--json');
  let status: number = exitStatus.done;
  const finish = (outcome: Outcome) => {
    status = outcome.ok ? exitStatus.done : exitStatus.failed;
    report(outcome, json, terminal);
  };
  try {
    await parser(terminal, finish).parseAsync(argv as string[], { from: 'user' });
    return status;
  } catch (error) {
    terminal.done();
    return complain(error, json, terminal, env);
  }
}

function report(outcome: Outcome, json: boolean, terminal: Terminal): void {
  terminal.done();
  if (json) terminal.print(JSON.stringify({ ok: outcome.ok, ...outcome.json }));
  else for (const line of outcome.text) terminal.print(line);
}

/** Says one clear message and gives the exit status of the error. */
function complain(error: unknown, json: boolean, terminal: Terminal, env: NodeJS.ProcessEnv): number {
  if (error instanceof CommanderError && error.exitCode === 0) return exitStatus.done;
  const { message, status } = classify(error);
  // commander has already written its own message
  if (!(error instanceof CommanderError)) terminal.note(`${terminal.paint('red', 'error:')} ${message}`);
  if (env[TRACE_VARIABLE] && error instanceof Error) terminal.note(String(error.stack));
  if (json) terminal.print(JSON.stringify({ ok: false, error: message }));
  return status;
}

function classify(error: unknown): { message: string; status: number } {
  if (error instanceof CommanderError || error instanceof UsageError)
    return { message: error.message.replace(/^error: /, ''), status: exitStatus.usage };
  if (error instanceof JobError) return { message: error.message, status: exitStatus.failed };
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const hint = `This is a mistake in isp itself; set ${TRACE_VARIABLE}=1 to see where, and please report it.`;
  return { message: `${what}\n${hint}`, status: exitStatus.failed };
}

function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;
}

/** The parser for the whole table. */
function parser(terminal: Terminal, finish: (outcome: Outcome) => void): Command {
  const program = new Command('isp').description(SUMMARY).version(version(), '-V, --version');
  quiet(program, terminal);
  program.showHelpAfterError('Try: isp --help');
  for (const row of commands) program.addCommand(commandOf(row, terminal, finish));
  return program.addHelpText('after', '\nMore about one command, with examples: isp COMMAND --help');
}

/** No exits, and every text through our terminal. */
function quiet(command: Command, terminal: Terminal): void {
  const trimmed = (write: (line: string) => void) => (text: string) => write(text.replace(/\n$/, ''));
  command.exitOverride().configureOutput({
    writeOut: trimmed(terminal.print),
    writeErr: trimmed(terminal.note),
    getOutHelpWidth: () => 110,
    getErrHelpWidth: () => 110,
    outputError: (text, write) => write(text.replace(/^error:/, terminal.paint('red', 'error:'))),
  });
}

function commandOf(row: CommandRow, terminal: Terminal, finish: (outcome: Outcome) => void): Command {
  const command = new Command(row.name).summary(row.summary).description(row.description);
  quiet(command, terminal);
  if (row.argument) command.argument(row.argument.name, row.argument.help);
  for (const option of row.options) command.addOption(optionOf(option));
  command.addHelpText('after', `\nExamples:\n${row.examples.map(line => `  ${line}`).join('\n')}`);
  command.showHelpAfterError(`Try: isp ${row.name} --help`);
  return command.action(async (...given: unknown[]) => {
    const argument = row.argument ? (given[0] as string | undefined) : undefined;
    finish(await row.run(argument, command.opts(), terminal));
  });
}

function optionOf(row: OptionRow): Option {
  const option = new Option(row.flags, row.help);
  if (row.default !== undefined) option.default(row.default, row.shown);
  const { value } = row;
  if (value) option.argParser(text => checked(value, text));
  return option;
}

/** Lets commander put the name of the option before the message of the value. */
function checked(value: (text: string) => unknown, text: string): unknown {
  try {
    return value(text);
  } catch (error) {
    if (error instanceof UsageError) throw new InvalidArgumentError(error.message);
    throw error;
  }
}
