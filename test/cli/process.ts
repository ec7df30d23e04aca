/** The built command line as a process: `node dist/isp.js`. `npm test` builds it before the tests. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hexText } from './hex.ts';

/** The script that a user runs. */
export const ISP = fileURLToPath(new URL('../../dist/isp.js', import.meta.url));

const RUN_TIMEOUT_MS = 50_000;
const LISTEN_TIMEOUT_MS = 20_000;

/** Whatever happens to a test, nothing it started outlives it. */
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** Sees to it that a child process ends with the test process. */
export function guarded<C extends ChildProcess>(child: C): C {
  children.add(child);
  child.on('exit', () => children.delete(child));
  return child;
}

/** A folder that goes away with the tests. */
export class Workspace {
  readonly path = mkdtempSync(join(tmpdir(), 'isp-'));

  /** The path of a file here, written if there is content. */
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

/** How one `isp` ended. */
export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `isp` to its end, not on a terminal. */
export function isp(args: readonly string[], env: NodeJS.ProcessEnv = {}): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [ISP, ...args], {
    encoding: 'utf8',
    timeout: RUN_TIMEOUT_MS,
    env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

/** The object on the last line of standard output. */
export function jsonOf(stdout: string): Record<string, unknown> {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!);
}

/** Builds the firmware of this project as HEX, for one bit rate. */
export function buildFirmware(workspace: Workspace, baud = 19_200): string {
  const path = workspace.file(`firmware-${baud}.hex`);
  const { status, stderr } = isp(['build', '--baud', String(baud), '-o', path]);
  if (status !== 0) throw new Error(`isp build ended with ${status}: ${stderr}`);
  return path;
}

/** A running `isp serve` on a free port, with recording and memory file. */
export class Server {
  stderr = '';
  stdout = '';
  port = 0;
  private readonly closed: Promise<unknown>;

  private constructor(
    readonly child: ChildProcess,
    readonly session: string,
    private readonly memory: string,
  ) {
    child.stderr!.on('data', data => (this.stderr += data));
    child.stdout!.on('data', data => (this.stdout += data));
    this.closed = once(child, 'close');
  }

  private static count = 0;

  /** Returns when it is ready. */
  static async start(workspace: Workspace, args: readonly string[]): Promise<Server> {
    const number = ++Server.count;
    const session = workspace.file(`${number}.session`);
    const memory = workspace.file(`${number}.memory`);
    const withoutTarget = args.includes('none');
    const files = ['--record', session, ...(withoutTarget ? [] : ['--memory', memory])];
    const all = [ISP, 'serve', '--port', '0', '--json', ...files, ...args];
    const server = new Server(guarded(spawn(process.execPath, all)), session, withoutTarget ? '' : memory);
    await server.listening();
    return server;
  }

  private async listening(): Promise<void> {
    const signal = AbortSignal.timeout(LISTEN_TIMEOUT_MS);
    while (!this.port) {
      await Promise.race([once(this.child.stdout!, 'data', { signal }), this.closed]);
      if (this.child.exitCode !== null) throw new Error(`isp serve ended: ${this.stderr}`);
      this.port = Number(/^listening on 127\.0\.0\.1:(\d+)\n/.exec(this.stdout)?.[1] ?? 0);
    }
  }

  /** Resolves when the process has ended by itself. */
  async ended(): Promise<Served> {
    await this.closed;
    const memory = this.memory ? new Uint8Array(readFileSync(this.memory)) : new Uint8Array();
    return {
      status: this.child.exitCode,
      stdout: this.stdout,
      stderr: this.stderr,
      json: jsonOf(this.stdout),
      flash: memory.subarray(0, 1024),
      eeprom: memory.subarray(1024),
      session: readFileSync(this.session, 'utf8'),
    };
  }

  /** Ends the server as Ctrl-C does; a second time does nothing. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill(signal);
    await this.closed;
  }
}

/** What a server left behind. */
export interface Served extends Ended {
  json: Record<string, unknown>;
  flash: Uint8Array;
  eeprom: Uint8Array;
  /** The text of the recording. */
  session: string;
}
