/**
 * The least that a programmer needs around it: a PC that sends and listens, and a
 * target that notes what it is told. For tests of the protocol without the simulator.
 */

import { LogicMachine } from '../../vm-host/logic.ts';
import type { Timer } from '../../vm-host/time.ts';
import { buildWasm } from './build.ts';

export interface Setup {
  wasm: Uint8Array | WebAssembly.Module;
  xtal?: number;
  baud?: number;
  /** What the fourth byte of an instruction brings back; undefined: the third byte. */
  answer?: (instruction: readonly number[]) => number | undefined;
  /** False: nothing in the socket, MISO stays on its pull-up. */
  target?: boolean;
  /** How many Programming Enables the target hears one bit out of step. */
  outOfStep?: number;
}

/** A byte on TXD: when its start bit began, and every edge of it. */
export interface Heard {
  byte: number;
  start: number;
  stopBitHigh: boolean;
}

/** The first start bit comes when the program has come out of reset; later ones at once. */
const START_UP = 100;

export class TestBench {
  readonly machine: LogicMachine;
  readonly heard: Heard[] = [];
  readonly edges: { level: boolean; time: number }[] = [];
  /** Instructions of four bytes in hexadecimal, as the target saw them; RESET pulses are '|'. */
  readonly told: string[] = [];
  readonly bit: number;
  private readonly sampling: Timer;
  private readonly sending: Timer;
  private toSend: number[] = [];
  private sendBase = 0;
  private sendBit = 0;
  private sampleBase = 0;
  private sampleBit = -1;
  private shift = 0;
  private awaited = 0;

  constructor(private readonly setup: Setup) {
    this.machine = new LogicMachine({ wasm: setup.wasm });
    this.bit = (setup.xtal ?? 4_000_000) / (setup.baud ?? 19_200);
    this.sampling = this.machine.queue.timer(now => this.sample(now));
    this.sending = this.machine.queue.timer(now => this.sendNextBit(now));
    const { pins } = this.machine;
    pins.PD0.level = true;
    pins.PB5.level = true;
    pins.PD1.onDrive = (drive, now) => this.txd(drive !== 'low', now);
    pins.PB7.onDrive = drive => this.sck(drive === 'high');
    pins.PB4.onDrive = drive => this.reset(drive !== 'low');
  }

  /** Sends bytes back to back and returns the `expect` bytes that come back, as hexadecimal. */
  exchange(bytes: readonly number[], expect: number, seconds = 3): string {
    const first = this.heard.length;
    this.awaited = first + expect;
    this.toSend = [...bytes];
    this.sendBase = Math.max(this.machine.cycle, START_UP);
    this.sendBit = 0;
    if (bytes.length > 0) this.sending.at(this.sendBase);
    this.machine.run(this.machine.cycle + seconds * (this.setup.xtal ?? 4_000_000));
    return Buffer.from(this.heard.slice(first).map(({ byte }) => byte)).toString('hex');
  }

  /** Types letters and bytes: `say('A', 0x01, 0x02)` with the number of bytes awaited last. */
  say(text: string, expect: number): string {
    return this.exchange([...Buffer.from(text, 'latin1')], expect);
  }

  /** Instructions since the last call. */
  takeTold(): string[] {
    return this.told.splice(0);
  }

  private sendNextBit(now: number): void {
    const frame = ((this.toSend[0] & 0xff) << 1) | 0x200;
    this.machine.pins.PD0.level = ((frame >> this.sendBit) & 1) === 1;
    this.sendBit += 1;
    if (this.sendBit < 10) return this.sending.at(Math.round(this.sendBase + this.sendBit * this.bit));
    this.toSend.shift();
    this.sendBase += 10 * this.bit;
    this.sendBit = 0;
    if (this.toSend.length > 0) this.sending.at(Math.round(this.sendBase));
    else if (this.awaited === this.heard.length && this.awaited === 0) this.machine.stop();
    void now;
  }

  private txd(level: boolean, now: number): void {
    this.edges.push({ level, time: now });
    if (level || this.sampleBit >= 0) return;
    this.sampleBase = now;
    this.sampleBit = 0;
    this.shift = 0;
    this.sampling.at(Math.round(now + 1.5 * this.bit));
  }

  private sample(now: number): void {
    const level = this.machine.pins.PD1.drive !== 'low';
    if (this.sampleBit < 8) {
      this.shift |= (level ? 1 : 0) << this.sampleBit;
      this.sampleBit += 1;
      return this.sampling.at(Math.round(this.sampleBase + (1.5 + this.sampleBit) * this.bit));
    }
    this.heard.push({ byte: this.shift, start: this.sampleBase, stopBitHigh: level });
    this.sampleBit = -1;
    if (this.heard.length === this.awaited) this.machine.stop();
    void now;
  }

  // --- the target -------------------------------------------------------------

  private bits = 0;
  private bytes: number[] = [];
  private incoming = 0;
  private outgoing = 0;
  private listening = false;
  private enables = 0;

  private reset(high: boolean): void {
    if (high && this.machine.pins.PB4.drive === 'high') this.told.push('|');
    this.listening = !high;
    this.bits = this.setup.outOfStep ?? 0;
    this.bytes = [];
    this.outgoing = 0xff;
    this.enables = 0;
  }

  private sck(high: boolean): void {
    if (!this.listening) return;
    if (high) {
      this.incoming = ((this.incoming << 1) | (this.machine.pins.PB6.drive === 'high' ? 1 : 0)) & 0xff;
      this.bits += 1;
      if (this.bits === 8) this.byteDone();
      return;
    }
    if (this.setup.target === false) return;
    this.machine.pins.PB5.level = ((this.outgoing >> (7 - this.bits)) & 1) === 1;
  }

  private byteDone(): void {
    this.bits = 0;
    this.bytes.push(this.incoming);
    this.outgoing = this.incoming;
    if (this.bytes.length === 3) this.outgoing = this.setup.answer?.(this.bytes) ?? this.incoming;
    if (this.bytes.length < 4) return;
    this.told.push(Buffer.from(this.bytes).toString('hex'));
    this.bytes = [];
    this.enables += 1;
  }
}

/** The firmware with default options, built once per test file. */
export async function defaultModule(): Promise<WebAssembly.Module> {
  return new WebAssembly.Module((await buildWasm()) as BufferSource);
}
