/**
 * The GNU debugger's remote protocol (GDB manual, appendix E) for one machine: text in, text out. Who carries
 * the text does not matter.
 *
 * As gdb sees an AVR: R0 to R31, SREG, SP and PC in bytes; the program at 0, data space at 0x800000 with the
 * registers first and I/O from 0x20 on, EEPROM at 0x810000. This chip has no SP; it reads 0.
 */
import type { FaultKind } from '../fault.ts';
import type { Machine } from '../machine.ts';
import type { Debugger, Stop } from './debugger.ts';
import { LONGEST_PACKET } from './gdb-packets.ts';

const DATA = 0x800000;
const EEPROM = 0x810000;
const IO = 0x20;
/** The I/O registers end here; there is no RAM after them. */
const DATA_END = 0x60;
const SREG_NUMBER = 32;
const SP_NUMBER = 33;
const PC_NUMBER = 34;

const SIGINT = 2;
const SIGILL = 4;
const SIGTRAP = 5;
const SIGSEGV = 11;

/** What a fault would be called where there is an operating system. */
const SIGNALS: Readonly<Record<FaultKind, number>> = {
  'illegal-word': SIGILL,
  'stack-overflow': SIGSEGV,
  'stack-underflow': SIGSEGV,
  'absent-register': SIGSEGV,
  'pointer-range': SIGSEGV,
};

/** What a packet asks for: an answer, that the program goes on, that gdb leaves, that the program ends. */
export type Reaction =
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'go'; readonly how: 'step' | 'continue' }
  | { readonly kind: 'end'; readonly text: string }
  | { readonly kind: 'kill' };

const byte = (value: number) => (value & 0xff).toString(16).padStart(2, '0');
const bytesOf = (hex: string) => (hex.match(/../g) ?? []).map(pair => Number.parseInt(pair, 16));
const number = (hex: string) => Number.parseInt(hex, 16);
const answer = (text: string): Reaction => ({ kind: 'answer', text });
const STANDS = `S${byte(SIGTRAP)}`;
const OK = answer('OK');
const ERROR = answer('E01');
const UNKNOWN = answer('');

/** The fields behind a packet's letter. */
const SHAPES = {
  register: /^([\da-f]+)$/i,
  assignment: /^([\da-f]+)=((?:[\da-f]{2})+)$/i,
  range: /^([\da-f]+),([\da-f]+)$/i,
  content: /^([\da-f]+),([\da-f]+):((?:[\da-f]{2})*)$/i,
  point: /^(\d),([\da-f]+),([\da-f]+)/i,
  /** A signal, which there is nobody to take, and where to go on. */
  signalled: /^[\da-f]{2}(?:;([\da-f]+))?$/i,
  resumed: /^([\da-f]+)?$/i,
};

export class GdbStub {
  /** By address and length as gdb gave them. */
  private readonly watches = new Map<string, { address: string; remove: () => void }>();
  private readonly breakpoints = new Set<number>();
  /** How the last stop was told. */
  private last = STANDS;

  /** Packets by their first letter. */
  private readonly packets: Readonly<Record<string, (rest: string) => Reaction>> = {
    '?': () => answer(this.last),
    g: () => answer(Array.from({ length: PC_NUMBER + 1 }, (_, i) => this.register(i)).join('')),
    p: fields(SHAPES.register, at => this.readRegister(number(at))),
    P: fields(SHAPES.assignment, (at, value) => this.setRegister(number(at), bytesOf(value))),
    m: fields(SHAPES.range, (at, length) => this.read(number(at), number(length))),
    M: fields(SHAPES.content, (at, length, hex) => this.write(number(at), number(length), bytesOf(hex))),
    c: fields(SHAPES.resumed, at => this.go('continue', at)),
    C: fields(SHAPES.signalled, at => this.go('continue', at)),
    s: fields(SHAPES.resumed, at => this.go('step', at)),
    S: fields(SHAPES.signalled, at => this.go('step', at)),
    Z: fields(SHAPES.point, (kind, at, length) => this.set(Number(kind), at, length)),
    z: fields(SHAPES.point, (kind, at, length) => this.clear(Number(kind), at, length)),
    H: () => OK,
    D: () => ({ kind: 'end', text: 'OK' }),
    k: () => ({ kind: 'kill' }),
    q: rest => this.query(rest),
  };

  constructor(
    private readonly debug: Debugger,
    private readonly words: Uint16Array,
  ) {}

  /** One packet, without its frame. What is not known is answered by nothing, as the protocol wants it. */
  receive(packet: string): Reaction {
    return Object.hasOwn(this.packets, packet[0] ?? '') ? this.packets[packet[0]](packet.slice(1)) : UNKNOWN;
  }

  /** How a stop is told. */
  stopped({ kind, what }: Stop): string {
    const watch = kind === 'watch' ? this.watches.get(what ?? '') : undefined;
    if (watch) this.last = `T${byte(SIGTRAP)}watch:${watch.address};`;
    else this.last = `S${byte(kind === 'request' ? SIGINT : SIGTRAP)}`;
    return this.last;
  }

