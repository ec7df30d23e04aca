/**
 * The EEPROM as the program sees it (datasheet pages 25 and 26): EEAR, EEDR, EECR,
 * the processor's stalls, and a write that takes milliseconds by an oscillator of
 * its own.
 */
import { atVoltage, type ByVoltage } from '../chip.ts';
import { type IoRegister, type IoRegisters, LONG, plain } from '../io.ts';
import type { Cycle } from '../time.ts';
import type { Part, Surroundings } from './part.ts';

const EERE = 0x01;
const EEWE = 0x02;

/** Clocks the processor waits before the instruction after EERE or EEWE was set (datasheet page 26). */
const READ_STALL = 4;
const WRITE_STALL = 2;

interface EepromState {
  memory: Uint8Array;
  address: number;
  data: number;
  /** EEWE reads 1 before this clock. */
  busyUntil: Cycle;
}

export class Eeprom implements Part<EepromState> {
  readonly registers: IoRegisters;
  private state: EepromState;
  private readonly writeCycles: Cycle;

  /** @param memory its content; bytes beyond are erased */
  constructor(
    size: number,
    memory: ArrayLike<number>,
    writeTime: ByVoltage,
    private readonly around: Surroundings,
  ) {
    if (memory.length > size) throw new RangeError(`the EEPROM has ${size} bytes, not ${memory.length}`);
    this.state = { memory: new Uint8Array(size).fill(0xff), address: 0, data: 0, busyUntil: 0 };
    this.state.memory.set(memory);
    this.writeCycles = Math.ceil(atVoltage(writeTime, around.vcc) * around.xtal);
    this.registers = {
      EEAR: plain(
        () => this.state.address,
        value => {
          this.state.address = value;
        },
      ),
      EEDR: plain(
        () => this.state.data,
        value => {
          this.state.data = value;
        },
      ),
      EECR: this.control(),
    };
  }

  /** The bytes as they are now; a byte being written already counts. */
  get memory(): Uint8Array {
    return this.state.memory;
  }

  /** Registers to zero. The content stays, with a write under way as good as done. */
  reset(): void {
    Object.assign(this.state, { address: 0, data: 0, busyUntil: 0 });
  }

  save(): EepromState {
    return { ...this.state, memory: this.state.memory.slice() };
  }

  restore(state: EepromState): void {
    Object.assign(this.state, state, { memory: state.memory.slice() });
  }

  private control(): IoRegister {
    return {
      read: now => (now < this.state.busyUntil ? EEWE : 0),
      write: (value, at) => this.start(value, at),
      steady: now => now >= this.state.busyUntil,
      after: now => (now < this.state.busyUntil ? this.state.busyUntil - now : LONG),
    };
  }

  /** While a write is under way neither bit starts anything; set together, they write. */
  private start(value: number, at: Cycle): void {
    if (at <= this.state.busyUntil) return;
    if (value & EEWE) this.write(at);
    else if (value & EERE) this.read();
  }

  private read(): void {
    this.state.data = this.state.memory[this.state.address];
    this.around.stall(READ_STALL);
  }

  /** Address and data are taken now; changing EEAR or EEDR afterwards does not disturb the write. */
  private write(at: Cycle): void {
    this.state.memory[this.state.address] = this.state.data;
    this.state.busyUntil = at + this.writeCycles;
    this.around.stall(WRITE_STALL);
  }
}
