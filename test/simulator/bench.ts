/**
 * A hand on the programmer's pins, for tests: the chip in the programmer's socket is
 * replaced by a person who moves pins and lets time pass, all through the board's queue.
 */

import {
  at90s1200,
  Board,
  type BoardOptions,
  encodeInstruction,
  type FourBytes,
  type InstructionFields,
  instructionFor,
  type Operation,
  type PinDrive,
  type Programmer,
  type ProgrammerPin,
} from '../../simulator/index.ts';
import { type Cycle, EventQueue } from '../../vm-host/time.ts';

class HandPin implements ProgrammerPin {
  drive: PinDrive = 'float';
  level = false;
  onDrive?: (drive: PinDrive, now: Cycle, pc: number) => void;

  constructor(readonly name: string) {}
}

const PINS = [
  'PB0',
  'PB1',
  'PB2',
  'PB3',
  'PB4',
  'PB5',
  'PB6',
  'PB7',
  'PD0',
  'PD1',
  'PD2',
  'PD3',
  'PD4',
  'PD5',
  'PD6',
];

/** A programmer without a program. Time passes when somebody lets it. */
export class Hand implements Programmer {
  readonly queue = new EventQueue();
  readonly pins: Record<string, HandPin> = Object.fromEntries(PINS.map(name => [name, new HandPin(name)]));
  cycle: Cycle = 0;
  /** What the next edges carry as program counter. */
  pc = 0;
  private stopped = false;

  run(limit: Cycle): void {
    this.stopped = false;
    while (!this.stopped && this.queue.nextTime <= limit) {
      this.cycle = Math.max(this.cycle, this.queue.nextTime);
      this.queue.runUntil(this.cycle);
    }
    if (!this.stopped && limit !== Number.POSITIVE_INFINITY) this.cycle = limit;
  }

  stop(): void {
    this.stopped = true;
  }

  wait(cycles: Cycle): void {
    this.run(this.cycle + cycles);
  }

  set(pin: string, drive: PinDrive): void {
    this.pins[pin].drive = drive;
    this.pins[pin].onDrive?.(drive, this.cycle, this.pc);
  }
}

export interface BenchOptions extends Omit<BoardOptions, 'programmer'> {
  /** SCK times in programmer cycles. */
  readonly high?: Cycle;
  readonly low?: Cycle;
}

/** A board and somebody who bit-bangs its SPI. */
export class Bench {
  readonly hand = new Hand();
  readonly board: Board;
  high: Cycle;
  low: Cycle;

  constructor({ high = 20, low = 20, ...options }: BenchOptions = {}) {
    this.high = high;
    this.low = low;
    this.board = new Board({ ...options, programmer: this.hand });
  }

  get target() {
    return this.board.target!;
  }

  ms(milliseconds: number): void {
    this.hand.wait(Math.round((milliseconds * this.board.xtal) / 1000));
  }

  /** SCK and MOSI low, MISO pulled up, RESET low; then the wait. */
  reset(wait = 20): void {
    const { hand } = this;
    hand.set('PB5', 'pull-up');
    hand.set('PB6', 'low');
    hand.set('PB7', 'low');
    hand.set('PB4', 'high');
    hand.wait(100);
    hand.set('PB4', 'low');
    this.ms(wait);
  }

  release(): void {
    for (const pin of ['PB4', 'PB6', 'PB7']) this.hand.set(pin, 'float');
  }

  /** One SCK pulse with this MOSI level; gives what MISO showed when SCK rose. */
  bit(mosi: number, high = this.high, low = this.low): number {
    const { hand } = this;
    hand.set('PB6', mosi ? 'high' : 'low');
    hand.wait(low);
    const miso = hand.pins.PB5.level ? 1 : 0;
    hand.set('PB7', 'high');
    hand.wait(high);
    hand.set('PB7', 'low');
    return miso;
  }

  byte(mosi: number): number {
    let miso = 0;
    for (let bit = 7; bit >= 0; bit--) miso = (miso << 1) | this.bit((mosi >> bit) & 1);
    return miso;
  }

  /** Four bytes out, four bytes back. */
  send(...mosi: readonly number[]): number[] {
    return mosi.map(byte => this.byte(byte));
  }

  /** An instruction of the part's table (of the AT90S1200's without a part); gives byte 4 of the answer. */
  instruct(operation: Operation, fields: InstructionFields = {}): number {
    const { device } = this.board.target ?? { device: at90s1200 };
    const bytes: FourBytes = encodeInstruction(instructionFor(device, operation).format, fields);
    return this.send(...bytes)[3];
  }

  /** RESET pulse, 20 ms, Programming Enable. */
  enter(): void {
    this.reset();
    this.instruct('Programming Enable');
  }

  signature(): number[] {
    return [0, 1, 2].map(address => this.instruct('Read Signature', { address }));
  }

  /** The kinds of all findings so far. */
  get findings(): string[] {
    return this.board.findings.list.map(({ kind }) => kind);
  }
}

/** A bench that is in programming mode. */
export function entered(options: BenchOptions = {}): Bench {
  const bench = new Bench(options);
  bench.enter();
  return bench;
}

export const write = (bench: Bench, address: number, data: number, high = false) =>
  bench.instruct('Write Program Memory', { address, data, high });

export const read = (bench: Bench, address: number, high = false) =>
  bench.instruct('Read Program Memory', { address, high });

/** Hexadecimal text as the application note prints it, for comparing. */
export const hex = (bytes: Iterable<number>) =>
  Array.from(bytes, byte => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');