  /** How a fault of the program is told. */
  faulted(kind: FaultKind): string {
    this.last = `S${byte(SIGNALS[kind])}`;
    return this.last;
  }

  /** Takes back all breakpoints and watches: whoever set them has gone. */
  forget(): void {
    for (const address of this.breakpoints) this.debug.breakpoints.delete(address);
    for (const { remove } of this.watches.values()) remove();
    this.breakpoints.clear();
    this.watches.clear();
    this.last = STANDS;
  }

  private get machine(): Machine {
    return this.debug.machine;
  }

  private query(text: string): Reaction {
    if (text.startsWith('Supported')) return answer(`PacketSize=${LONGEST_PACKET.toString(16)}`);
    if (text.startsWith('Attached')) return answer('1');
    return UNKNOWN;
  }

  private readRegister(index: number): Reaction {
    return index <= PC_NUMBER ? answer(this.register(index)) : ERROR;
  }

  private register(index: number): string {
    const { machine } = this;
    if (index < 32) return byte(machine.registers[index]);
    if (index === SREG_NUMBER) return byte(machine.sreg);
    if (index === SP_NUMBER) return '0000';
    const address = machine.pc * 2;
    return [0, 8, 16, 24].map(shift => byte(address >> shift)).join('');
  }

  private setRegister(index: number, bytes: readonly number[]): Reaction {
    if (index < 32) this.machine.registers[index] = bytes[0];
    else if (index === SREG_NUMBER) this.machine.sreg = bytes[0];
    else if (index === PC_NUMBER) return this.jump(bytes.reduceRight((sum, value) => sum * 256 + value, 0));
    else return ERROR;
    return OK;
  }

  private jump(address: number): Reaction {
    if (!this.inProgram(address)) return ERROR;
    this.machine.pc = address >> 1;
    return OK;
  }

  private go(how: 'step' | 'continue', at: string | undefined): Reaction {
    return at && this.jump(number(at)) === ERROR ? ERROR : { kind: 'go', how };
  }

  /** An instruction may begin there. */
  private inProgram(address: number): boolean {
    return address % 2 === 0 && address < this.machine.chip.flashWords * 2;
  }

  /** As many bytes as there are and as a packet holds. */
  private read(address: number, length: number): Reaction {
    let out = '';
    for (let i = 0; i < length && out.length < LONGEST_PACKET - 2; i++) {
      const value = this.byteAt(address + i);
      if (value === undefined) break;
      out += byte(value);
    }
    return out || length === 0 ? answer(out) : ERROR;
  }

  private byteAt(address: number): number | undefined {
    if (address >= EEPROM) return this.machine.eeprom[address - EEPROM];
    if (address >= DATA) return this.dataAt(address - DATA);
    const word = this.words[address >> 1] ?? 0xffff;
    return address < this.machine.chip.flashWords * 2 ? (word >> (8 * (address & 1))) & 0xff : undefined;
  }

  private dataAt(address: number): number | undefined {
    if (address < IO) return this.machine.registers[address];
    return address < DATA_END ? (this.machine.readIo(address - IO) ?? 0) : undefined;
  }

  /** Registers and EEPROM; the program is in flash. */
  private write(address: number, length: number, bytes: readonly number[]): Reaction {
    const place = address >= EEPROM ? this.machine.eeprom : this.machine.registers;
    const start = address - (address >= EEPROM ? EEPROM : DATA);
    if (bytes.length !== length || start < 0 || start + length > place.length) return ERROR;
    place.set(bytes, start);
    return OK;
  }

  /** Z0 and Z1: breakpoints; Z2: a write to memory, seen as a change of its value. */
  private set(kind: number, at: string, length: string): Reaction {
    if (kind === 2) return this.watch(at, length);
    if (kind > 2) return UNKNOWN;
    if (!this.inProgram(number(at))) return ERROR;
    this.breakpoints.add(number(at) >> 1);
    this.debug.breakpoints.add(number(at) >> 1);
    return OK;
  }

  private watch(at: string, length: string): Reaction {
    const name = `${at},${length}`;
    const read = () => this.read(number(at), number(length));
    if (read() === ERROR || this.watches.has(name)) return this.watches.has(name) ? OK : ERROR;
    const remove = this.debug.watch(name, () => (read() as { text: string }).text);
    this.watches.set(name, { address: at, remove });
    return OK;
  }

  private clear(kind: number, at: string, length: string): Reaction {
    if (kind > 2) return UNKNOWN;
    if (kind === 2) {
      this.watches.get(`${at},${length}`)?.remove();
      this.watches.delete(`${at},${length}`);
    } else if (this.breakpoints.delete(number(at) >> 1)) this.debug.breakpoints.delete(number(at) >> 1);
    return OK;
  }
}

/** Refuses what does not have its shape. */
function fields(shape: RegExp, react: (...parts: string[]) => Reaction): (rest: string) => Reaction {
  return rest => {
    const match = shape.exec(rest);
    return match ? react(...match.slice(1)) : ERROR;
  };
}
