/**
 * The programmer's board with a target in its socket and a PC at its other end.
 * The wiring below is the schematic; nothing else knows which pin goes where.
 */

import type { Cycle, EventQueue, QueueState, Timer } from '../vm-host/time.ts';
import { at90s1200 } from './devices/at90s1200.ts';
import { type Device, sckRule } from './devices/device.ts';
import { ANSWER_TIMEOUT, type Exchange, type Host } from './exchange.ts';
import { Findings, type FindingsState } from './findings.ts';
import { type Contention, Net, type NetState } from './net.ts';
import type { Programmer } from './programmer.ts';
import { SckMeter, type SckMeterState } from './sck.ts';
import { SerialLine, type SerialLineState } from './serial-line.ts';
import { Target, type TargetState } from './target.ts';

/** The wires, by the names on the schematic. */
export interface BoardNets {
  readonly RESET: Net;
  readonly SCK: Net;
  readonly MOSI: Net;
  readonly MISO: Net;
  /** Programmer to PC. */
  readonly TXD: Net;
  /** PC to programmer. */
  readonly RXD: Net;
}

export type NetName = keyof BoardNets;

/** What may be wrong with a board. */
export interface Faults {
  /** Wires shorted to a rail by something else: `{ RESET: 'low' }`. */
  readonly tied?: Partial<Record<NetName, 'low' | 'high'>>;
  /** The part's signature: another part in the socket, or FF FF FF where none was ever given. */
  readonly signature?: readonly number[];
}

export interface BoardOptions {
  readonly programmer: Programmer;
  /** The programmer's XTAL in hertz. Default 4 MHz. */
  readonly xtal?: number;
  /** Default 19200. */
  readonly baud?: number;
  /** How much faster than nominal the PC is: 0.02 is two per cent. */
  readonly baudError?: number;
  /** The part in the socket; null = the socket is empty. Default AT90S1200. */
  readonly target?: Device | null;
  /** The target's XTAL1 in hertz; 0 = it has no clock. Default the programmer's. */
  readonly targetXtal?: number;
  /** Where the target's clock edges lie, 0 to below 1 target clock. */
  readonly phase?: number;
  /** Supply voltage of both, volts. Default 5. */
  readonly vcc?: number;
  readonly faults?: Faults;
}

/** The program looked at a wire. */
export interface Sample {
  readonly net: Net;
  /** The instruction read the whole port, so the program may have looked at another wire. */
  readonly whole: boolean;
  readonly time: Cycle;
  readonly pc: number;
}

/** A moment of a whole simulation, as plain data. */
export interface BoardState {
  /** Absent where the programmer cannot be put back: in logic mode. */
  readonly programmer: unknown;
  readonly queue: QueueState;
  readonly nets: readonly NetState[];
  readonly target: TargetState | undefined;
  readonly line: SerialLineState;
  readonly sck: SckMeterState;
  readonly findings: FindingsState;
}

/** How long a program has to get back to its wait after the last byte of a conversation. */
const SETTLING_BITS = 20;

/** Why {@link Board.runUntilQuiet} came back. */
export type Quiet =
  /** Everything is sent and the program waits for the host: no time passes any more. */
  | 'quiet'
  /** The limit passed without a byte. */
  | 'limit';

export class Board {
  readonly nets: BoardNets = {
    RESET: new Net('RESET'),
    SCK: new Net('SCK'),
    MOSI: new Net('MOSI'),
    MISO: new Net('MISO'),
    TXD: new Net('TXD'),
    RXD: new Net('RXD'),
  };
  readonly findings = new Findings();
  readonly programmer: Programmer;
  readonly queue: EventQueue;
  readonly xtal: number;
  /** The clock by which the target is judged: its own, or the programmer's where it has none. */
  readonly targetXtal: number;
  /** Supply voltage of both. */
  readonly vcc: number;
  readonly target: Target | undefined;
  readonly line: SerialLine;
  /** SCK minima, against the rule of the part (of an AT90S1200 when the socket is empty). */
  readonly sck: SckMeter;
  /** Called with each byte that the programmer sends while no conversation is running. */
  onByte?: (byte: number, time: Cycle) => void;
  /** The programmer's pins by name. */
  private readonly wired = new Map<string, Net>();
  private conversation: Conversation<unknown> | undefined;
  private readonly timeout: Timer;
  private readonly lookTimer: Timer;
  private lookout = { limit: 0, slice: 0, heard: 0, since: 0 };
  private outcome: Quiet | undefined;
  /** Bytes of the programmer so far. */
  private heard = 0;

  constructor(options: BoardOptions) {
    const { programmer, xtal = 4_000_000, target = at90s1200, targetXtal = xtal } = options;
    this.programmer = programmer;
    this.queue = programmer.queue;
    this.xtal = xtal;
    this.targetXtal = targetXtal || xtal;
    this.vcc = options.vcc ?? 5;
    this.timeout = this.queue.timer(now => this.conversation?.timedOut(now));
    this.lookTimer = this.queue.timer(now => this.look(now));
    this.reportContention();
    this.wireProgrammer();
    this.target = target ? this.insert(target, options, targetXtal) : undefined;
    this.line = this.connectPc(options);
    this.tie(options.faults?.tied ?? {});
    const rule = sckRule(target ?? at90s1200, targetXtal);
    const { SCK: sck, RESET: reset } = this.nets;
    this.sck = new SckMeter({ sck, reset, rule, xtal, targetXtal: this.targetXtal });
  }

