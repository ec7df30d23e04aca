/**
 * A TCP port for a simulation that does not come back before it is over: a thread of its own holds the connection.
 * The simulation asks it for bytes between slices of running, and waits for them, asleep, while the program stands.
 */
import { type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';

/** The thread: bytes both ways, and a bell that wakes the simulation. Who comes last has the line. */
const carrier = `
const { createServer } = require('node:net');
const { workerData, parentPort } = require('node:worker_threads');
const bell = new Int32Array(workerData.bell);
let peer;
const say = message => { workerData.line.postMessage(message); Atomics.add(bell, 0, 1); Atomics.notify(bell, 0); };
workerData.line.on('message', text => text === null ? end() : peer?.write(text, 'latin1'));
const end = () => { workerData.line.close(); server.close(); peer?.destroySoon(); };
const server = createServer(socket => {
  peer?.destroy();
  peer = socket;
  socket.setNoDelay(true).setEncoding('latin1');
  socket.on('data', data => { if (peer === socket) say({ data }); });
  socket.on('close', () => { if (peer === socket) { peer = undefined; say({ closed: true }); } });
  socket.on('error', () => socket.destroy());
  say({ opened: true });
});
server.on('error', error => parentPort.postMessage({ error: error.message }));
server.listen(workerData.port, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }));
`;

export type Message = { data: string } | { opened: true } | { closed: true };

/** What a programmer under gdb needs of a connection. */
export interface Line {
  send(text: string): void;
  /** What came in, if anything did. */
  poll(): Message | undefined;
  /** Sleeps until something comes in. */
  wait(): Message;
}

/** The line to gdb, for code that does not wait for promises. */
export class GdbLine implements Line {
  private constructor(
    readonly port: number,
    private readonly line: MessagePort,
    private readonly bell: Int32Array,
  ) {}

  /** @throws Error when the port is taken */
  static async listen(port: number): Promise<GdbLine> {
    const bell = new SharedArrayBuffer(4);
    const { port1, port2 } = new MessageChannel();
    const worker = new Worker(carrier, {
      eval: true,
      workerData: { port, bell, line: port2 },
      transferList: [port2 as never],
    });
    const said = await new Promise<{ port?: number; error?: string }>(resolve =>
      worker.once('message', resolve),
    );
    if (said.port !== undefined)
      return new GdbLine(said.port, port1 as unknown as MessagePort, new Int32Array(bell));
    void worker.terminate();
    throw new Error(said.error);
  }

  send(text: string): void {
    this.line.postMessage(text);
  }

  poll(): Message | undefined {
    return receiveMessageOnPort(this.line)?.message as Message | undefined;
  }

  wait(): Message {
    for (;;) {
      const rung = Atomics.load(this.bell, 0);
      const message = this.poll();
      if (message) return message;
      Atomics.wait(this.bell, 0, rung);
    }
  }

  /** Ends the thread as soon as it has sent everything. */
  close(): void {
    this.line.postMessage(null);
  }
}
