/** The frames of the GNU debugger's remote protocol (GDB manual, appendix E.1): `$text#sum`, `+`, `-`, 0x03. */

/** Letters of a packet at most, as the stub tells gdb: what is longer is refused and never kept. */
export const LONGEST_PACKET = 0x1000;

/** What has come over the line. */
export type Incoming =
  | { readonly kind: 'packet'; readonly text: string }
  /** Its sum is wrong: it has to be sent again. */
  | { readonly kind: 'broken' }
  /** Whole, but longer than {@link LONGEST_PACKET}. */
  | { readonly kind: 'too long' }
  /** The peer did not understand our last packet. */
  | { readonly kind: 'again' }
  /** Ctrl-C, outside of any packet. */
  | { readonly kind: 'interrupt' };

/** What means something by itself; `+` and noise mean nothing. */
const ALONE: Readonly<Record<string, Incoming>> = {
  '-': { kind: 'again' },
  '\u0003': { kind: 'interrupt' },
};

/** Takes the stream of a connection apart, however it was cut. */
export class PacketReader {
  /** Of the packet under way: its text as far as it is kept, the sum of all of it, the digits after `#`. */
  private text: string | undefined;
  private sum = 0;
  private tooLong = false;
  private digits: string | undefined;

  /** What is complete now. */
  push(chunk: string): Incoming[] {
    const found: Incoming[] = [];
    for (const letter of chunk) {
      const incoming = this.take(letter);
      if (incoming) found.push(incoming);
    }
    return found;
  }

  private take(letter: string): Incoming | undefined {
    if (letter === '$') this.begin();
    else if (this.text === undefined) return ALONE[letter];
    else if (this.digits !== undefined) return this.takeDigit(letter);
    else if (letter === '#') this.digits = '';
    else this.keep(letter);
    return undefined;
  }

  private begin(): void {
    this.text = '';
    this.sum = 0;
    this.tooLong = false;
    this.digits = undefined;
  }

  private keep(letter: string): void {
    this.sum = (this.sum + letter.charCodeAt(0)) & 0xff;
    if (this.text!.length < LONGEST_PACKET) this.text += letter;
    else this.tooLong = true;
  }

  private takeDigit(digit: string): Incoming | undefined {
    this.digits += digit;
    if (this.digits!.length < 2) return undefined;
    const { text, tooLong } = this;
    const whole = this.digits!.toLowerCase() === hex(this.sum);
    this.text = undefined;
    this.digits = undefined;
    if (!whole) return { kind: 'broken' };
    return tooLong ? { kind: 'too long' } : { kind: 'packet', text: text! };
  }
}

/** A packet as it goes over the line. */
export function framed(text: string): string {
  const sum = [...text].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  return `$${text}#${hex(sum & 0xff)}`;
}

/** A packet that makes gdb print a line while the program runs. */
export function printed(line: string): string {
  return framed(`O${[...new TextEncoder().encode(`${line}\n`)].map(hex).join('')}`);
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
