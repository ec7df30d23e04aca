/**
 * avr-gdb on a TCP port, for a simulation that does not come back before it is over.
 *
 * A thread of its own holds the connection. The simulation asks it for packets between slices of running, and
 * waits for them, asleep, while the program stands.
 */
import { type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Programmer } from '../simulator/index.ts';
import {
  Debugger,
  framed,
  GdbStub,
  INTERRUPT,
  type Machine,
  PacketReader,
  type SourceMap,
  type Stop,
} from '../vm-host/index.ts';

/** Clocks between looks at the line while the program runs. */
const SLICE = 200_000;

/** The thread: bytes both ways, and a bell that wakes the simulation. */
const carrier = `
const { createServer } = require('node:net');
const { workerData, parentPort } = require('node:worker_threads');
const bell = new Int32Array(workerData.bell);
let peer;
const say = message => { workerData.line.postMessage(message); Atomics.add(bell, 0, 1); Atomics.notify(bell, 0); };
workerData.line.on('message', text => peer?.write(text, 'latin1'));
const server = createServer(socket => {
  peer?.destroy();
  peer = socket;
  socket.setNoDelay(true).setEncoding('latin1');
  socket.on('data', data => say({ data }));
  socket.on('close', () => { if (peer === socket) { peer = undefined; say({ closed: true }); } });
  socket.on('error', () => socket.destroy());
  say({ opened: true });
});
server.on('error', error => parentPort.postMessage({ error: error.message }));
server.listen(workerData.port, '127.0.0.1', () => parentPort.postMessage({ port: server.address().port }));
`;

type Message = { data: string } | { opened: true } | { closed: true };

/** The line to gdb, for code that does not wait for promises. */
export class GdbLine {
  private constructor(
    readonly port: number,
    private readonly line: MessagePort,
    private readonly bell: Int32Array,
    private readonly worker: Worker,
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
    if (said.port === undefined) throw new Error(said.error);
    return new GdbLine(said.port, port1 as unknown as MessagePort, new Int32Array(bell), worker);
  }

  send(text: string): void {
    this.line.postMessage(text);
  }

  /** What came in, if anything did. */
  poll(): Message | undefined {
    return receiveMessageOnPort(this.line)?.message as Message | undefined;
  }

  /** Sleeps until something comes in. */
  wait(): Message {
    for (;;) {
      const rung = Atomics.load(this.bell, 0);
      const message = this.poll();
      if (message) return message;
      Atomics.wait(this.bell, 0, rung);
    }
  }

  close(): void {
    this.line.close();
    void this.worker.terminate();
  }
}

/** A programmer whose program stops when gdb wants it to. It waits for gdb before its first instruction. */
export class GdbProgrammer implements Programmer {
  readonly queue;
  readonly pins;
  readonly debug: Debugger;
  private readonly stub: GdbStub;
  private reader = new PacketReader();
  private attached = false;
  private started = false;
  private ended = false;
  private readonly waiting: string[] = [];

  constructor(
    readonly machine: Machine,
    words: Uint16Array,
    private readonly line: GdbLine,
    map?: SourceMap,
  ) {
    this.queue = machine.queue;
    this.pins = machine.pins;
    this.debug = new Debugger(machine, words, map);
    this.stub = new GdbStub(this.debug, words);
  }

  get cycle(): number {
    return this.machine.cycle;
  }

  stop(): void {
    this.ended = true;
    this.debug.end();
  }

  waitsForPin(): boolean {
    return this.machine.waitsForPin();
  }

  run(limit: number): void {
    this.ended = false;
    if (!this.started) {
      this.started = true;
      this.stand();
    }
    while (!this.ended && this.machine.cycle < limit) {
      const stop = this.debug.run(Math.min(limit, this.machine.cycle + SLICE));
      if (this.attached && stop.kind !== 'limit') this.tell(stop);
      else if (this.attached) this.listen();
    }
  }

  private tell(stop: Stop): void {
    this.line.send(framed(this.stub.stopped(stop)));
    this.stand();
  }

  /** While it runs only Ctrl-C and the end of the connection matter. */
  private listen(): void {
    for (let message = this.line.poll(); message; message = this.line.poll()) {
      this.take(message);
      const place = this.waiting.indexOf(INTERRUPT);
      if (place < 0) continue;
      this.waiting.splice(place, 1);
      const { pc, cycle } = this.machine;
      this.tell({ kind: 'request', pc, cycle });
    }
  }

  /** Answers packets until the program may go on. */
  private stand(): void {
    for (;;) {
      const packet = this.waiting.shift();
      if (packet === undefined) {
        this.take(this.line.wait());
        if (this.started && !this.attached) return;
      } else if (packet !== INTERRUPT && this.obey(packet)) return;
    }
  }

  private take(message: Message): void {
    if ('opened' in message) {
      this.attached = true;
      this.reader = new PacketReader();
    } else if ('closed' in message) this.attached = false;
    else this.waiting.push(...this.reader.push(message.data));
  }

  /** True when the program goes on. */
  private obey(packet: string): boolean {
    if (packet === '-') {
      this.line.send('-');
      return false;
    }
    this.line.send('+');
    const reaction = this.stub.receive(packet);
    if (reaction.kind === 'go') return this.go(reaction.how);
    this.line.send(framed(reaction.text));
    if (reaction.kind !== 'end') return false;
    this.attached = false;
    this.debug.breakpoints.clear();
    return true;
  }

  private go(how: 'step' | 'continue'): boolean {
    if (how === 'continue') return true;
    this.line.send(framed(this.stub.stopped(this.debug.stepInstruction())));
    return false;
  }
}
