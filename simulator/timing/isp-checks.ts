/** The programming interface: SCK, MOSI, MISO and RESET against the part's constraints. */

import type { Board, Sample } from '../board.ts';
import type { FourBytes } from '../devices/bit-strings.ts';
import { type Device, instructionOf } from '../devices/device.ts';
import type { Edge } from '../net.ts';
import type { Mark } from './gauge.ts';
import type { Gauges } from './gauges.ts';
import { WaitChecks } from './wait-checks.ts';

const BITS_PER_INSTRUCTION = 32;

/** What is known of the present time with RESET low. */
interface Session {
  readonly fall: Mark;
  /** The high of RESET before it, when it was seen to begin. */
  readonly rise: Mark | undefined;
  /** The last change of SCK before the fall, and whether it left SCK low. */
  readonly sck: Mark;
  readonly sckLow: boolean;
  /** An SCK edge came so close behind the fall that it is a stray one. */
  stray: Mark | undefined;
  bits: number;
  instructions: number;
  /** The first edge of the present instruction. */
  begin: Mark;
  bytes: [number, number, number, number];
  reply: number;
}

const markOf = ({ time, pc }: Edge): Mark => ({ time, pc });

export class IspChecks {
  private readonly offs: (() => void)[];
  private session: Session | undefined;
  private readonly waits: WaitChecks;
  /** The last edges of each wire. */
  private reset: { readonly level: 0 | 1; readonly since: Mark | undefined };
  private sckChange: Mark = { time: 0 };
  private sckBit: 0 | 1;
  private sckRise: Mark | undefined;
  private sckFall: Mark | undefined;
  private mosiBit: 0 | 1;
  private mosiChange: Mark | undefined;
  /** MOSI has changed since SCK rose. */
  private held = true;

  constructor(
    private readonly board: Board,
    private readonly gauges: Gauges,
    private readonly device: Device,
    private readonly targetXtal: number,
  ) {
    const { RESET, SCK, MOSI } = board.nets;
    this.waits = new WaitChecks(device, gauges);
    this.reset = { level: RESET.bit, since: undefined };
    this.sckBit = SCK.bit;
    this.mosiBit = MOSI.bit;
    this.offs = [
      RESET.watch(edge => this.resetEdge(edge)),
      SCK.watch(edge => this.sckEdge(edge)),
      MOSI.watch(edge => this.mosiEdge(edge)),
    ];
  }

  /** Takes the checks off the nets; an erase that nobody ended is told now. */
  finish(): void {
    for (const off of this.offs) off();
    this.waits.finish();
  }

  /** The program reads MISO. */
  sample({ time, pc }: Sample): void {
    const { session, sckFall } = this;
    if (session && sckFall) this.gauges.tSLIV.record(time - sckFall.time, sckFall, { time, pc });
  }

  private resetEdge(edge: Edge): void {
    const level = this.board.nets.RESET.bit;
    if (level === this.reset.level) return;
    const mark = markOf(edge);
    if (level === 0) this.begin(mark);
    else this.end(mark);
    this.reset = { level, since: mark };
  }

  private begin(fall: Mark): void {
    const { SCK } = this.board.nets;
    this.session = {
      fall,
      rise: this.reset.since,
      sck: this.sckChange,
      sckLow: SCK.level === 0,
      stray: undefined,
      bits: 0,
      instructions: 0,
      begin: fall,
      bytes: [0, 0, 0, 0],
      reply: 0,
    };
    this.sckRise = undefined;
    this.sckFall = undefined;
    this.mosiChange = undefined;
    this.held = true;
  }

  private end(rise: Mark): void {
    const { session } = this;
    this.session = undefined;
    if (!session) return;
    const rest = session.bits % BITS_PER_INSTRUCTION;
    if (session.bits > 0) this.gauges['four bytes'].record(rest, session.begin, rise, `${rest} bits`);
    this.waits.resetRises(rise);
  }

  private sckEdge(edge: Edge): void {
    const mark = markOf(edge);
    const { session } = this;
    this.sckChange = mark;
    const level = this.board.nets.SCK.bit;
    if (session && session.bits === 0 && this.isStray(session, mark)) session.stray ??= mark;
    if (level === this.sckBit) return;
    this.sckBit = level;
    if (!session) return;
    if (level === 1) this.sckRises(session, mark);
    else this.sckFalls(mark);
  }

  private isStray({ fall }: Session, { time }: Mark): boolean {
    const { min } = this.gauges['SCK to RESET'].constraint;
    return (time - fall.time) * this.targetXtal < min! * this.board.xtal;
  }

  private sckRises(session: Session, mark: Mark): void {
    if (this.sckFall) this.gauges.tSLSH.record(mark.time - this.sckFall.time, this.sckFall, mark);
    if (this.mosiChange) this.gauges.tOVSH.record(mark.time - this.mosiChange.time, this.mosiChange, mark);
    this.sckRise = mark;
    this.mosiChange = undefined;
    this.held = false;
    if (session.bits === 0) this.firstRise(session, mark);
    if (session.bits % BITS_PER_INSTRUCTION === 0) this.beginInstruction(session, mark);
    this.shift(session);
    session.bits++;
    if (session.bits % BITS_PER_INSTRUCTION === 0) this.complete(session, mark);
  }

  private sckFalls(mark: Mark): void {
    if (this.sckRise) this.gauges.tSHSL.record(mark.time - this.sckRise.time, this.sckRise, mark);
    this.sckFall = mark;
  }

  /** Now it is known that this time with RESET low is for programming: judge how it began. */
  private firstRise({ fall, rise, sck, sckLow, stray }: Session, mark: Mark): void {
    if (stray !== mark) this.gauges['RESET to SCK'].record(mark.time - fall.time, fall, mark);
    const still = sckLow && !stray ? fall.time - sck.time : 0;
    this.gauges['SCK to RESET'].record(still, stray ?? sck, fall);
    if (rise) this.gauges['RESET high'].record(fall.time - rise.time, rise, fall);
  }

  private mosiEdge(edge: Edge): void {
    const level = this.board.nets.MOSI.bit;
    if (level === this.mosiBit) return;
    this.mosiBit = level;
    if (!this.session) return;
    const mark = markOf(edge);
    if (this.sckRise && !this.held)
      this.gauges.tSHOX.record(mark.time - this.sckRise.time, this.sckRise, mark);
    this.held = true;
    this.mosiChange = mark;
  }

  private shift(session: Session): void {
    const { MOSI, MISO } = this.board.nets;
    const byte = (session.bits >> 3) & 3;
    session.bytes[byte] = ((session.bytes[byte] << 1) | MOSI.bit) & 0xff;
    session.reply = ((session.reply << 1) | MISO.bit) & 0xff;
  }

  private beginInstruction(session: Session, mark: Mark): void {
    session.begin = mark;
    this.waits.begins(mark);
  }

  /** All 32 bits are there. */
  private complete(session: Session, end: Mark): void {
    const bytes: FourBytes = [...session.bytes];
    const row = instructionOf(this.device, bytes);
    session.instructions++;
    if (session.instructions === 1) {
      const wrong = row?.operation === 'Programming Enable' ? 0 : 1;
      this.gauges['enable first'].record(wrong, session.fall, session.begin);
    }
    this.waits.completes({ row, bytes, reply: session.reply, begin: session.begin, end });
  }
}
