/**
 * A part in the socket, as the programming interface sees it.
 *
 * It knows four wires and its own clock, and no story: RESET low makes it listen,
 * SCK and MOSI bring bits, MISO answers. What the silicon forgives it forgives,
 * and what the silicon loses it loses.
 */

import type { Cycle, EventQueue } from '../vm-host/time.ts';
import { type FourBytes, fieldsOf } from './devices/bit-strings.ts';
import { type Device, type Instruction, instructionOf, type Operation, sckRule } from './devices/device.ts';
import type { FindingKind, Findings } from './findings.ts';
import type { Net, NetDriver } from './net.ts';
import { SckSampler, type SckSamplerState } from './sck-sampler.ts';
import { TargetClock } from './target-clock.ts';
import { answerOf, execute, isLocked, isPoll, type Part } from './target-instructions.ts';
import { TargetMemory, type TargetMemoryState } from './target-memory.ts';

/** The nets of the six-wire programming connector, without supply and ground. */
export interface IspNets {
  readonly RESET: Net;
  readonly SCK: Net;
  readonly MOSI: Net;
  readonly MISO: Net;
}

export interface TargetOptions {
  readonly device: Device;
  readonly queue: EventQueue;
  readonly nets: IspNets;
  readonly findings: Findings;
  /** Programmer cycles per second: the unit of time. */
  readonly xtal: number;
  /** The target's own XTAL1 in hertz; 0 is a target without a clock, which hears nothing. */
  readonly targetXtal: number;
  /** Where the target's clock edges lie against the programmer's, 0 to below 1 target clock. */
  readonly phase?: number;
  /** Supply voltage, for the busy times. Default 5. */
  readonly vcc?: number;
  /** Another signature than the device's: a wrong part, or FF FF FF for one that was never given a signature. */
  readonly signature?: readonly number[];
}

/** One instruction as it arrived, for tests and for comparing two runs. */
export interface ObservedInstruction {
  readonly bytes: FourBytes;
  /** Undefined when the four bytes mean nothing to the part. */
  readonly operation: Operation | undefined;
  /** Word address for flash, byte address otherwise. */
  readonly address: number;
  readonly high: boolean;
  /** The byte that came out in byte 4, when one did. */
  readonly reply: number | undefined;
  /** When SCK rose for the first and for the last bit. */
  readonly start: Cycle;
  readonly end: Cycle;
  /** What became of it. */
  readonly effect: 'done' | FindingKind;
}

interface FrameState {
  /** RESET low since, or undefined while the part runs its own program. */
  resetLow: Cycle | undefined;
  enabled: boolean;
  /** Synchronisation is gone until RESET goes high. */
  lost: boolean;
  /** Bits of the present instruction, and the last eight bits for the echo. */
  count: number;
  bytes: [number, number, number, number];
  echo: number;
  start: Cycle;
  /** The answer that byte 4 carries, when it carries one. */
  reply: number | undefined;
  /** What MISO shows next; undefined = released. */
  miso: 0 | 1 | undefined;
}

export interface TargetState {
  readonly frame: FrameState;
  readonly memory: TargetMemoryState;
  readonly sampler: SckSamplerState | undefined;
  readonly observed: number;
}

/** @param resetLow since when RESET is low */
const frameFrom = (resetLow: Cycle | undefined): FrameState => ({
  resetLow,
  enabled: false,
  lost: false,
  count: 0,
  bytes: [0, 0, 0, 0],
  echo: 0,
  start: 0,
  reply: undefined,
  miso: undefined,
});

const driveOf = (miso: 0 | 1 | undefined) => (miso === undefined ? 'float' : miso ? 'high' : 'low');

const hex = (bytes: readonly number[]) =>
  bytes.map(byte => byte.toString(16).toUpperCase().padStart(2, '0')).join(' ');

export class Target {
  readonly device: Device;
  readonly memory: TargetMemory;
  /** All instructions so far. Empty it at will. */
  readonly instructions: ObservedInstruction[] = [];
  private readonly part: Part;
  private readonly sampler: SckSampler | undefined;
  private readonly miso: NetDriver;
  private frame = frameFrom(undefined);