  /** The schematic: programmer pin, net, and what the programmer reads from it. */
  private wireProgrammer(): void {
    this.wire('PB4', this.nets.RESET);
    this.wire('PB5', this.nets.MISO);
    this.wire('PB6', this.nets.MOSI);
    this.wire('PB7', this.nets.SCK);
    this.wire('PD0', this.nets.RXD);
    this.wire('PD1', this.nets.TXD);
  }

  private wire(pinName: string, net: Net): void {
    const pin = this.programmer.pins[pinName];
    this.wired.set(pinName, net);
    const driver = net.driver(`${pinName} of the programmer`);
    driver.set(pin.drive, this.programmer.cycle);
    pin.onDrive = (drive, now, pc) => driver.set(drive, now, pc);
    net.listen(() => {
      pin.level = net.bit === 1;
    });
    pin.level = net.bit === 1;
  }

  private insert(device: Device, options: BoardOptions, targetXtal: number): Target {
    const { queue, nets, findings, xtal } = this;
    const { phase, vcc, faults } = options;
    const signature = faults?.signature;
    return new Target({ device, queue, nets, findings, xtal, targetXtal, phase, vcc, signature });
  }

  private connectPc({ baud = 19_200, baudError }: BoardOptions): SerialLine {
    const { queue, xtal, nets } = this;
    // The level shifter idles high until the program drives its output.
    nets.TXD.driver('Q100').set('pull-up', 0);
    const line = new SerialLine({ queue, xtal, baud, baudError, rxd: nets.RXD, txd: nets.TXD });
    line.onByte = (byte, time) => this.byteReceived(byte, time);
    line.onSent = time => this.conversation?.sent(time);
    return line;
  }

  private tie(tied: Partial<Record<NetName, 'low' | 'high'>>): void {
    for (const [name, rail] of Object.entries(tied)) {
      this.nets[name as NetName].driver(`a short to ${rail}`).set(`tied-${rail}`, 0);
    }
  }

  private reportContention(): void {
    const report = ({ net, high, low, time, pc }: Contention) =>
      this.findings.add('contention', `${net.name}: ${high} drives high, ${low} drives low`, time, pc);
    for (const net of Object.values(this.nets) as Net[]) net.watchContention(report);
  }

  /**
   * Runs a host conversation to its end. Before it and after it the program gets up to
   * two characters' time to come to its wait for the host. Within it the next bytes start
   * at the moment the last awaited stop bit was sampled; an answer that does not come in
   * time is short.
   * @returns what the conversation returns
   * @throws what the conversation or the program throws
   */
  run<R>(host: Host<R>): R {
    const settling = this.line.bits.edge(SETTLING_BITS);
    this.runUntilQuiet(settling / this.xtal);
    const finished = (now: Cycle) => this.lookOut(now, settling);
    const conversation = new Conversation(host, this.line, this.timeout, this.xtal, finished);
    this.conversation = conversation as Conversation<unknown>;
    try {
      conversation.start(this.programmer.cycle);
      this.runToOutcome();
      return conversation.result();
    } finally {
      this.conversation = undefined;
      this.timeout.cancel();
    }
  }

  /** Hands bytes of a live client to the line: they start now, or after what is still being sent. */
  feed(bytes: Iterable<number>): void {
    this.line.send(bytes, this.programmer.cycle);
  }

  /**
   * Lets time pass until the program waits for the host with everything sent, or until
   * `limitSeconds` simulated seconds went by without a byte in either direction.
   */
  runUntilQuiet(limitSeconds = ANSWER_TIMEOUT): Quiet {
    if (this.isQuiet(this.programmer.cycle)) return 'quiet';
    this.lookOut(this.programmer.cycle, limitSeconds * this.xtal);
    return this.runToOutcome();
  }

  /**
   * Calls `watcher` whenever the program reads a wire of this board, before it does; returns its remover.
   * Silent in logic mode, whose instructions have no exact time.
   */
  watchSamples(watcher: (sample: Sample) => void): () => void {
    const whole = { B: this.netsOf('PB'), D: this.netsOf('PD') };
    const remover = this.programmer.watchReads?.(({ port, bit, time, pc }) => {
      const nets = whole[port];
      if (bit === undefined) for (const net of nets) net && watcher({ net, whole: true, time, pc });
      else if (nets[bit]) watcher({ net: nets[bit], whole: false, time, pc });
    });
    return remover ?? (() => undefined);
  }

  /** The nets at a port's pins, by bit number. */
  private netsOf(port: string): readonly (Net | undefined)[] {
    return Array.from({ length: 8 }, (_, bit) => this.wired.get(`${port}${bit}`));
  }

