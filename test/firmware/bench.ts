/**
 * The least that a programmer needs around it: a PC that sends and listens, and a
 * target that notes what it is told. For tests of the protocol without the simulator.
 */

import { compile } from '../../compiler/index.ts';
import { Machine } from '../../vm-host/index.ts';
import { LogicMachine } from '../../vm-host/logic.ts';
import type { Timer } from '../../vm-host/time.ts';
import { type BuildOptions, buildWasm } from './build.ts';

/** A firmware for either mode: a WebAssembly module that runs as such, or the words of an image. */
export type Program = { readonly wasm: Uint8Array | WebAssembly.Module } | { readonly words: Uint16Array };

/** Both ways to run a firmware must give the same bytes and the same instructions. */
export const modes = ['logic', 'cycle'] as const;
export type Mode = (typeof modes)[number];

export interface Setup {
  program: Program;
  xtal?: number;
  baud?: number;
  /** What the fourth byte of an instruction brings back; undefined: the third byte. */
  answer?: (instruction: readonly number[]) => number | undefined;
  /** False: nothing in the socket, MISO stays on its pull-up. */
  target?: boolean;
  /** The bit of a byte at which the target begins to listen after RESET: a stray edge makes it 1. */
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
  readonly machine: LogicMachine | Machine;
  readonly heard: Heard[] = [];
  readonly edges: { level: boolean; time: number }[] = [];
  /** Instructions of four bytes in hexadecimal, as the target saw them; RESET pulses are '|'. */
  readonly told: string[] = [];
  /** When the last of them ended. */
  lastTold = 0;
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
    const { program } = setup;
    this.machine = 'words' in program ? new Machine(program) : new LogicMachine(program);
    this.bit = (setup.xtal ?? 4_000_000) / (setup.baud ?? 19_200);
    this.sampling = this.machine.queue.timer(() => this.sample());
    this.sending = this.machine.queue.timer(() => this.sendNextBit());
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

  /** The same with the bytes as hexadecimal. */
  say(hex: string, expect: number, seconds?: number): string {
    return this.exchange([...Buffer.from(hex, 'hex')], expect, seconds);
  }

  /** Instructions since the last call. */
  takeTold(): string[] {
    return this.told.splice(0);
  }

  private sendNextBit(): void {
    if (this.sendBit === 10) {
      this.nextByte();
      return;
    }
    const frame = ((this.toSend[0] & 0xff) << 1) | 0x200;
    this.machine.pins.PD0.level = ((frame >> this.sendBit) & 1) === 1;
    this.sendBit += 1;
    this.sending.at(Math.round(this.sendBase + this.sendBit * this.bit));
  }

  private nextByte(): void {
    this.toSend.shift();
    this.sendBase += 10 * this.bit;
    this.sendBit = 0;
    if (this.toSend.length > 0) this.sendNextBit();
    else if (this.heard.length === this.awaited) this.machine.stop();
  }

  private txd(level: boolean, now: number): void {
    this.edges.push({ level, time: now });
    if (level || this.sampleBit >= 0) return;
    this.sampleBase = now;
    this.sampleBit = 0;
    this.shift = 0;
    this.sampling.at(Math.round(now + 1.5 * this.bit));
  }

  private sample(): void {
    const level = this.machine.pins.PD1.drive !== 'low';
    if (this.sampleBit < 8) {
      this.shift |= (level ? 1 : 0) << this.sampleBit;
      this.sampleBit += 1;
      this.sampling.at(Math.round(this.sampleBase + (1.5 + this.sampleBit) * this.bit));
      return;
    }
    this.heard.push({ byte: this.shift, start: this.sampleBase, stopBitHigh: level });
    this.sampleBit = -1;
    if (this.heard.length === this.awaited && this.toSend.length === 0) this.machine.stop();
  }

  // --- the target -------------------------------------------------------------

  private bits = 0;
  private bytes: number[] = [];
  private incoming = 0;
  private outgoing = 0;
  private listening = false;
  /** Programming Enable has been heard: until then MISO stays high. */
  private enabled = false;

  private reset(high: boolean): void {
    if (high && this.machine.pins.PB4.drive === 'high') this.told.push('|');
    this.listening = !high;
    this.enabled = false;
    this.bits = this.setup.outOfStep ?? 0;
    this.bytes = [];
    this.outgoing = 0xff;
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
    if (this.bytes.length === 2 && this.bytes[0] === 0xac && this.bytes[1] === 0x53) this.enabled = true;
    this.outgoing = this.enabled ? this.incoming : 0xff;
    if (this.bytes.length === 3) this.outgoing = this.setup.answer?.(this.bytes) ?? this.outgoing;
    if (this.bytes.length < 4) return;
    this.told.push(Buffer.from(this.bytes).toString('hex'));
    this.bytes = [];
    this.lastTold = this.machine.cycle;
  }
}

/** The firmware, with default options unless others are given, for one of the modes. */
export async function programFor(mode: Mode, options: BuildOptions = {}): Promise<Program> {
  const wasm = await buildWasm(options);
  return mode === 'cycle'
    ? { words: compile(wasm).words }
    : { wasm: new WebAssembly.Module(wasm as BufferSource) };
}
