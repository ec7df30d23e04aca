/** A job that waits for gdb, as a process of its own, and a raw connection to it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { framed, type Incoming, PacketReader } from '../../vm-host/index.ts';
import { guarded, ISP } from '../cli/process.ts';

const PROGRAMMER = ['--firmware', 'bench/data/programmer.hex'];

/** How a job ended. */
export interface Ended {
  status: number | null;
  out: string;
  err: string;
}

export interface Job {
  readonly port: number;
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts a job that waits for gdb on a free port: by default a replay with the firmware of the benchmark. */
export async function waitingJob(firmware = PROGRAMMER, program = ISP): Promise<Job> {
  const argv = ['replay', 'bench/data/job.session', ...firmware, '--gdb', '0', '--json'];
  const child = guarded(spawn(process.execPath, [program, ...argv]));
  const said = { out: '', err: '' };
  child.stderr.on('data', data => (said.err += data));
  const ended = once(child, 'close').then(([status]) => ({ status, ...said }));
  const port = await new Promise<number>((resolve, reject) => {
    child.on('exit', () => reject(new Error(said.out + said.err)));
    child.stdout.on('data', data => {
      said.out += data;
      const match = /listening for gdb on 127\.0\.0\.1:(\d+)/.exec(said.out);
      if (match) resolve(Number(match[1]));
    });
  });
  return { port, child, ended };
}

/** Speaks packets, and whatever else one wants to send. */
export class Client {
  private readonly reader = new PacketReader();
  private readonly incoming: Incoming[] = [];

  private constructor(readonly socket: Socket) {
    socket.setEncoding('latin1').setNoDelay(true);
    socket.on('data', data => this.incoming.push(...this.reader.push(String(data))));
  }

  static async to(port: number): Promise<Client> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Client(socket);
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** The next thing that is said to us: a packet's text, or what else it is. */
  async next(): Promise<string> {
    for (;;) {
      const first = this.incoming.shift();
      if (first) return first.kind === 'packet' ? first.text : first.kind;
      if (this.socket.closed) throw new Error('the other side has hung up');
      await Promise.race([once(this.socket, 'data'), once(this.socket, 'close')]);
    }
  }

  ask(packet: string): Promise<string> {
    this.send(framed(packet));
    return this.next();
  }

  /** Leaves without a word. */
  async hangUp(): Promise<void> {
    this.socket.destroy();
    await once(this.socket, 'close');
  }
}
