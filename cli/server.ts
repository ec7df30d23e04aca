/**
 * The TCP end of the serial line: one client at a time, bytes in, bytes out, and nothing of our own on the wire.
 *
 * The simulation runs between two looks at the network, so the pump feeds it small portions. That bounds memory (a
 * socket whose bytes are not taken stops receiving), and lets a signal or a vanished client be noticed in between.
 */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { JobError } from './errors.ts';

/** What a server needs to know and whom it tells. */
export interface ServerOptions {
  /** 0 takes any free port. */
  port: number;
  /** End when the first client has left. */
  once: boolean;
  /** Bytes of the host in, the programmer's answer out, when the programmer waits for the host again. */
  converse(bytes: Uint8Array): Uint8Array;
  /** Ready, on this port. */
  onListening(port: number): void;
  /** Something a person should know: a client came, left, vanished, floods, was refused. */
  onRemark(text: string): void;
  /** A client has gone, however; the name is that of the remarks. */
  onLeft(name: string): void;
}

/** Bytes that go to the simulation in one go: about 0.13 simulated seconds of line at 19200 baud. */
const PORTION = 256;

/** How long a newcomer waits for the one before to be gone; hosts that run one after the other overlap a little. */
const HANDOVER_MS = 200;

/** One client and what went over its wire. */
interface Client {
  name: string;
  socket: Socket;
  received: number;
  sent: number;
  flooded: boolean;
}

/** Serves clients one after the other until stopped, or until the first has left. */
export class SerialServer {
  private readonly server: Server;
  private attendance: Promise<void> | undefined;
  private socket: Socket | undefined;
  private clients = 0;
  private stopping = false;
  private failure: unknown;

  constructor(private readonly options: ServerOptions) {
    // half open: `printf S | nc` closes its sending side and still waits for the answer
    this.server = createServer({ allowHalfOpen: true, noDelay: true, keepAlive: true }, socket => {
      this.arrive(socket, `client ${++this.clients}`);
    });
  }

  /**
   * Listens and serves until the end.
   * @throws JobError when the port cannot be had, and whatever the simulation throws
   */
  async run(): Promise<void> {
    const { port, onListening } = this.options;
    this.server.listen(port, '127.0.0.1');
    try {
      await once(this.server, 'listening');
    } catch (error) {
      throw new JobError(cannotListen(port, error as NodeJS.ErrnoException));
    }
    const closed = once(this.server, 'close');
    // a signal may have come before there was anything to close
    if (this.stopping) this.server.close();
    onListening((this.server.address() as { port: number }).port);
    await closed;
    await this.attendance;
    if (this.failure !== undefined) throw this.failure;
  }

  /** Ends the service; the client, if any, is dropped. */
  stop(): void {
    this.stopping = true;
    this.server.close();
    this.socket?.destroy();
  }

  private async arrive(socket: Socket, name: string): Promise<void> {
    // errors come out of the pump; without a listener that of a refused client would end the process
    socket.on('error', () => {});
    if (this.attendance) await Promise.race([this.attendance, setTimeout(HANDOVER_MS)]);
    if (this.attendance || this.stopping) return this.refuse(socket, name);
    this.socket = socket;
    this.attendance = this.attend({ name, socket, received: 0, sent: 0, flooded: false });
    await this.attendance;
  }

  private refuse(socket: Socket, name: string): void {
    this.options.onRemark(`${name} refused: another client is connected, and there is one serial line`);
    socket.destroy();
  }

  private async attend(client: Client): Promise<void> {
    const { onRemark } = this.options;
    onRemark(`${client.name} connected`);
    try {
      await this.pump(client);
      onRemark(`${client.name} left: ${traffic(client)}`);
    } catch (error) {
      if (!isNetworkError(error)) this.failure = error;
      else onRemark(`${client.name} ${this.stopping ? 'dropped' : 'vanished'}: ${traffic(client)}`);
    }
    this.options.onLeft(client.name);
    client.socket.destroy();
    this.attendance = this.socket = undefined;
    if (this.options.once || this.failure !== undefined) this.stop();
  }

  /** Carries bytes both ways until the client has said all it had to say and got all its answers. */
  private async pump(client: Client): Promise<void> {
    const { socket } = client;
    // the iterator must leave the socket open: the last answers are still to be sent
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      this.watchForFlood(client, chunk.length);
      for (let start = 0; start < chunk.length; start += PORTION) {
        const portion = chunk.subarray(start, start + PORTION);
        client.received += portion.length;
        await deliver(client, this.options.converse(portion));
      }
    }
    socket.end();
    if (!socket.writableFinished) await Promise.race([once(socket, 'finish'), once(socket, 'close')]);
  }

  /** No host of a half-duplex programmer sends so much without waiting for an answer. */
  private watchForFlood(client: Client, bytes: number): void {
    if (bytes <= PORTION || client.flooded) return;
    client.flooded = true;
    this.options.onRemark(
      `${client.name} floods: ${bytes} bytes at once; the programmer is half duplex and misses what comes while it answers`,
    );
  }
}

/** Sends, and waits until the client takes it: an answer nobody reads must not pile up. */
async function deliver(client: Client, answer: Uint8Array): Promise<void> {
  const { socket } = client;
  // a look at the network: has the client gone, has a signal come?
  await setImmediate();
  if (socket.destroyed) throw Object.assign(new Error('the client is gone'), { code: 'EPIPE' });
  client.sent += answer.length;
  if (answer.length > 0 && !socket.write(answer))
    await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
}

/** Errors of sockets and streams carry a code such as EPIPE or ERR_STREAM_PREMATURE_CLOSE. */
function isNetworkError(error: unknown): boolean {
  return /^E[A-Z]/.test(String((error as NodeJS.ErrnoException).code ?? ''));
}

function traffic({ received, sent }: Client): string {
  return `${received} bytes from it, ${sent} to it`;
}

function cannotListen(port: number, error: NodeJS.ErrnoException): string {
  if (error.code === 'EADDRINUSE')
    return `port ${port} of 127.0.0.1 is in use; end the other program, or choose another with --port (0 takes any)`;
  return `cannot listen on port ${port} of 127.0.0.1: ${error.message}`;
}
