/** The decoders, and how they stack on a board. */

import type { Cycle } from '../../vm-host/time.ts';
import type { BoardNets } from '../board.ts';
import type { Device } from '../devices/device.ts';
import type { Annotation, Emit } from './annotation.ts';
import { Avr910Decoder, type Avr910Exchange } from './avr910.ts';
import { IspDecoder, type IspInstruction } from './isp.ts';
import { SpiDecoder } from './spi.ts';
import { UartDecoder } from './uart.ts';

export * from './annotation.ts';
export * from './avr910.ts';
export * from './isp.ts';
export * from './spi.ts';
export * from './uart.ts';

export interface DecodeOptions {
  readonly device: Device;
  readonly baud: number;
  readonly xtal: number;
  readonly onAnnotation?: Emit<Annotation>;
  readonly onExchange?: Emit<Avr910Exchange>;
  readonly onInstruction?: Emit<IspInstruction>;
}

/** All decoders on all nets of a board. Call `finish` at the end: the last characters have no successor. */
export function decode(nets: BoardNets, options: DecodeOptions): { finish(now: Cycle): void } {
  const { device, baud, xtal, onAnnotation, onExchange, onInstruction } = options;
  const isp = new IspDecoder({ device, onAnnotation, onInstruction });
  const spi = new SpiDecoder(nets, {
    onAnnotation,
    onByte: byte => isp.byte(byte),
    onReset: () => isp.reset(),
  });
  const avr910 = new Avr910Decoder({ onAnnotation, onExchange });
  const uart = { baud, xtal, onAnnotation };
  // A character is told when its wire moves again, so before each one the other wire is asked for what came earlier.
  const txd: UartDecoder = new UartDecoder({
    ...uart,
    net: nets.TXD,
    row: 'uart txd',
    onCharacter: character => {
      rxd.finish(character.start);
      avr910.programmer(character);
    },
  });
  const rxd: UartDecoder = new UartDecoder({
    ...uart,
    net: nets.RXD,
    row: 'uart rxd',
    onCharacter: character => {
      txd.finish(character.start);
      avr910.host(character);
    },
  });
  const finish = (now: Cycle) => {
    rxd.finish(now);
    txd.finish(now);
    avr910.finish();
    for (const decoder of [spi, txd, rxd]) decoder.off();
  };
  return { finish };
}
