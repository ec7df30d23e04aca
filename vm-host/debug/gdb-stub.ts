/**
 * The GNU debugger's remote protocol (GDB manual, appendix E) for one machine: text in, text out. Who carries
 * the text does not matter.
 *
 * As gdb sees an AVR: R0 to R31, SREG, SP and PC in bytes; the program at 0, data space at 0x800000 with the
 * registers first and I/O from 0x20 on, EEPROM at 0x810000. This chip has no SP; it reads 0.
 */
import type { Machine } from '../machine.ts';
import type { Debugger, Stop } from './debugger.ts';

const DATA = 0x800000;
const EEPROM = 0x810000;
const SREG_NUMBER = 32;
const SP_NUMBER = 33;
const PC_NUMBER = 34;

const SIGINT = 2;
const SIGTRAP = 5;

/** What a packet asks for: an answer, or that the program goes on. */
export type Reaction =
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'go'; readonly how: 'step' | 'continue' }
  | { readonly kind: 'end'; readonly text: string };

const byte = (value: number) => (value & 0xff).toString(16).padStart(2, '0');
const bytesOf = (hex: string) => (hex.match(/../g) ?? []).map(pair => Number.parseInt(pair, 16));
const answer = (text: string): Reaction => ({ kind: 'answer', text });
const OK = answer('OK');
const ERROR = answer('E01');
const UNKNOWN = answer('');

export class GdbStub {
  private readonly watches = new Map<string, () => void>();

  constructor(
    private readonly debug: Debugger,
    private readonly words: Uint16Array,
  ) {}

  /** One packet, without its frame. */
  receive(packet: string): Reaction {
    const [letter, rest] = [packet[0], packet.slice(1)];
    switch (letter) {
      case '?':
        return answer(`S${byte(SIGTRAP)}`);
      case 'g':
        return answer(Array.from({ length: PC_NUMBER + 1 }, (_, i) => this.register(i)).join(''));
      case 'p':
        return answer(this.register(Number.parseInt(rest, 16)));
      case 'P':
        return this.setRegister(rest);
      case 'm':
        return this.read(rest);
      case 'M':
        return this.write(rest);
      case 'c':
        return { kind: 'go', how: 'continue' };
      case 's':
        return { kind: 'go', how: 'step' };
      case 'Z':
        return this.set(rest);
      case 'z':
        return this.clear(rest);
      case 'H':
        return OK;
      case 'D':
        return { kind: 'end', text: 'OK' };
      case 'k':
        return { kind: 'end', text: '' };
      default:
        return this.query(packet);
    }
  }

  /** How a stop is told. */
  stopped({ kind }: Stop): string {
    return `S${byte(kind === 'request' ? SIGINT : SIGTRAP)}`;
  }

  private get machine(): Machine {
    return this.debug.machine;
  }

  private query(packet: string): Reaction {
    if (packet.startsWith('qSupported')) return answer('PacketSize=1000');
    if (packet.startsWith('qAttached')) return answer('1');
    return UNKNOWN;
  }

  private register(number: number): string {
    const { machine } = this;
    if (number < 32) return byte(machine.registers[number]);
    if (number === SREG_NUMBER) return byte(machine.sreg);
    if (number === SP_NUMBER) return '0000';
    const address = machine.pc * 2;
    return [0, 8, 16, 24].map(shift => byte(address >> shift)).join('');
  }

  private setRegister(text: string): Reaction {
    const [number, value] = text.split('=');
    const index = Number.parseInt(number, 16);
    const bytes = bytesOf(value);
    if (index < 32) this.machine.registers[index] = bytes[0];
    else if (index === SREG_NUMBER) this.machine.sreg = bytes[0];
    else if (index === PC_NUMBER) this.machine.pc = (bytes[0] | (bytes[1] << 8)) >> 1;
    else return ERROR;
    return OK;
  }

  private read(text: string): Reaction {
    const [address, length] = text.split(',').map(part => Number.parseInt(part, 16));
    let out = '';
    for (let i = 0; i < length; i++) {
      const value = this.byteAt(address + i);
      if (value === undefined) break;
      out += byte(value);
    }
    return out ? answer(out) : ERROR;
  }

  private byteAt(address: number): number | undefined {
    if (address >= EEPROM) return this.machine.eeprom[address - EEPROM];
    if (address >= DATA) return this.dataAt(address - DATA);
    const word = this.words[address >> 1] ?? 0xffff;
    return address < this.machine.chip.flashWords * 2 ? (word >> (8 * (address & 1))) & 0xff : undefined;
  }

  private dataAt(address: number): number | undefined {
    if (address < 32) return this.machine.registers[address];
    return address < 0x60 ? (this.machine.readIo(address - 0x20) ?? 0) : 0;
  }

  /** Registers and EEPROM; the program is in flash. */
  private write(text: string): Reaction {
    const [where, content] = text.split(':');
    const address = Number.parseInt(where.split(',')[0], 16);
    const bytes = bytesOf(content);
    const place = address >= EEPROM ? this.machine.eeprom : this.machine.registers;
    const start = address - (address >= EEPROM ? EEPROM : DATA);
    if (start < 0 || start + bytes.length > place.length) return ERROR;
    place.set(bytes, start);
    return OK;
  }

  /** Z0 and Z1: breakpoints; Z2: a write to data space, seen as a change of its value. */
  private set(text: string): Reaction {
    const [kind, address] = this.point(text);
    if (kind <= 1) this.debug.breakpoints.add(address >> 1);
    else if (kind === 2) {
      const off = this.debug.watch(`0x${address.toString(16)}`, () => this.byteAt(address));
      this.watches.set(`${address}`, off);
    } else return UNKNOWN;
    return OK;
  }

  private clear(text: string): Reaction {
    const [kind, address] = this.point(text);
    if (kind <= 1) this.debug.breakpoints.delete(address >> 1);
    else this.watches.get(`${address}`)?.();
    return kind <= 2 ? OK : UNKNOWN;
  }

  private point(text: string): [kind: number, address: number] {
    const [kind, address] = text.split(',');
    return [Number(kind), Number.parseInt(address, 16)];
  }
}

/** Ctrl-C, outside of any packet. */
export const INTERRUPT = '\u0003';

/** Takes the stream of a connection apart into packets: `$text#sum`, `+`, `-`, and 0x03 for Ctrl-C. */
export class PacketReader {
  private buffer = '';

  /** Packets that are complete now, {@link INTERRUPT} among them. A packet with a wrong sum is '-'. */
  push(text: string): string[] {
    this.buffer += text;
    const found: string[] = [];
    for (;;) {
      this.buffer = this.buffer.replace(/^[+-]+/, '');
      if (this.buffer.startsWith(INTERRUPT)) {
        this.buffer = this.buffer.slice(1);
        found.push(INTERRUPT);
        continue;
      }
      const match = /^\$([^#]*)#([0-9a-fA-F]{2})/.exec(this.buffer);
      if (!match) return found;
      this.buffer = this.buffer.slice(match[0].length);
      const [, content, sum] = match;
      found.push(checksum(content) === sum.toLowerCase() ? content : '-');
    }
  }
}

/** A packet as it goes over the line. */
export function framed(text: string): string {
  return `$${text}#${checksum(text)}`;
}

function checksum(text: string): string {
  return byte([...text].reduce((sum, letter) => sum + letter.charCodeAt(0), 0));
}
