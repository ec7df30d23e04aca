/**
 * Runs an image and writes down, for each run of its kernel, the clocks and every
 * access to a port in order. Time passes differently in two images of one
 * program, so inputs do not change with time but with each read.
 */

import { avrInstruction, CPU } from 'avr8js';
import { decode, Machine } from '../vm-host/index.ts';
import type { InputRegister, Kernel } from './suite.ts';

/** What one run of a kernel did. */
export interface Run {
  clocks: number;
  /** `PIND>2A` for a read that gave 2A, `PORTB=05` for a write. */
  accesses: string[];
}

/** I/O addresses, the same on the AT90S1200 and the ATtiny2313. */
const INPUTS: Readonly<Record<number, InputRegister>> = { 16: 'PIND', 22: 'PINB', 50: 'TCNT0' };
const OUTPUTS: Readonly<Record<number, string>> = { 17: 'DDRD', 18: 'PORTD', 23: 'DDRB', 24: 'PORTB' };
/** Port D has seven pins on both parts. */
const PIND_MASK = 0x7f;

/** No kernel takes longer; one that does has lost its way. */
const MOST_CLOCKS = 5_000_000;

/** Gives inputs out and takes outputs down. WDR stands at the beginning of each run. */
class Recorder {
  readonly runs: Run[] = [];
  private reads: Partial<Record<InputRegister, number>> = {};
  private began: number | undefined;
  private accesses: string[] = [];

  constructor(private readonly kernel: Kernel) {}

  get done(): boolean {
    return this.runs.length >= this.kernel.runs;
  }

  mark(cycle: number): void {
    if (this.began !== undefined) this.runs.push({ clocks: cycle - this.began, accesses: this.accesses });
    this.began = cycle;
    this.accesses = [];
  }

  read(register: InputRegister): number {
    const k = this.reads[register] ?? 0;
    this.reads[register] = k + 1;
    const value = this.kernel.inputs[register]!(k) & (register === 'PIND' ? PIND_MASK : 0xff);
    this.accesses.push(`${register}>${hex(value)}`);
    return value;
  }

  write(register: string, value: number): void {
    this.accesses.push(`${register}=${hex(value)}`);
  }
}

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');

function lost(kernel: Kernel): Error {
  return new Error(`${kernel.name} is not done after ${MOST_CLOCKS} clocks`);
}

/** Runs our image on this project's machine, the AT90S1200. */
export function recordOurs(kernel: Kernel, words: Uint16Array): Run[] {
  const recorder = new Recorder(kernel);
  const machine = new Machine({ words });
  for (const pin of Object.values(machine.pins)) pin.onDrive = () => undefined;
  const latches: Record<number, number> = {};
  while (!recorder.done) {
    if (machine.cycle > MOST_CLOCKS) throw lost(kernel);
    stepOurs(machine, words[machine.pc], recorder, latches);
  }
  return recorder.runs;
}

/** One instruction; an access to a port goes past the recorder. */
function stepOurs(machine: Machine, word: number, recorder: Recorder, latches: Record<number, number>): void {
  const { row, operands } = decode(word)!;
  const [a, b] = operands;
  const { name } = row;
  if (name === 'wdr') recorder.mark(machine.cycle);
  const source = name === 'in' ? INPUTS[b] : name === 'sbic' || name === 'sbis' ? INPUTS[a] : undefined;
  const given = source && recorder.read(source);
  if (given !== undefined) setPins(machine, source!, given);
  machine.step();
  if (name === 'in' && given !== undefined) machine.registers[a] = given;
  const writes = name === 'out' || name === 'sbi' || name === 'cbi';
  if (!writes || !(a in OUTPUTS)) return;
  const before = latches[a] ?? 0;
  latches[a] =
    name === 'out' ? machine.registers[b] : name === 'sbi' ? before | (1 << b) : before & ~(1 << b);
  recorder.write(OUTPUTS[a], latches[a]);
}

function setPins(machine: Machine, register: InputRegister, value: number): void {
  if (register === 'TCNT0') return;
  const letter = register.slice(-1);
  for (let bit = 0; bit < 8; bit++) {
    const pin = machine.pins[`P${letter}${bit}`];
    if (pin) pin.level = ((value >> bit) & 1) === 1;
  }
}

/** Bytes from the first register to the end of an ATtiny2313's RAM, and where its stack begins. */
const DATA_BYTES = 0x60 + 128;
/** Data addresses of the I/O registers begin here. */
const IO = 0x20;
const SP = 0x5d;

/** Runs any image for an ATtiny2313 on avr8js. */
export function recordOnAvr8js(kernel: Kernel, words: Uint16Array): Run[] {
  const recorder = new Recorder(kernel);
  const flash = new Uint16Array(1024).fill(0xffff);
  flash.set(words);
  // avr8js adds the 0x60 registers to the bytes of RAM
  const cpu = new CPU(flash, DATA_BYTES);
  cpu.dataView.setUint16(SP, DATA_BYTES - 1, true);
  cpu.onWatchdogReset = () => recorder.mark(cpu.cycles);
  for (const [address, register] of Object.entries(INPUTS))
    cpu.readHooks[IO + Number(address)] = () => recorder.read(register);
  for (const [address, register] of Object.entries(OUTPUTS))
    cpu.writeHooks[IO + Number(address)] = value => recorder.write(register, value);
  while (!recorder.done) {
    if (cpu.cycles > MOST_CLOCKS) throw lost(kernel);
    // avr8js counts one clock for CBI; the datasheet says two
    const short = (flash[cpu.pc] & 0xff00) === 0x9800;
    avrInstruction(cpu);
    if (short) cpu.cycles++;
  }
  return recorder.runs;
}