  /**
   * The whole simulation as it is now: program and processor, part, wires, line, what was found. Bit-exact, plain
   * data, and to be come back to as often as one likes: a test can begin in programming mode, a fuzzer can branch.
   * Those who watch are no part of it.
   *
   * @throws Error in logic mode, whose program runs natively, and while a conversation runs
   */
  snapshot(): BoardState {
    if (!this.programmer.save) throw new Error('a program in logic mode has no state that can be kept');
    if (this.conversation) throw new Error('a conversation is running; its host has a state of its own');
    return this.save();
  }

  /** The same without complaints: of a programmer in logic mode nothing is kept. */
  save(): BoardState {
    const { queue, target, line, sck, findings } = this;
    const nets = (Object.values(this.nets) as Net[]).map(net => net.save());
    return {
      ...{ nets, programmer: this.programmer.save?.(), queue: queue.save(), target: target?.save() },
      ...{ line: line.save(), sck: sck.save(), findings: findings.save() },
    };
  }

  /** Goes back to a state of this board or of one made alike. Nobody is told. Not while a conversation runs. */
  restore(state: BoardState): void {
    if (state.programmer !== undefined) this.programmer.restore?.(state.programmer);
    (Object.values(this.nets) as Net[]).forEach((net, i) => {
      net.restore(state.nets[i]);
    });
    if (state.target) this.target?.restore(state.target);
    this.line.restore(state.line);
    this.sck.restore(state.sck);
    this.findings.restore(state.findings);
    this.queue.restore(state.queue);
  }

  private runToOutcome(): Quiet {
    try {
      while (!this.outcome) this.programmer.run(Number.POSITIVE_INFINITY);
      return this.outcome;
    } finally {
      this.outcome = undefined;
      this.lookTimer.cancel();
    }
  }

  /** From `now` on looks whether the board has become quiet, and gives up after `limit` idle cycles. */
  private lookOut(now: Cycle, limit: Cycle): void {
    this.lookout = { limit, slice: this.line.bits.edge(1), heard: this.heard, since: now };
    this.lookTimer.at(now);
  }

  /** Looks often at first, for the program is soon back at its wait; then ever less. */
  private look(now: Cycle): void {
    const { lookout } = this;
    const bit = this.line.bits.edge(1);
    if (this.line.busy || lookout.heard !== this.heard)
      Object.assign(lookout, { slice: bit, heard: this.heard, since: now });
    if (this.isQuiet(now)) this.outcome = 'quiet';
    else if (now - lookout.since >= lookout.limit) this.outcome = 'limit';
    if (this.outcome) this.programmer.stop();
    else this.lookTimer.at(now + lookout.slice);
    lookout.slice = Math.min(2 * lookout.slice, 16 * bit);
  }

  private isQuiet(now: Cycle): boolean {
    if (this.line.busy || this.target?.answering(now)) return false;
    return this.programmer.waitsForPin?.() ?? false;
  }

  private byteReceived(byte: number, time: Cycle): void {
    this.heard++;
    if (this.conversation) this.conversation.received(byte, time);
    else this.onByte?.(byte, time);
  }
}

/** One host generator at work: it is advanced from the line's events, at their very cycle. */
class Conversation<R> {
  over = false;
  private exchange: Exchange | undefined;
  private inbox: number[] = [];
  private returned: R | undefined;
  private thrown: { error: unknown } | undefined;

  constructor(
    private readonly host: Host<R>,
    private readonly line: SerialLine,
    private readonly timeout: Timer,
    private readonly xtal: number,
    private readonly finished: (now: Cycle) => void,
  ) {}

  start(now: Cycle): void {
    this.advance(now, new Uint8Array());
  }

  result(): R {
    if (this.thrown) throw this.thrown.error;
    return this.returned as R;
  }

  /** All bytes of the exchange are out: from here on the answer's time counts. */
  sent(now: Cycle): void {
    if (!this.exchange) return;
    const patience = Math.ceil((this.exchange.timeout ?? ANSWER_TIMEOUT) * this.xtal);
    if (this.answered) this.reply(now);
    else this.timeout.at(now + patience);
  }

  received(byte: number, now: Cycle): void {
    this.inbox.push(byte);
    if (this.exchange && this.answered && !this.line.sending) this.reply(now);
  }

  timedOut(now: Cycle): void {
    if (this.exchange) this.reply(now);
  }

  private get answered(): boolean {
    return this.inbox.length >= this.exchange!.expect;
  }

  private reply(now: Cycle): void {
    this.timeout.cancel();
    this.advance(now, Uint8Array.from(this.inbox.splice(0, this.exchange!.expect)));
  }

  /** Asks the host what it sends next. An exchange without bytes to send may be answered already. */
  private advance(now: Cycle, reply: Uint8Array): void {
    this.exchange = undefined;
    const next = this.over ? undefined : this.ask(reply);
    this.exchange = next;
    if (!next) this.finished(now);
    else if (next.send.length > 0) this.line.send(next.send, now);
    else this.sent(now);
  }

  private ask(reply: Uint8Array): Exchange | undefined {
    try {
      const { done, value } = this.host.next(reply);
      if (!done) return value;
      this.returned = value;
    } catch (error) {
      this.thrown = { error };
    }
    this.over = true;
    return undefined;
  }
}
