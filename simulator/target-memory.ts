/**
 * Flash, EEPROM, fuses and lock bits of a target, and the time they take.
 *
 * A write occupies the part for its wait at its supply voltage, a chip erase for tWD_ERASE; on some parts the
 * erase goes on until RESET rises. The cells change when the time is over; what a cell reads meanwhile are the
 * datasheet's polling values.
 */

import type { Cycle, EventQueue, Timer } from '../vm-host/time.ts';
import { type Device, type Operation, waitNameOf, waitOf } from './devices/device.ts';
import type { Findings } from './findings.ts';
import { PageBuffer } from './page-buffer.ts';

/** What the part is busy with. */
export type Activity =
  | {
      readonly what: 'flash' | 'EEPROM';
      readonly address: number;
      readonly data: number;
      readonly start: Cycle;
    }
  /** `address` is that of the page's first byte. */
  | {
      readonly what: 'flash page';
      readonly address: number;
      readonly data: Uint8Array;
      readonly start: Cycle;
    }
  | {
      readonly what: 'lock bits' | 'fuse bits' | 'fuse high bits';
      readonly data: number;
      readonly start: Cycle;
    }
  | { readonly what: 'chip erase'; readonly start: Cycle };

/** The instruction that begins each activity, for its wait. */
const BEGUN_BY: Record<Activity['what'], Operation> = {
  flash: 'Write Program Memory',
  'flash page': 'Write Program Memory Page',
  EEPROM: 'Write EEPROM',
  'lock bits': 'Write Lock Bits',
  'fuse bits': 'Write Fuse Bits',
  'fuse high bits': 'Write Fuse High Bits',
  'chip erase': 'Chip Erase',
};

/** 1: no lock. 2: no writing. 3: no writing and no reading. */
export type LockMode = 1 | 2 | 3;

export interface TargetMemoryState {
  readonly flash: Uint8Array;
  readonly eeprom: Uint8Array;
  readonly lockBits: number;
  readonly fuses: { readonly low: number; readonly high: number };
  readonly page: readonly number[];
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
  /** What the next page write puts into flash. */
  readonly page: PageBuffer;
  /** All ones: nothing is locked. */
  lockBits = 0xff;
  /** As they left the factory; on parts whose fuses cannot be reached they mean nothing. */
  fuses = { low: 0xff, high: 0xff };
  activity: Activity | undefined;
  private readonly timer: Timer;

  constructor(private readonly options: TargetMemoryOptions) {
    const { device, queue } = options;
    this.flash = new Uint8Array(device.flash.bytes).fill(0xff);
    this.eeprom = new Uint8Array(device.eeprom.bytes).fill(0xff);
    this.page = new PageBuffer(device.flash.page ?? 0);
    if (device.fuses) this.fuses = { low: device.fuses.low, high: device.fuses.high };
    this.timer = queue.timer(() => this.finish());
  }

  get lockMode(): LockMode {
    const { LB1, LB2 } = this.options.device.lock;
    if (this.lockBits & LB1) return 1; // lock bit 2 alone protects nothing
    return this.lockBits & LB2 ? 2 : 3;
  }

  /** Starts a write, or a chip erase, which on some parts only {@link resetRose} ends. */
  begin(activity: Activity): void {
    this.activity = activity;
    const endless = activity.what === 'chip erase' && this.options.device.eraseEndsBy === 'RESET';
    if (!endless) this.timer.at(activity.start + this.wait(activity.what));
  }

  /** What a cell reads at `now`: its content, or the polling value while it is written; undefined = no access. */
  read(what: 'flash' | 'EEPROM', address: number, now: Cycle): number | undefined {
    const { activity } = this;
    if (!activity) return what === 'flash' ? this.flash[address] : this.eeprom[address];
    if (!isWriting(activity, what, address)) return undefined;
    return what === 'flash' ? this.options.device.flash.polling : this.eepromPolling(activity.start, now);
  }

  /** RESET went high: the one way to end an erase on some parts, and a bad moment for a write. */
  resetRose(now: Cycle, pc?: number): void {
    this.page.take();
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
      fuses: { ...this.fuses },
      page: this.page.save(),
      activity: this.activity,
    };
  }

  restore(state: TargetMemoryState): void {
    this.flash.set(state.flash);
    this.eeprom.set(state.eeprom);
    this.lockBits = state.lockBits;
    this.fuses = { ...state.fuses };
    this.page.restore(state.page);
    this.activity = state.activity;
  }

  /** How long the part needs for it, in cycles. */
  private wait(what: Activity['what']): Cycle {
    const { device, vcc, xtal } = this.options;
    const name = waitNameOf(device, BEGUN_BY[what]);
    return name ? Math.ceil((waitOf(device, name, vcc) * xtal) / 1e6) : 0;
  }

  /** How the time divides between auto-erase and write is not documented; half and half here. */
  private eepromPolling(start: Cycle, now: Cycle): number {
    const { P1, P2 } = this.options.device.eeprom;
    return now - start < this.wait('EEPROM') / 2 ? P1 : P2;
  }

  private finish(): void {
    const { activity } = this;
    this.activity = undefined;
    if (!activity) return;
    if (activity.what === 'chip erase') this.erase();
    else if (activity.what === 'flash page') this.program(activity.address, activity.data);
    else if (activity.what === 'flash') this.flash[activity.address] &= activity.data;
    else if (activity.what === 'EEPROM') this.eeprom[activity.address] = activity.data;
    else if (activity.what === 'lock bits') this.lockBits &= activity.data;
    else if (activity.what === 'fuse bits') this.fuses.low = activity.data;
    else this.fuses.high = this.reachable(activity.data);
  }

  /** A page write only clears bits: it erases nothing. */
  private program(address: number, data: Uint8Array): void {
    data.forEach((byte, i) => {
      this.flash[address + i] &= byte;
    });
  }

  private reachable(data: number): number {
    const fixed = this.options.device.fuses?.unreachable ?? 0;
    return (data & ~fixed) | (this.fuses.high & fixed);
  }

  private erase(): void {
    const { fuses } = this.options.device;
    this.flash.fill(0xff);
    if (!fuses || this.fuses.high & fuses.EESAVE) this.eeprom.fill(0xff);
    this.lockBits = 0xff;
  }

  private endErase(start: Cycle, now: Cycle, pc?: number): void {
    const ms = (cycles: Cycle) => ((cycles * 1000) / this.options.xtal).toFixed(3);
    const tWD_ERASE = this.wait('chip erase');
    if (now - start >= tWD_ERASE) {
      this.erase();
      return;
    }
    const text = `chip erase had ${ms(now - start)} ms of tWD_ERASE = ${ms(tWD_ERASE)} ms; nothing was erased`;
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

/** Whether an activity is writing just this byte. */
function isWriting(activity: Activity, what: 'flash' | 'EEPROM', address: number): boolean {
  if (activity.what === 'flash page')
    return (
      what === 'flash' && address >= activity.address && address < activity.address + activity.data.length
    );
  return activity.what === what && activity.address === address;
}
