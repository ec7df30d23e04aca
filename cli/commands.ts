/**
 * The table of commands. Parser, help and tests come from it; each handler is loaded when it is called, so that the
 * help of one command does not wait for the compiler of another.
 */
import * as option from './options.ts';
import type { Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';

/** One option: `flags` as in the help, `value` checks and converts what follows it. */
export interface OptionRow {
  flags: string;
  help: string;
  value?: (text: string) => unknown;
  default?: unknown;
  /** How the help writes the default. */
  shown?: string;
}

/** One command. */
export interface CommandRow {
  name: string;
  summary: string;
  description: string;
  argument?: { name: string; help: string };
  options: readonly OptionRow[];
  examples: readonly string[];
  /** @throws UsageError, JobError */
  run(argument: string | undefined, options: object, terminal: Terminal): Promise<Outcome>;
}

export const commands: readonly CommandRow[] = [
  {
    name: 'build',
    summary: 'compile a firmware to machine code of the AT90S1200 or its kin',
    description:
      'Compiles a firmware in AssemblyScript (TypeScript) to WebAssembly, and that to instruction words of the\n' +
      'AT90S1200 or its kin. Writes Intel HEX, beside it a listing (.lst) and a map (.map.json).',
    argument: {
      name: '[entry]',
      help: "entry file of the firmware (default: this project's AVR910 programmer)",
    },
    options: [
      option.mcu,
      option.buildXtal,
      option.baud,
      option.buildVcc,
      option.buildTargetXtal,
      option.define,
      option.explain,
      option.output,
      option.json,
    ],
    examples: [
      'isp build                                    the programmer for 4 MHz and 19200 baud',
      'isp build --baud 38400 -o build/38400.hex    the same at 38400 baud',
      'isp build --vcc 5 --target-xtal 4M           faster, for targets at 5 V and 4 MHz',
      'isp build --mcu attiny2313 --xtal 8M         for a chip that is on sale, at 8 MHz',
      'isp build --explain transfer                 where the words of a function went',
      'isp build my-programmer.ts --json            your own firmware, sizes as JSON',
    ],
    run: async (entry, options) => (await import('./build.ts')).build(entry, options as never),
  },
  {
    name: 'run',
    summary: 'the main job: erase, program and verify an image over the simulated serial line',
    description:
      'Builds the firmware, puts it into the programmer, a target into its socket, and lets the built-in AVR910\n' +
      'client erase, program and verify the image. Needs nothing but Node.',
    argument: { name: '[image]', help: 'Intel HEX (.hex) or raw bytes (.bin); without it a 1 KB test image' },
    options: [
      option.target,
      option.targetXtal,
      option.firmware,
      option.xtal,
      option.baud,
      option.vcc,
      option.fault,
      option.engine,
      option.profile,
      option.profileOut,
      option.coverage,
      option.gdb,
      option.record,
      option.trace,
      option.memory,
      option.json,
    ],
    examples: [
      'isp run                                      a built-in 1 KB image',
      'isp run blink.hex --target-xtal 1M           your image into a target at 1 MHz',
      'isp run blink.hex --trace job.vcd            keep every edge for GTKWave or PulseView',
    ],
    run: async (image, options, terminal) =>
      (await import('./run.ts')).run(image, options as never, terminal),
  },
  {
    name: 'serve',
    summary: 'put the programmer on a TCP port, for avrdude and other AVR910 hosts',
    description:
      'Listens on 127.0.0.1 for a client that speaks AVR910, one at a time. Prints one line, "listening on\n' +
      '127.0.0.1:PORT", when it is ready. Programmer and target keep their state from client to client; what\n' +
      'happens on the network is told on standard error. Ends with --once, Ctrl-C or SIGTERM.',
    options: [
      option.port,
      option.target,
      option.targetXtal,
      option.firmware,
      option.xtal,
      option.baud,
      option.vcc,
      option.fault,
      option.engine,
      option.once,
      option.trace,
      option.memory,
      option.record,
      option.json,
    ],
    examples: [
      'isp serve                                    then, in another terminal:',
      '  avrdude -c avr910 -P net:localhost:7910 -p 1200 -U flash:w:blink.hex',
      'isp serve --port 0 --once --memory out.bin   any free port, one client, then the memories of the target',
      'isp serve --target none                      an empty socket',
    ],
    run: async (_, options, terminal) => (await import('./serve.ts')).serve(options as never, terminal),
  },
  {
    name: 'replay',
    summary: 'run a recorded session again, without its host',
    description:
      'A session is text, one exchange a line: the bytes that the host sends in hexadecimal, a space, and how many\n' +
      'bytes it then waits for. A line is sent as soon as the last awaited byte of the line before has come.\n' +
      'An answer that does not come within 3 simulated seconds is short, and the job fails.',
    argument: { name: '<session>', help: 'the recording, as `isp serve --record` writes it' },
    options: [
      option.firmware,
      option.target,
      option.engine,
      option.baud,
      option.xtal,
      option.targetXtal,
      option.vcc,
      option.fault,
      option.profile,
      option.profileOut,
      option.coverage,
      option.gdb,
      option.replies,
      option.trace,
      option.memory,
      option.json,
    ],
    examples: [
      'isp replay job.session                       with the firmware of this project',
      'isp replay job.session --firmware other.hex --replies out.txt --json',
    ],
    run: async (session, options, terminal) =>
      (await import('./replay.ts')).replaySession(session!, options as never, terminal),
  },
  {
    name: 'timing',
    summary: 'measure every datasheet limit in a session, and say how close it was',
    description:
      'Replays a session, or runs the built-in job, and measures every constraint of the programming interface, the\n' +
      'serial line and the wires: required, worst, margin, and the TypeScript line behind it. Exit status 1 when one\n' +
      'is broken.',
    argument: { name: '[session]', help: 'the recording; without it the built-in 1 KB job' },
    options: [
      option.html,
      option.sweep,
      option.shard,
      option.sweepResults,
      option.merge,
      option.workers,
      option.firmware,
      option.target,
      option.targetXtal,
      option.xtal,
      option.baud,
      option.baudError,
      option.vcc,
      option.fault,
      option.trace,
      option.json,
    ],
    examples: [
      'isp timing                                   the firmware of this project',
      'isp timing job.session --target-xtal 1M      your session against a target at 1 MHz',
      'isp timing --html report.html                a page with margins, histograms and waveforms',
      'isp timing --sweep target-xtal=0.5M..12M,baud-error=-5%..5%,vcc=2.7..6 --html sweep.html',
    ],
    run: async (session, options, terminal) =>
      (await import('./timing.ts')).timing(session, options as never, terminal),
  },
  {
    name: 'trace',
    summary: 'show what happens on the wires: decoded text, VCD, sigrok',
    description:
      'Replays a session, or runs the built-in job, and shows it. The VCD has a row for every decoder and one for the\n' +
      'TypeScript line at work; GTKWave and Surfer open it. PulseView and sigrok-cli open .sr files.',
    argument: { name: '[session]', help: 'the recording; without it the built-in 1 KB job' },
    options: [
      option.decode,
      option.rows,
      option.traceOutput,
      option.firmware,
      option.target,
      option.targetXtal,
      option.xtal,
      option.baud,
      option.baudError,
      option.vcc,
      option.fault,
      option.json,
    ],
    examples: [
      'isp trace job.session --decode               the conversation and the instructions, in words',
      'isp trace job.session --decode --rows isp    only what the target is told',
      'isp trace -o job.vcd                         for GTKWave or Surfer, with source lines',
      'isp trace -o job.sr                          for PulseView',
    ],
    run: async (session, options, terminal) =>
      (await import('./trace.ts')).trace(session, options as never, terminal),
  },
  {
    name: 'devices',
    summary: 'list the chips that can sit in the socket',
    description: 'Lists the targets that the simulator knows, with sizes, signature and AVR910 code.',
    options: [option.json],
    examples: ['isp devices', 'isp devices --json'],
    run: async () => (await import('./devices.ts')).listDevices(),
  },
];
