/**
 * The host's end of the serial line: a bit-level UART, 8N1, with its own idea of
 * the baud rate. Idle is 1 on both wires; the level shifters are left out.
 */

import type { Cycle, EventQueue, Timer } from '../vm-host/time.ts';
import type { Net, NetDriver } from './net.ts';
import {
  BITS_PER_CHARACTER,
  BitTimes,
  type Character,
  CharacterReceiver,
  type ReceiverState,
} from './uart-frame.ts';

export interface SerialLineOptions {
  readonly queue: EventQueue;
  /** Programmer cycles per second. */
  readonly xtal: number;
  readonly baud: number;
  /** How much faster than nominal the host is: 0.02 is two per cent. Default 0. */
  readonly baudError?: number;
  /** From the PC to the programmer: the line drives it. */
  readonly rxd: Net;
  /** From the programmer to the PC: the line listens to it. */
  readonly txd: Net;
}

export interface SerialLineState {
  readonly pending: readonly number[];
  readonly base: Cycle;
  readonly bit: number;
  readonly breakEnd: Cycle | undefined;
  readonly frameErrors: number;
  readonly breaks: number;
  readonly receiver: ReceiverState;
}

export class SerialLine {
  /** Called in the middle of each stop bit with the byte and that moment. */
  onByte?: (byte: number, time: Cycle) => void;
  /** Called when the last stop bit of what was to be sent has ended. */
  onSent?: (time: Cycle) => void;
  /** Characters whose stop bit was low; their bytes are not passed on. */
  frameErrors = 0;
  /** Those of them that were low throughout. */
  breaks = 0;
  readonly bits: BitTimes;
  private readonly driver: NetDriver;
  private readonly sendTimer: Timer;
  private readonly receiveTimer: Timer;
  private readonly receiver: CharacterReceiver;
  /** Bytes from the one whose start bit began at `base` on; `bit` counts bits from there. */
  private pending: number[] = [];
  private base: Cycle = 0;
  private bit = 0;
  private breakEnd: Cycle | undefined;

  constructor({ queue, xtal, baud, baudError = 0, rxd, txd }: SerialLineOptions) {
    this.bits = new BitTimes(baud, baudError, xtal);
    this.receiver = new CharacterReceiver(this.bits, character => this.received(character));
    this.sendTimer = queue.timer(now => this.sendAlarm(now));
    this.receiveTimer = queue.timer(() => this.stopBit());
    this.driver = rxd.driver('the PC');
    this.driver.set('high', 0);
    txd.listen(time => this.heard(txd.bit, time));
  }

  /** Whether something is still to be sent or just being received. */
  get busy(): boolean {
    return this.sending || this.receiver.due !== Number.POSITIVE_INFINITY;
  }

  get sending(): boolean {
    return this.pending.length > 0 || this.breakEnd !== undefined;
  }

  /** Sends bytes back to back, the first start bit at `now` or after what is being sent already. */
  send(bytes: Iterable<number>, now: Cycle): void {
    const idle = !this.sending;
    for (const byte of bytes) this.pending.push(byte);
    if (idle && this.pending.length > 0) this.begin(now);
  }

  /**
   * Holds the line low for `bitTimes`, then lets it be high for one bit.
   * @throws Error while bytes are being sent.
   */
  sendBreak(now: Cycle, bitTimes = 13): void {
    if (this.sending) throw new Error('a break cannot start while bytes are being sent');
    this.breakEnd = now + this.bits.edge(bitTimes);
    this.base = now;
    this.driver.set('low', now);
    this.sendTimer.at(this.breakEnd);
  }

  save(): SerialLineState {
    const { pending, base, bit, breakEnd, frameErrors, breaks, receiver } = this;
    return { pending: [...pending], base, bit, breakEnd, frameErrors, breaks, receiver: receiver.save() };
  }

  /** Puts the line back, without its wires and timers: net and queue are restored by whoever owns them. */
  restore(state: SerialLineState): void {
    const { pending, receiver, ...plain } = state;
    Object.assign(this, plain);
    this.pending = [...pending];
    this.receiver.restore(receiver);
  }

  private begin(now: Cycle): void {
    this.base = now;
    this.bit = 0;
    this.sendBit(now);
  }

  /** Puts the present bit on the wire and looks ahead to the next one that differs. */
  private sendBit(now: Cycle): void {
    const bits = BITS_PER_CHARACTER * this.pending.length;
    const level = this.levelOf(this.bit);
    this.driver.set(level ? 'high' : 'low', now);
    do this.bit++;
    while (this.bit < bits && this.levelOf(this.bit) === level);
    this.sendTimer.at(this.base + this.bits.edge(this.bit));
  }

  private sendAlarm(now: Cycle): void {
    if (this.breakEnd !== undefined) this.endBreak(now);
    else if (this.bit === BITS_PER_CHARACTER * this.pending.length) this.sent(now);
    else this.sendBit(now);
  }

  private levelOf(bit: number): 0 | 1 {
    const place = bit % BITS_PER_CHARACTER;
    if (place === 0) return 0;
    if (place === BITS_PER_CHARACTER - 1) return 1;
    const byte = this.pending[(bit - place) / BITS_PER_CHARACTER];
    return ((byte >> (place - 1)) & 1) as 0 | 1;
  }

  private sent(now: Cycle): void {
    this.pending = [];
    this.onSent?.(now);
  }

  private endBreak(now: Cycle): void {
    if (now === this.breakEnd && this.driver.drive === 'low') {
      this.driver.set('high', now);
      this.sendTimer.at(now + this.bits.edge(1));
      return;
    }
    this.breakEnd = undefined;
    if (this.pending.length > 0) this.begin(now);
    else this.onSent?.(now);
  }

  private heard(level: 0 | 1, time: Cycle): void {
    this.receiver.edge(level, time);
    this.setReceiveTimer();
  }

  private stopBit(): void {
    this.receiver.finish();
    this.setReceiveTimer();
  }

  private setReceiveTimer(): void {
    const { due } = this.receiver;
    if (due === this.receiveTimer.due) return;
    if (due === Number.POSITIVE_INFINITY) this.receiveTimer.cancel();
    else this.receiveTimer.at(due);
  }

  private received({ byte, end, framed, broken }: Character): void {
    if (framed) this.onByte?.(byte, end);
    else this.frameErrors++;
    if (broken) this.breaks++;
  }
}
