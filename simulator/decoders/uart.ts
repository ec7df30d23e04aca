/** Edges on one wire into 8N1 characters. */

import type { Net } from '../net.ts';
import { BitTimes, type Character, CharacterReceiver } from '../uart-frame.ts';
import { type Annotation, type Emit, hex, letterOrHex, type Row } from './annotation.ts';

export interface UartDecoderOptions {
  readonly net: Net;
  readonly row: Extract<Row, `uart ${string}`>;
  readonly baud: number;
  readonly xtal: number;
  readonly onAnnotation?: Emit<Annotation>;
  /** Each character with its span, for the decoder stacked on this one. */
  readonly onCharacter?: Emit<Character>;
}

/** A character is told when the wire moves again after its stop bit, or at {@link finish}. */
export class UartDecoder {
  readonly off: () => void;
  private readonly receiver: CharacterReceiver;

  constructor({ net, row, baud, xtal, onAnnotation, onCharacter }: UartDecoderOptions) {
    this.receiver = new CharacterReceiver(new BitTimes(baud, 0, xtal), character => {
      onAnnotation?.({ start: character.start, end: character.end, row, text: describe(character) });
      onCharacter?.(character);
    });
    this.off = net.watch(({ time }) => this.receiver.edge(net.bit, time));
  }

  /** Tells the last character, when its stop bit was sampled by `now`. */
  finish(now: number): void {
    if (this.receiver.due <= now) this.receiver.finish();
  }
}

function describe({ byte, framed, broken }: Character): string[] {
  if (broken) return ['break', 'brk', 'b'];
  if (!framed) return [`frame error, ${hex(byte)}`, 'frame error', '!'];
  const short = letterOrHex(byte);
  return short === hex(byte) ? [short] : [`${short} ${hex(byte)}`, short];
}
