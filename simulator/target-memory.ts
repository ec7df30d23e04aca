/**
 * Flash, EEPROM and lock bits of a target, and the time they take.
 *
 * A write occupies the part for tWD_PROG at its supply voltage, a chip erase for
 * tWD_ERASE and then on until RESET goes high. The cells change when the time is
 * over; what a cell reads meanwhile are the datasheet's polling values.
 */

import type { Cycle, EventQueue, Timer } from '../vm-host/time.ts';
import { type Device, waitAt } from './devices/device.ts';
import type { Findings } from './findings.ts';

/** What the part is busy with. */
export type Activity =
  | {
      readonly what: 'flash' | 'EEPROM';
      readonly address: number;
      readonly data: number;
      readonly start: Cycle;
    }
  | { readonly what: 'lock bits'; readonly data: number; readonly start: Cycle }
  | { readonly what: 'chip erase'; readonly start: Cycle };

/** 1: no lock. 2: no writing. 3: no writing and no reading. */
export type LockMode = 1 | 2 | 3;

export interface TargetMemoryState {
  readonly flash: Uint8Array;
  readonly eeprom: Uint8Array;
  readonly lockBits: number;
  readonly activity: Activity | undefined;
}

export interface TargetMemoryOptions {
  readonly device: Device;
  readonly queue: EventQueue;
  /** Programmer cycles per second. */
  readonly xtal: number;
  /** Supply voltage of the target. */
  readonly vcc: number;
  readonly findings: Findings;
}

export class TargetMemory {
  /** As in a file: the low byte of word 0, its high byte, the low byte of word 1. */
  readonly flash: Uint8Array;
  readonly eeprom: Uint8Array;
  /** All ones: nothing is locked. */
  lockBits = 0xff;
  activity: Activity | undefined;
  private readonly timer: Timer;
  private readonly tWD_PROG: Cycle;
  private readonly tWD_ERASE: Cycle;

  constructor(private readonly options: TargetMemoryOptions) {
    const { device, queue, xtal, vcc } = options;
    this.flash = new Uint8Array(device.flash.bytes).fill(0xff);
    this.eeprom = new Uint8Array(device.eeprom.bytes).fill(0xff);
    const cycles = (us: number) => Math.ceil((us * xtal) / 1e6);
    this.tWD_PROG = cycles(waitAt(device.waits.tWD_PROG, vcc));
    this.tWD_ERASE = cycles(waitAt(device.waits.tWD_ERASE, vcc));
    this.timer = queue.timer(() => this.finishWrite());
  }

  get lockMode(): LockMode {
    const { LB1, LB2 } = this.options.device.lock;
    if (this.lockBits & LB1) return 1; // lock bit 2 alone protects nothing
    return this.lockBits & LB2 ? 2 : 3;
  }

  /** Starts a write of one byte, or of the lock bits. */
  write(activity: Exclude<Activity, { what: 'chip erase' }>): void {
    this.activity = activity;
    this.timer.at(activity.start + this.tWD_PROG);
  }

  /** Starts a chip erase; only {@link resetRose} ends it. */
  erase(start: Cycle): void {
    this.activity = { what: 'chip erase', start };
  }

  /** What a cell reads at `now`: its content, or the polling value while it is written; undefined = no access. */
  read(what: 'flash' | 'EEPROM', address: number, now: Cycle): number | undefined {
    const { activity } = this;
    if (!activity) return what === 'flash' ? this.flash[address] : this.eeprom[address];
    if (activity.what !== what || activity.address !== address) return undefined;
    return what === 'flash' ? this.options.device.flash.polling : this.eepromPolling(activity.start, now);
  }

  /** RESET went high: the one way to end an erase, and a bad moment for a write. */
  resetRose(now: Cycle, pc?: number): void {
    const { activity } = this;
    if (!activity) return;
    this.activity = undefined;
    this.timer.cancel();
    if (activity.what === 'chip erase') this.endErase(activity.start, now, pc);
    else this.interruptWrite(activity, now, pc);
  }

  save(): TargetMemoryState {
    return {
      flash: this.flash.slice(),
      eeprom: this.eeprom.slice(),
      lockBits: this.lockBits,
      activity: this.activity,
    };
  }

  restore(state: TargetMemoryState): void {
    this.flash.set(state.flash);
    this.eeprom.set(state.eeprom);
    this.lockBits = state.lockBits;
    this.activity = state.activity;
  }

  /** How the time divides between auto-erase and write is not documented; half and half here. */
  private eepromPolling(start: Cycle, now: Cycle): number {
    const { P1, P2 } = this.options.device.eeprom;
    return now - start < this.tWD_PROG / 2 ? P1 : P2;
  }

  private finishWrite(): void {
    const { activity } = this;
    this.activity = undefined;
    if (!activity || activity.what === 'chip erase') return;
    if (activity.what === 'flash') this.flash[activity.address] &= activity.data;
    else if (activity.what === 'EEPROM') this.eeprom[activity.address] = activity.data;
    else this.lockBits &= activity.data;
  }

  private endErase(start: Cycle, now: Cycle, pc?: number): void {
    const ms = (cycles: Cycle) => ((cycles * 1000) / this.options.xtal).toFixed(3);
    if (now - start >= this.tWD_ERASE) {
      this.flash.fill(0xff);
      this.eeprom.fill(0xff);
      this.lockBits = 0xff;
      return;
    }
    const text = `chip erase had ${ms(now - start)} ms of tWD_ERASE = ${ms(this.tWD_ERASE)} ms; nothing was erased`;
    this.options.findings.add('erase cut short', text, now, pc);
  }

  /** The cell is left as the interrupted step leaves it: flash as it was, EEPROM erased. */
  private interruptWrite(activity: Activity, now: Cycle, pc?: number): void {
    const at = 'address' in activity ? ` 0x${activity.address.toString(16)}` : '';
    if (activity.what === 'EEPROM') this.eeprom[activity.address] = 0xff;
    const text = `RESET went high while ${activity.what}${at} was being written; the write is lost`;
    this.options.findings.add('write interrupted', text, now, pc);
  }
}