  constructor(private readonly options: TargetOptions) {
    const { device, queue, nets, xtal, vcc = 5, findings } = options;
    this.device = device;
    this.memory = new TargetMemory({ device, queue, xtal, vcc, findings });
    this.part = { device, memory: this.memory, signature: options.signature ?? device.signature };
    this.sampler = this.makeSampler();
    nets.RESET.driver('RESET pull-up of the target').set('pull-up', 0); // 100 to 500 kilohm, D p55
    this.miso = nets.MISO.driver(`MISO of the ${device.name}`);
    nets.RESET.listen((time, pc) => this.reset(nets.RESET.bit, time, pc));
    nets.SCK.listen((time, pc) => this.sampler?.sck(nets.SCK.bit, time, pc));
    nets.MOSI.listen(time => this.sampler?.mosi(nets.MOSI.bit, time));
    this.reset(nets.RESET.bit, 0);
  }

  get flash(): Uint8Array {
    return this.memory.flash;
  }

  get eeprom(): Uint8Array {
    return this.memory.eeprom;
  }

  get lockBits(): number {
    return this.memory.lockBits;
  }

  /** Whether Programming Enable has been accepted since RESET went low. */
  get programming(): boolean {
    return this.frame.enabled;
  }

  /** Whether at `now` MISO may still change without another edge from the programmer. */
  answering(now: Cycle): boolean {
    return this.sampler?.pending(now) ?? false;
  }

  save(): TargetState {
    return {
      frame: { ...this.frame, bytes: [...this.frame.bytes] },
      memory: this.memory.save(),
      sampler: this.sampler?.save(),
      observed: this.instructions.length,
    };
  }

  /** Puts the part back, without its pins: the nets are restored by whoever owns them. */
  restore(state: TargetState): void {
    Object.assign(this.frame, state.frame, { bytes: [...state.frame.bytes] });
    this.memory.restore(state.memory);
    if (state.sampler) this.sampler?.restore(state.sampler);
    this.instructions.length = Math.min(this.instructions.length, state.observed);
  }

  private makeSampler(): SckSampler | undefined {
    const { device, queue, xtal, targetXtal, phase } = this.options;
    if (targetXtal === 0) return undefined;
    const clock = new TargetClock(targetXtal, xtal, phase);
    const rule = { ...sckRule(device, targetXtal), tSLIV: device.timing.tSLIV };
    return new SckSampler(queue, clock, rule, {
      rise: (bit, edge, accepted, pc) => this.shiftIn(bit, edge, accepted, pc),
      mayAnswer: () => this.mayAnswer(),
      fall: now => this.prepareMiso(now),
      shiftOut: now => this.driveMiso(now),
      lost: (level, from, to, pc) => this.pulseLost(level, from, to, pc),
    });
  }

  private reset(level: 0 | 1, now: Cycle, pc?: number): void {
    const low = level === 0;
    if (low === (this.frame.resetLow !== undefined)) return;
    if (low) {
      this.frame = frameFrom(now);
      this.sampler?.enable(now, this.options.nets.SCK.bit, this.options.nets.MOSI.bit);
    } else {
      this.sampler?.disable(now);
      this.memory.resetRose(now, pc);
      this.frame.resetLow = undefined;
      this.frame.enabled = false;
      this.miso.set('float', now, pc);
    }
  }

  /** A bit was accepted. */
  private shiftIn(bit: 0 | 1, edge: Cycle, accepted: Cycle, pc?: number): void {
    const { frame } = this;
    if (frame.count === 0) this.beginFrame(edge);
    const byte = frame.count >> 3;
    frame.bytes[byte] = ((frame.bytes[byte] << 1) | bit) & 0xff;
    frame.echo = ((frame.echo << 1) | bit) & 0xff;
    frame.count++;
    if (frame.count < 32) return;
    frame.count = 0;
    this.complete(edge, accepted, pc);
  }

  private beginFrame(edge: Cycle): void {
    this.frame.bytes = [0, 0, 0, 0];
    this.frame.start = edge;
    this.frame.reply = undefined;
  }

  /** SCK is low for the part: it decides what the next bit on MISO is. */
  private prepareMiso(now: Cycle): void {
    const { frame } = this;
    if (frame.count === 24 && frame.enabled) frame.reply = this.answer(now);
    frame.miso = this.talks ? this.nextBit : undefined;
  }

  /** A low that leaves MISO as it is needs no moment of its own. Byte 4 is known only when it begins. */
  private mayAnswer(): boolean {
    const { count, enabled } = this.frame;
    if (count === 24 && enabled) return true;
    return driveOf(this.talks ? this.nextBit : undefined) !== this.miso.drive;
  }

  private get nextBit(): 0 | 1 {
    const { count, reply, echo } = this.frame;
    const bit = count >= 24 && reply !== undefined ? (reply >> (31 - count)) & 1 : echo >> 7;
    return bit as 0 | 1;
  }

  private driveMiso(now: Cycle): void {
    this.miso.set(driveOf(this.frame.miso), now);
  }

