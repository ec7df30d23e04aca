/**
 * What a write or an erase asks for before the next instruction: its time, or polling until the part is ready.
 * Looks at instructions as the wires carry them, whether the part obeys or not.
 */

import { type FourBytes, fieldsOf, type InstructionFields } from '../devices/bit-strings.ts';
import { type Device, type Instruction, type WaitName, waitNameOf } from '../devices/device.ts';
import type { Mark } from './gauge.ts';
import type { Gauges } from './gauges.ts';

/** One instruction with what came back in its last byte. */
export interface SeenInstruction {
  readonly row: Instruction | undefined;
  readonly bytes: FourBytes;
  readonly reply: number;
  readonly begin: Mark;
  readonly end: Mark;
}

/** A write or an erase that needs its time. */
interface Pending {
  readonly row: Instruction;
  readonly fields: Required<InstructionFields>;
  readonly wait: WaitName;
  /** What each byte of flash or EEPROM that is being written will read, by its address. */
  readonly written: ReadonlyMap<number, number>;
  readonly end: Mark;
  /** Polling has found the part ready. */
  polled: boolean;
}

const byteOf = ({ address, high }: Required<InstructionFields>) => 2 * address + +high;

export class WaitChecks {
  private pending: Pending | undefined;
  /** What was loaded for the next page, by place in the page. */
  private page = new Map<number, number>();

  constructor(
    private readonly device: Device,
    private readonly gauges: Gauges,
  ) {}

  /** The first edge of an instruction: too early while an erase waits for RESET. */
  begins(mark: Mark): void {
    const { pending } = this;
    if (!pending || !this.needsReset(pending)) return;
    this.gauges['erase ended']?.record(1, pending.end, mark);
    this.pending = undefined;
  }

  /** All four bytes of an instruction are there. */
  completes(seen: SeenInstruction): void {
    if (this.pending && !this.isPoll(this.pending, seen)) this.ends(seen.begin);
    const { row, bytes, end } = seen;
    if (!row) return;
    const fields = fieldsOf(row.format, bytes);
    const wait = waitNameOf(this.device, row.operation);
    if (wait) this.pending = { row, fields, wait, written: this.writtenBy(row, fields), end, polled: false };
    if (row.operation === 'Load Program Memory Page') this.page.set(byteOf(fields), fields.data);
  }

  /** RESET rises: it ends an erase, and a write should be over. */
  resetRises(mark: Mark): void {
    const { pending } = this;
    this.page = new Map();
    if (!pending) return;
    if (this.needsReset(pending)) this.gauges['erase ended']?.record(0, pending.end, mark);
    this.ends(mark);
  }

  /** An erase that nobody ended is told now. */
  finish(): void {
    const { pending } = this;
    if (pending && this.needsReset(pending)) this.gauges['erase ended']?.record(1, pending.end, pending.end);
  }

  private needsReset({ row }: Pending): boolean {
    return row.operation === 'Chip Erase' && this.device.eraseEndsBy === 'RESET';
  }

  /** The wait is over, for something else begins. */
  private ends(next: Mark): void {
    const { wait, end, polled, row, fields } = this.pending!;
    this.pending = undefined;
    const gauge = this.gauges[wait];
    if (polled) gauge?.pass();
    else gauge?.record(next.time - end.time, end, next, aboutOf(row, fields));
  }

  private writtenBy({ operation }: Instruction, fields: Required<InstructionFields>): Map<number, number> {
    if (operation === 'Write Program Memory') return new Map([[byteOf(fields), fields.data]]);
    if (operation === 'Write EEPROM') return new Map([[fields.address, fields.data]]);
    if (operation !== 'Write Program Memory Page') return new Map();
    const bytes = 2 * (this.device.flash.page ?? 0);
    const page = Array.from({ length: bytes }, (_, i) => this.page.get(i) ?? 0xff);
    this.page = new Map();
    return new Map(page.map((data, i) => [bytes * fields.address + i, data]));
  }

  /**
   * Asking the part whether it is ready, or reading what is being written: the wait is over when the answer says so.
   * A value that also means busy says nothing.
   */
  private isPoll(pending: Pending, { row, bytes, reply }: SeenInstruction): boolean {
    if (!row) return false;
    if (row.operation === 'Poll RDY/BSY') {
      if ((reply & 1) === 0) pending.polled = true;
      return true;
    }
    const { flash, eeprom } = this.device;
    const inFlash = pending.row.operation.startsWith('Write Program Memory');
    if (row.operation !== (inFlash ? 'Read Program Memory' : 'Read EEPROM')) return false;
    const fields = fieldsOf(row.format, bytes);
    const data = pending.written.get(inFlash ? byteOf(fields) : fields.address);
    if (data === undefined) return false;
    const busy = inFlash ? [flash.polling] : [eeprom.P1, eeprom.P2];
    if (reply === data && !busy.includes(reply)) pending.polled = true;
    return true;
  }
}

/** Where something was written, in few words; an erase is everywhere. */
function aboutOf(
  { operation }: Instruction,
  { address, high }: Required<InstructionFields>,
): string | undefined {
  if (operation === 'Chip Erase') return undefined;
  if (!/Memory|EEPROM/.test(operation)) return operation;
  const at = `0x${address.toString(16).toUpperCase().padStart(2, '0')}`;
  const half = operation === 'Write Program Memory' ? (high ? ' high byte' : ' low byte') : '';
  return `${operation} ${at}${half}`;
}
