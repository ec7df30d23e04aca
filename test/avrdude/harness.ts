/**
 * The real avrdude against `node dist/isp.js serve`: processes, ports, files and the counts on the wire.
 *
 * Release 7.1 exits with 0 after many failures, so its status is never the only witness: the recording tells which
 * commands crossed the wire, and the memory file what the target really holds.
 */
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hexText } from './images.ts';

/** The built command line; `npm test` builds it first. */
export const ISP = fileURLToPath(new URL('../../dist/isp.js', import.meta.url));

const AVRDUDE_TIMEOUT_MS = 60_000;
const LISTEN_TIMEOUT_MS = 60_000;

/** Present, or not: without it these tests are left out at a desk and fail in CI. */
export function hasAvrdude(): boolean {
  const present = spawnSync('avrdude', ['-?']).error === undefined;
  if (!present && process.env.CI) throw new Error('avrdude is missing; in CI these tests must run');
  if (!present) console.warn('avrdude is missing: its tests are left out (apt-get install avrdude)');
  return present;
}

/** A folder that goes away with the tests. */
export class Workspace {
  readonly path = mkdtempSync(join(tmpdir(), 'isp-'));

  file(name: string, content?: string | Uint8Array): string {
    const path = join(this.path, name);
    if (content !== undefined) writeFileSync(path, content);
    return path;
  }

  /** Writes words of a program as Intel HEX, low byte first. */
  hex(name: string, words: Uint16Array): string {
    const bytes = [...words].flatMap(word => [word & 0xff, word >> 8]);
    return this.file(name, hexText(bytes));
  }

  read(name: string): Uint8Array {
    return new Uint8Array(readFileSync(join(this.path, name)));
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Runs `isp` to its end; a build for example. */
export function isp(args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [ISP, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** The firmware of this project as HEX, for one bit rate. */
export function buildFirmware(workspace: Workspace, baud = 19_200): string {
  const path = workspace.file(`firmware-${baud}.hex`);
  const { status, stderr } = isp(['build', '--baud', String(baud), '-o', path]);
  if (status !== 0) throw new Error(`isp build ended with ${status}: ${stderr}`);
  return path;
}

/** A running `isp serve` with recording and memory file. */
export class Server {
  stderr = '';
  stdout = '';
  port = 0;
  private readonly session: string;
  private readonly memoryFile: string;

  private constructor(
    private readonly child: ChildProcess,
    workspace: Workspace,
    number: number,
  ) {
    this.session = workspace.file(`${number}.session`);
    this.memoryFile = workspace.file(`${number}.memory`);
  }

  private static count = 0;

  /** Starts on a free port and returns when it is ready. */
  static async start(workspace: Workspace, args: readonly string[]): Promise<Server> {
    const number = ++Server.count;
    const files = [
      '--record',
      workspace.file(`${number}.session`),
      '--memory',
      workspace.file(`${number}.memory`),
    ];
    const child = spawn(process.execPath, [ISP, 'serve', '--port', '0', '--json', ...files, ...args]);
    const server = new Server(child, workspace, number);
    child.stderr!.on('data', data => (server.stderr += data));
    child.stdout!.on('data', data => (server.stdout += data));
    await server.listening();
    return server;
  }

  private async listening(): Promise<void> {
    const limit = AbortSignal.timeout(LISTEN_TIMEOUT_MS);
    while (!this.port) {
      const [what] = await Promise.race([
        once(this.child.stdout!, 'data', { signal: limit }),
        once(this.child, 'exit', { signal: limit }),
      ]);
      if (typeof what === 'number') throw new Error(`isp serve ended with ${what}: ${this.stderr}`);
      this.port = Number(/listening on 127\.0\.0\.1:(\d+)\n/.exec(this.stdout)?.[1] ?? 0);
    }
  }

  /** Ends the server as Ctrl-C does, and returns everything it wrote. */
  async stop(): Promise<Served> {
    if (this.child.exitCode === null) {
      this.child.kill('SIGINT');
      await once(this.child, 'exit');
    }
    const memory = new Uint8Array(readFileSync(this.memoryFile));
    return {
      status: this.child.exitCode,
      json: JSON.parse(this.stdout.trimEnd().split('\n').at(-1)!),
      stderr: this.stderr,
      flash: memory.subarray(0, 1024),
      eeprom: memory.subarray(1024),
      conversations: conversations(readFileSync(this.session, 'utf8')),
    };
  }
}

/** What a server left behind. */
export interface Served {
  status: number | null;
  json: Record<string, unknown>;
  stderr: string;
  flash: Uint8Array;
  eeprom: Uint8Array;
  /** The commands on the wire, one list per run of the host. */
  conversations: Command[][];
}

/** One AVR910 command as the host sent it. */
export type Command = readonly number[];

/** Bytes that follow each letter, from the table of the AVR910 protocol; letters without data are not listed. */
const DATA_BYTES: Readonly<Record<string, number>> = {
  A: 2,
  c: 1,
  C: 1,
  D: 1,
  l: 1,
  f: 1,
  T: 1,
  x: 1,
  y: 1,
  ':': 3,
  '.': 4,
};

/** Cuts a recording into commands, and those into runs: every avrdude opens with the letter S. */
export function conversations(session: string): Command[][] {
  const bytes = session
    .split('\n')
    .filter(line => /^[0-9a-f]/i.test(line))
    .flatMap(line => [...Buffer.from(line.split(' ')[0], 'hex')]);
  const runs: Command[][] = [];
  for (let at = 0; at < bytes.length; ) {
    const letter = String.fromCharCode(bytes[at]);
    const command = bytes.slice(at, at + 1 + (DATA_BYTES[letter] ?? 0));
    if (letter === 'S' || runs.length === 0) runs.push([]);
    runs.at(-1)!.push(command);
    at += command.length;
  }
  return runs;
}

/** Counts as text, in the order of first appearance: `S1 V1 v1 p1 a1 b1 t1 T1 P1 s1 L1`. */
export function counts(commands: readonly Command[]): string {
  const count = new Map<string, number>();
  for (const [letter] of commands) {
    const name = String.fromCharCode(letter);
    count.set(name, (count.get(name) ?? 0) + 1);
  }
  return [...count].map(([name, times]) => `${name}${times}`).join(' ');
}

/** How one avrdude ended. */
export interface Run {
  status: number | null;
  /** Killed by our timeout. */
  killed: boolean;
  /** Standard output and standard error, in this order. */
  output: string;
}

/** Runs avrdude 7.1 with these arguments (`-P` is added), always under a timeout. */
export function avrdude(
  port: number,
  args: readonly string[],
  {
    input = '',
    cwd = '.',
    timeout = AVRDUDE_TIMEOUT_MS,
  }: { input?: string; cwd?: string; timeout?: number } = {},
): Promise<Run> {
  return new Promise(resolve => {
    const all = ['-P', `net:127.0.0.1:${port}`, ...args];
    const child = execFile(
      'avrdude',
      all,
      { cwd, timeout, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        resolve({ status: child.exitCode, killed: error?.killed ?? false, output: stdout + stderr });
      },
    );
    child.stdin!.end(input);
  });
}

/** The usual beginning of a command line. */
export const FOR_1200 = ['-c', 'avr910', '-p', '1200'] as const;
