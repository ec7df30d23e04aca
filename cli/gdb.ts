/** A programmer whose program stops when avr-gdb wants it to. */
import type { Programmer } from '../simulator/index.ts';
import {
  Debugger,
  Fault,
  framed,
  GdbStub,
  type Incoming,
  type Machine,
  PacketReader,
  printed,
  type SourceMap,
  type Stop,
} from '../vm-host/index.ts';
import { JobError } from './errors.ts';
import type { Line, Message } from './gdb-line.ts';

/** Clocks between looks at the line while the program runs. */
const SLICE = 200_000;

/**
 * It waits for gdb before its first instruction. When gdb detaches it runs on; when the connection ends otherwise
 * while the program stands, it stands until the next gdb comes. Whoever connects finds it standing.
 */
export class GdbProgrammer implements Programmer {
  readonly queue;
  readonly pins;
  readonly debug: Debugger;
  private readonly stub: GdbStub;
  private reader = new PacketReader();
  private attached = false;
  private started = false;
  private ended = false;
  private waiting: Incoming[] = [];
  /** What gdb asks for again when it did not understand. */
  private sent = '';

  constructor(
    readonly machine: Machine,
    words: Uint16Array,
    private readonly line: Line,
    private readonly map?: SourceMap,
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

  /** @throws Fault when gdb has left it to itself, JobError when gdb kills it */
  run(limit: number): void {
    this.ended = false;
    if (!this.started) {
      this.started = true;
      this.stand();
    }
    while (!this.ended && this.machine.cycle < limit) {
      const told = this.attempt(() => this.debug.run(Math.min(limit, this.machine.cycle + SLICE)));
      if (told === undefined) this.listen();
      else {
        this.tell(told);
        this.stand();
      }
    }
  }

  /** The job is over: tells a gdb that still waits for a stop that the program has ended well. */
  finish(): void {
    if (this.attached) this.tell('W00');
  }

  /** How gdb is told of the stop; undefined when there was none. A fault is one while gdb is there to hear of it. */
  private attempt(run: () => Stop): string | undefined {
    try {
      const stop = run();
      return this.attached && stop.kind !== 'limit' ? this.stub.stopped(stop) : undefined;
    } catch (error) {
      if (!(error instanceof Fault && this.attached)) throw error;
      const place = this.map?.placeOf(error.pc);
      this.line.send(printed(place ? `${place.file}:${place.line}: ${error.what}` : error.message));
      return this.stub.faulted(error.kind);
    }
  }

  private tell(text: string): void {
    this.sent = framed(text);
    this.line.send(this.sent);
  }

  /** While it runs only Ctrl-C and the end or the beginning of a connection matter. */
  private listen(): void {
    this.heedInterrupt();
    for (let message = this.line.poll(); message; message = this.line.poll()) {
      this.take(message);
      if ('opened' in message) this.stand();
      this.heedInterrupt();
    }
  }

  private heedInterrupt(): void {
    const place = this.waiting.findIndex(({ kind }) => kind === 'interrupt');
    if (place < 0) return;
    this.waiting.splice(place, 1);
    this.tell(this.stub.stopped(this.debug.told('request')));
    this.stand();
  }

  /** Answers packets until the program may go on. */
  private stand(): void {
    for (;;) {
      const incoming = this.waiting.shift();
      if (incoming === undefined) this.take(this.line.wait());
      else if (this.obey(incoming)) return;
    }
  }

  private take(message: Message): void {
    if ('data' in message) {
      this.waiting.push(...this.reader.push(message.data));
      return;
    }
    this.leave();
    this.attached = 'opened' in message;
    this.reader = new PacketReader();
    this.sent = '';
  }

  /** Whoever was there has gone, and wants nothing any more. */
  private leave(): void {
    this.attached = false;
    this.waiting = [];
    this.stub.forget();
  }

  /** True when the program goes on. */
  private obey(incoming: Incoming): boolean {
    if (incoming.kind === 'again') this.line.send(this.sent);
    else if (incoming.kind === 'broken') this.line.send('-');
    else if (incoming.kind !== 'interrupt') {
      this.line.send('+');
      if (incoming.kind === 'packet') return this.react(incoming.text);
      this.tell('E01');
    }
    return false;
  }

  private react(packet: string): boolean {
    const reaction = this.stub.receive(packet);
    if (reaction.kind === 'kill') throw new JobError(`gdb ended the program at clock ${this.machine.cycle}`);
    if (reaction.kind === 'go') return reaction.how === 'continue' || this.step();
    this.tell(reaction.text);
    if (reaction.kind === 'end') this.leave();
    return reaction.kind === 'end';
  }

  private step(): false {
    this.tell(this.attempt(() => this.debug.stepInstruction())!);
    return false;
  }
}
