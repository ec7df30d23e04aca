/**
 * Edges on SCK, MOSI and MISO into bytes, MSB first, mode 0: both are sampled where
 * SCK rises. RESET high ends a byte; RESET low begins the counting.
 */

import type { Cycle } from '../../vm-host/time.ts';
import type { Level } from '../net.ts';
import type { IspNets } from '../target.ts';
import { type Annotation, type Emit, hex } from './annotation.ts';

/** Both bytes of one exchange; `end` is the rising edge of the last bit. */
export interface SpiByte {
  readonly mosi: number;
  readonly miso: number;
  /** Whether MISO was driven for every bit; where nobody drives it, a pull-up makes ones. */
  readonly driven: boolean;
  readonly start: Cycle;
  readonly end: Cycle;
}

/** What happens on the bus, in order. */
export interface SpiListener {
  readonly onAnnotation?: Emit<Annotation>;
  readonly onByte?: Emit<SpiByte>;
  /** RESET went low (true) or high. */
  readonly onReset?: (active: boolean, time: Cycle) => void;
}

export class SpiDecoder {
  readonly off: () => void;
  private last: 0 | 1;
  private bits = 0;
  private mosi = 0;
  private miso = 0;
  private driven = true;
  private start: Cycle = 0;

  constructor(
    private readonly nets: IspNets,
    private readonly listener: SpiListener,
  ) {
    const { SCK, RESET } = nets;
    this.last = SCK.bit;
    const offs = [
      SCK.watch(({ time }) => this.sck(SCK.bit, time)),
      RESET.watch(({ time }) => this.reset(RESET.bit, time)),
    ];
    this.off = () => {
      for (const off of offs) off();
    };
  }

  private reset(level: 0 | 1, time: Cycle): void {
    this.bits = 0;
    this.last = this.nets.SCK.bit;
    this.listener.onReset?.(level === 0, time);
  }

  private sck(level: 0 | 1, time: Cycle): void {
    if (level === this.last) return;
    this.last = level;
    if (level === 1 && this.nets.RESET.bit === 0) this.sample(time);
  }

  private sample(time: Cycle): void {
    if (this.bits === 0) Object.assign(this, { start: time, driven: true });
    this.mosi = ((this.mosi << 1) | this.nets.MOSI.bit) & 0xff;
    this.miso = ((this.miso << 1) | this.nets.MISO.bit) & 0xff;
    this.driven &&= isDriven(this.nets.MISO);
    this.bits++;
    if (this.bits === 8) this.byte(time);
  }

  private byte(end: Cycle): void {
    this.bits = 0;
    const { mosi, miso, driven, start } = this;
    this.listener.onAnnotation?.({ start, end, row: 'spi mosi', text: [hex(mosi)] });
    this.listener.onAnnotation?.({
      start,
      end,
      row: 'spi miso',
      text: [driven ? hex(miso) : `(${hex(miso)})`, hex(miso)],
    });
    this.listener.onByte?.({ mosi, miso, driven, start, end });
  }
}

/** Whether somebody stronger than a resistor is on the wire. */
function isDriven(net: { level: Level; drivenBy: readonly { drive: string }[] }): boolean {
  return net.drivenBy.some(({ drive }) => drive === 'low' || drive === 'high' || drive.startsWith('tied'));
}