  /** MISO is an output once Programming Enable is accepted; on parts that echo it, from its third byte on. */
  private get talks(): boolean {
    const { enabled, lost, count, bytes } = this.frame;
    if (enabled) return true;
    const echoes = this.device.sync.echo && !lost && count >= 16 && this.waitedLongEnough;
    return echoes && bytes[0] === 0xac && bytes[1] === 0x53;
  }

  /** Whether the present instruction began at least 20 ms after RESET went low. */
  private get waitedLongEnough(): boolean {
    const { start, resetLow = start } = this.frame;
    return (start - resetLow) * 1000 >= this.device.sync.wait * this.options.xtal;
  }

  /** What byte 4 will carry, from the first three bytes; undefined = the echo goes on. */
  private answer(now: Cycle): number | undefined {
    const row = this.row;
    if (!row || row.format.dataOut.length === 0) return undefined;
    return answerOf(this.part, row.operation, fieldsOf(row.format, this.frame.bytes), now);
  }

  private get row(): Instruction | undefined {
    return instructionOf(this.device, this.frame.bytes);
  }

  /** All four bytes are here. */
  private complete(end: Cycle, accepted: Cycle, pc?: number): void {
    const { row, frame } = this;
    const effect = this.obey(row, end, accepted, pc);
    const { address, high } = row ? fieldsOf(row.format, frame.bytes) : { address: 0, high: false };
    const bytes: FourBytes = [...frame.bytes];
    const { reply, start } = frame;
    this.instructions.push({ bytes, operation: row?.operation, address, high, reply, start, end, effect });
  }

  private obey(row: Instruction | undefined, end: Cycle, accepted: Cycle, pc?: number): 'done' | FindingKind {
    const problem = this.problem(row) ?? this.execute(row!, accepted);
    if (!problem) return 'done';
    this.report(problem, end, pc);
    // other parts go on counting, so that an extra SCK pulse can move them into step
    if (problem === 'sync lost') this.frame.lost = this.device.sync.recovery === 'RESET pulse';
    return problem;
  }

  /** Why the part does not do what the four bytes say. */
  private problem(row: Instruction | undefined): FindingKind | undefined {
    const { enabled, lost } = this.frame;
    if (lost) return 'sync lost';
    if (!enabled) return this.problemBeforeEnable(row);
    if (!row) return 'unknown instruction';
    if (this.memory.activity)
      return isPoll(row.operation, this.frame.reply) ? undefined : 'command while busy';
    return isLocked(this.part, row.operation) ? 'write refused' : undefined;
  }

  private problemBeforeEnable(row: Instruction | undefined): FindingKind | undefined {
    if (!row) return 'sync lost';
    if (row.operation !== 'Programming Enable') return 'not enabled';
    return this.waitedLongEnough ? undefined : 'early enable';
  }

  private execute({ operation, format }: Instruction, start: Cycle): FindingKind | undefined {
    if (operation === 'Programming Enable') this.frame.enabled = true;
    const fields = fieldsOf(format, this.frame.bytes);
    return execute(this.part, operation, fields, start) === undefined ? undefined : 'page load';
  }

  private report(kind: FindingKind, time: Cycle, pc?: number): void {
    const { name, sync } = this.device;
    const bytes = hex(this.frame.bytes);
    const texts: Partial<Record<FindingKind, string>> = {
      'sync lost': `${bytes} is no instruction: the ${name} counts bits from the wrong place; a ${sync.recovery} helps`,
      'early enable': `Programming Enable began less than ${sync.wait} ms after RESET went low; the ${name} ignores it`,
      'not enabled': `${bytes} came before Programming Enable was accepted; the ${name} ignores it`,
      'unknown instruction': `${bytes} is no instruction of the ${name}`,
      'command while busy': `${bytes} came during the ${this.memory.activity?.what} cycle; the ${name} ignores it`,
      'page load': `${bytes} came out of turn: low byte first, then high, each once; the byte is lost`,
      'write refused': `${bytes}: lock mode ${this.memory.lockMode} forbids writing`,
    };
    this.options.findings.add(kind, texts[kind] ?? kind, time, pc);
  }

  private pulseLost(level: 0 | 1, from: Cycle, to: Cycle, pc?: number): void {
    const { targetXtal, xtal } = this.options;
    const clocks = (((to - from) * targetXtal) / xtal).toFixed(2);
    const text = `SCK ${level ? 'high' : 'low'} for ${to - from} cycles = ${clocks} target clocks was not seen`;
    this.options.findings.add('pulse lost', text, to, pc);
  }
}
