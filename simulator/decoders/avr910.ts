/** Characters both ways into AVR910 commands and answers. */

import { type Answer, type Avr910Command, answerLength, avr910Command, DONE, REFUSED } from '../avr910.ts';
import type { Character } from '../uart-frame.ts';
import { type Annotation, type Emit, hex, letterOrHex } from './annotation.ts';

/** What was asked and what came back. */
export interface Avr910Exchange {
  readonly command: Avr910Command | undefined;
  readonly request: readonly Character[];
  readonly answer: readonly Character[];
}

export interface Avr910DecoderOptions {
  readonly onAnnotation?: Emit<Annotation>;
  /** Each command with its answer, when the next command begins or at {@link Avr910Decoder.finish}. */
  readonly onExchange?: Emit<Avr910Exchange>;
}

export class Avr910Decoder {
  private command: Avr910Command | undefined;
  private request: Character[] = [];
  private answer: Character[] = [];

  constructor(private readonly options: Avr910DecoderOptions) {}

  /** A character from the host. */
  host(character: Character): void {
    if (this.request.length > 0 && this.missing === 0) this.finish();
    if (this.request.length === 0) this.command = avr910Command(character.byte);
    this.request.push(character);
    if (this.missing === 0) this.tellRequest();
  }

  /** A character from the programmer. */
  programmer(character: Character): void {
    this.answer.push(character);
  }

  /** Closes the present command: nothing more belongs to it. */
  finish(): void {
    const { command, request, answer } = this;
    if (answer.length > 0) this.tellAnswer();
    if (request.length > 0) this.options.onExchange?.({ command, request, answer });
    this.request = [];
    this.answer = [];
  }

  /** How many bytes the command still lacks. */
  private get missing(): number {
    return 1 + (this.command?.takes.length ?? 0) - this.request.length;
  }

  private tellRequest(): void {
    const { command, request } = this;
    const [first, ...data] = request.map(({ byte }) => byte);
    const bytes = data.map(hex).join(' ');
    const name = command?.name ?? 'unknown command';
    const short = `${letterOrHex(first)}${bytes && ` ${bytes}`}`;
    this.emit('avr910 command', request, [bytes ? `${name}: ${bytes}` : name, short, letterOrHex(first)]);
  }

  private tellAnswer(): void {
    const bytes = this.answer.map(({ byte }) => byte);
    this.emit('avr910 answer', this.answer, describeAnswer(this.command?.gives, bytes));
  }

  private emit(row: Annotation['row'], span: readonly Character[], text: string[]): void {
    this.options.onAnnotation?.({ start: span[0].start, end: span[span.length - 1].end, row, text });
  }
}

function describeAnswer(gives: Answer | undefined, bytes: readonly number[]): string[] {
  const plain = bytes.map(hex).join(' ');
  const wanted = gives && answerLength(gives);
  if (bytes.length === 1 && bytes[0] === REFUSED && wanted !== 1) return ['refused', '?'];
  if (gives?.kind === 'done' && bytes.length === 1) {
    if (bytes[0] === DONE) return ['done', 'CR'];
    if (bytes[0] === REFUSED) return ['refused', '?'];
  }
  if (gives?.kind === 'bytes' && gives.form === 'text') return [`"${String.fromCharCode(...bytes)}"`, plain];
  return [plain];
}
