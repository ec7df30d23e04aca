/** The wires themselves: nobody against anybody, nothing read that nobody drives, nothing held that was let go. */

import type { Cycle } from '../../vm-host/time.ts';
import { avr910Command } from '../avr910.ts';
import type { Board, Sample } from '../board.ts';
import type { DriveChange, Net } from '../net.ts';
import { CharacterReceiver } from '../uart-frame.ts';
import type { Mark } from './gauge.ts';
import type { Gauges } from './gauges.ts';

const ENTER = 'P'.charCodeAt(0);
const LEAVE = 'L'.charCodeAt(0);

const STRONG: ReadonlySet<string> = new Set(['low', 'high']);

export class WireChecks {
  private readonly offs: (() => void)[];
  /** Where the program last changed what it does to each wire: a clash is its doing even if another moved. */
  private readonly changed = new Map<Net, Mark>();

  constructor(
    private readonly board: Board,
    private readonly gauges: Gauges,
  ) {
    const { contention } = gauges;
    this.offs = (Object.values(board.nets) as Net[]).flatMap(net => [
      // each change of a driver is an occasion for a clash
      net.watchDrives(change => {
        if (change.pc !== undefined) this.changed.set(net, change);
        contention.pass();
      }),
      net.watchContention(({ time, pc, high, low }) => {
        const from = this.changed.get(net) ?? { time };
        contention.record(1, from, { time, pc }, `${net.name}: ${high} drives high, ${low} low`);
      }),
    ]);
  }

  finish(): void {
    for (const off of this.offs) off();
  }

  /**
   * The program reads a wire. Where it reads the whole port and the target runs, nobody knows which wire it
   * meant.
   */
  sample({ net, whole, time, pc }: Sample): void {
    const { MISO, RESET } = this.board.nets;
    if (whole && net === MISO && RESET.bit === 1) return;
    if (net.level === 'z') this.gauges.floating.record(1, { time }, { time, pc }, net.name);
    else this.gauges.floating.pass();
  }
}

/**
 * RESET, SCK and MOSI belong to the target from power-up to P, and from the answer to L on. Letters are told
 * from data by the protocol's own table.
 */
export class ReleaseChecks {
  private readonly offs: (() => void)[];
  private readonly host: CharacterReceiver;
  private readonly lines: readonly Net[];
  /** Who moved each line last. */
  private readonly lastDrive = new Map<Net, Mark>();
  /** Data bytes that the present command still takes. */
  private data = 0;
  private released = true;
  /** L has come and waits for its answer. */
  private leaving = false;
  private since: Mark = { time: 0 };

  constructor(
    private readonly board: Board,
    private readonly gauges: Gauges,
  ) {
    const { RESET, SCK, MOSI, TXD, RXD } = board.nets;
    this.lines = [RESET, SCK, MOSI];
    this.host = new CharacterReceiver(board.line.bits, ({ byte }) => this.byte(byte));
    this.offs = [
      ...this.lines.map(net => net.watchDrives(change => this.driven(change))),
      RXD.watch(({ time }) => this.host.edge(RXD.bit, time)),
      TXD.watch(({ time }) => this.answered(time)),
    ];
  }

  finish(): void {
    for (const off of this.offs) off();
  }

  /** A character is told when its wire moves again; the programmer acts before that. */
  private listen(now: Cycle): void {
    if (this.host.due - this.board.line.bits.length <= now) this.host.finish();
  }

  private byte(byte: number): void {
    if (this.data > 0) {
      this.data--;
      return;
    }
    this.data = avr910Command(byte)?.takes.length ?? 0;
    if (byte === ENTER) this.released = false;
    this.leaving = byte === LEAVE;
  }

  private answered(time: Cycle): void {
    this.listen(time);
    if (!this.leaving || this.board.nets.TXD.bit === 1) return;
    this.leaving = false;
    this.released = true;
    this.since = { time };
    for (const net of this.lines) {
      const held = net.drivenBy.some(({ name, drive }) => isProgrammer(name) && STRONG.has(drive));
      this.gauges.released.record(held ? 1 : 0, this.since, this.lastDrive.get(net) ?? { time }, net.name);
    }
  }

  private driven({ net, driver, drive, time, pc }: DriveChange): void {
    if (!isProgrammer(driver)) return;
    this.listen(time);
    this.lastDrive.set(net, { time, pc });
    if (this.released && STRONG.has(drive))
      this.gauges.released.record(1, this.since, { time, pc }, net.name);
  }
}

const isProgrammer = (driver: string) => driver.endsWith('of the programmer');
