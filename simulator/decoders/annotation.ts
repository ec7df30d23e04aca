/** What a decoder says about a span of time. */

import type { Cycle } from '../../vm-host/time.ts';

/** The rows of text under a waveform, from the wires up. */
export const decoderRows = [
  'uart rxd',
  'uart txd',
  'avr910 command',
  'avr910 answer',
  'spi mosi',
  'spi miso',
  'isp instruction',
] as const;

export type Row = (typeof decoderRows)[number];

export interface Annotation {
  readonly start: Cycle;
  readonly end: Cycle;
  readonly row: Row;
  /** The same in falling lengths; a viewer takes the longest that fits. */
  readonly text: readonly string[];
}

/** Takes what a decoder finds. */
export type Emit<T> = (item: T) => void;

/** A byte as two capital hexadecimal digits. */
export function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}

/** A printable byte as itself in quotes, any other as hexadecimal. */
export function letterOrHex(byte: number): string {
  return byte > 0x20 && byte < 0x7f ? `'${String.fromCharCode(byte)}'` : hex(byte);
}
