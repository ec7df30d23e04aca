/**
 * The AVR910 serial protocol as a table: what each command letter takes and gives.
 * The host client and the decoder both read it; docs/protocol.md explains it.
 */

/** What a programmer answers. */
export type Answer =
  /** Carriage return: done. */
  | { readonly kind: 'done' }
  /** A fixed number of bytes. */
  | { readonly kind: 'bytes'; readonly count: number; readonly form: 'hex' | 'text' }
  /** A fixed number of bytes, then carriage return. */
  | { readonly kind: 'bytes, done'; readonly count: number }
  /** Bytes up to a 00. */
  | { readonly kind: 'list' }
  /** Y and a 16-bit size, or anything else for no. */
  | { readonly kind: 'block mode' }
  | { readonly kind: 'nothing' };

export interface Avr910Command {
  readonly letter: string;
  readonly name: string;
  /** Bytes after the letter, by name. */
  readonly takes: readonly string[];
  readonly gives: Answer;
  /** Needs a supported device type, chosen with T. */
  readonly target?: true;
}

/** Carriage return: the answer of a command that has nothing else to say. */
export const DONE = 0x0d;
/** The answer to what the programmer does not know or may not do. */
export const REFUSED = 0x3f;
/** Hosts send it to get a programmer's attention; it is not answered. */
export const ESCAPE = 0x1b;

const done: Answer = { kind: 'done' };
const hex = (count: number): Answer => ({ kind: 'bytes', count, form: 'hex' });
const text = (count: number): Answer => ({ kind: 'bytes', count, form: 'text' });

// Application note AVR910, command table; later additions (b : .) as avrdude uses them.
export const avr910Commands: readonly Avr910Command[] = [
  { letter: 'P', name: 'Enter programming mode', takes: [], gives: done, target: true },
  { letter: 'a', name: 'Auto-increment address?', takes: [], gives: text(1) },
  { letter: 'A', name: 'Set address', takes: ['high', 'low'], gives: done },
  { letter: 'c', name: 'Write program memory, low byte', takes: ['data'], gives: done, target: true },
  { letter: 'C', name: 'Write program memory, high byte', takes: ['data'], gives: done, target: true },
  { letter: 'm', name: 'Issue page write', takes: [], gives: done, target: true },
  { letter: 'R', name: 'Read program memory', takes: [], gives: hex(2), target: true },
  { letter: 'D', name: 'Write data memory', takes: ['data'], gives: done, target: true },
  { letter: 'd', name: 'Read data memory', takes: [], gives: hex(1), target: true },
  { letter: 'e', name: 'Chip erase', takes: [], gives: done, target: true },
  { letter: 'l', name: 'Write lock bits', takes: ['data'], gives: done, target: true },
  { letter: 'f', name: 'Write fuse bits', takes: ['data'], gives: done, target: true },
  { letter: 'F', name: 'Read fuse and lock bits', takes: [], gives: hex(1), target: true },
  { letter: 'L', name: 'Leave programming mode', takes: [], gives: done },
  { letter: 'T', name: 'Select device type', takes: ['code'], gives: done },
  { letter: 's', name: 'Read signature bytes', takes: [], gives: hex(3), target: true },
  { letter: 't', name: 'Supported device codes', takes: [], gives: { kind: 'list' } },
  { letter: 'S', name: 'Software identifier', takes: [], gives: text(7) },
  { letter: 'V', name: 'Software version', takes: [], gives: text(2) },
  { letter: 'v', name: 'Hardware version', takes: [], gives: text(2) },
  { letter: 'p', name: 'Programmer type', takes: [], gives: text(1) },
  { letter: 'b', name: 'Block mode?', takes: [], gives: { kind: 'block mode' } },
  { letter: 'x', name: 'Set LED', takes: ['LED'], gives: done },
  { letter: 'y', name: 'Clear LED', takes: ['LED'], gives: done },
  {
    letter: ':',
    name: 'Universal command',
    takes: ['byte 1', 'byte 2', 'byte 3'],
    gives: { kind: 'bytes, done', count: 1 },
    target: true,
  },
  {
    letter: '.',
    name: 'New universal command',
    takes: ['byte 1', 'byte 2', 'byte 3', 'byte 4'],
    gives: { kind: 'bytes, done', count: 1 },
    target: true,
  },
  { letter: '\x1b', name: 'Escape', takes: [], gives: { kind: 'nothing' } },
];

const byLetter = new Map(avr910Commands.map(row => [row.letter.charCodeAt(0), row]));

/** The command that a byte begins, if it begins one. */
export function avr910Command(byte: number): Avr910Command | undefined {
  return byLetter.get(byte);
}

/**
 * The bytes of a command.
 * @throws RangeError when the letter is unknown or takes another number of bytes
 */
export function avr910Request(letter: string, ...data: readonly number[]): Uint8Array {
  const row = byLetter.get(letter.charCodeAt(0));
  if (!row) throw new RangeError(`no AVR910 command '${letter}'`);
  if (data.length !== row.takes.length) {
    throw new RangeError(`AVR910 command '${letter}' takes ${row.takes.length} bytes, not ${data.length}`);
  }
  return Uint8Array.of(letter.charCodeAt(0), ...data);
}

/** How many bytes an answer has, as far as that is known before it comes. */
export function answerLength(answer: Answer): number | undefined {
  if (answer.kind === 'done') return 1;
  if (answer.kind === 'bytes') return answer.count;
  if (answer.kind === 'bytes, done') return answer.count + 1;
  return answer.kind === 'nothing' ? 0 : undefined;
}
