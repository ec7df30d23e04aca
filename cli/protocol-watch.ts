/**
 * Looks at what a client sends and tells what a person would want to know: bytes that begin no command, and a
 * client that left in the middle of one. It only reads along; the programmer decides what happens.
 */
import { avr910Command } from '../simulator/index.ts';

/** Follows the host's side of the conversation, across clients, as the programmer does. */
export class ProtocolWatch {
  private command: { letter: string; name: string } | undefined;
  private missing = 0;
  private unknown = 0;

  host(bytes: Iterable<number>): void {
    for (const byte of bytes) {
      if (this.missing > 0) this.missing--;
      else this.begin(byte);
    }
  }

  private begin(byte: number): void {
    const row = avr910Command(byte);
    if (!row) this.unknown++;
    this.command = row;
    this.missing = row?.takes.length ?? 0;
  }

  /** What to tell about the client that has just left. */
  remarks(): string[] {
    const { unknown, missing, command } = this;
    this.unknown = 0;
    const said: string[] = [];
    if (unknown > 0) said.push(`${unknown} of its bytes begin no AVR910 command`);
    if (missing > 0 && command)
      said.push(
        `it left in the middle of '${command.letter}' (${command.name}), which still lacks ${missing} of its bytes; ` +
          'a host can send four ESC (1B) to begin anew',
      );
    return said;
  }
}
