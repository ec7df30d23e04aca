/**
 * Reads a WebAssembly module: the sections, and the one table of opcodes that
 * the profile accepts. Everything else is refused by name.
 *
 * Format: WebAssembly core specification 1.0, chapter 5 (binary format).
 */

import { CompileError } from './diagnostic.ts';

/** How the bytes after an opcode are read. */
type Immediate = 'none' | 'index' | 'constant' | 'blocktype' | 'table';

interface OpcodeRow {
  name: string;
  immediate: Immediate;
}

const plain = (name: string): OpcodeRow => ({ name, immediate: 'none' });
const indexed = (name: string): OpcodeRow => ({ name, immediate: 'index' });

/** The opcodes of the profile: control, locals, globals and 32-bit integers. */
export const OPCODES: Readonly<Record<number, OpcodeRow>> = {
  0: plain('unreachable'),
  1: plain('nop'),
  2: { name: 'block', immediate: 'blocktype' },
  3: { name: 'loop', immediate: 'blocktype' },
  4: { name: 'if', immediate: 'blocktype' },
  5: plain('else'),
  11: plain('end'),
  12: indexed('br'),
  13: indexed('br_if'),
  14: { name: 'br_table', immediate: 'table' },
  15: plain('return'),
  16: indexed('call'),
  26: plain('drop'),
  27: plain('select'),
  32: indexed('local.get'),
  33: indexed('local.set'),
  34: indexed('local.tee'),
  35: indexed('global.get'),
  36: indexed('global.set'),
  65: { name: 'i32.const', immediate: 'constant' },
  69: plain('i32.eqz'),
  70: plain('i32.eq'),
  71: plain('i32.ne'),
  72: plain('i32.lt_s'),
  73: plain('i32.lt_u'),
  74: plain('i32.gt_s'),
  75: plain('i32.gt_u'),
  76: plain('i32.le_s'),
  77: plain('i32.le_u'),
  78: plain('i32.ge_s'),
  79: plain('i32.ge_u'),
  103: plain('i32.clz'),
  104: plain('i32.ctz'),
  105: plain('i32.popcnt'),
  106: plain('i32.add'),
  107: plain('i32.sub'),
  108: plain('i32.mul'),
  109: plain('i32.div_s'),
  110: plain('i32.div_u'),
  111: plain('i32.rem_s'),
  112: plain('i32.rem_u'),
  113: plain('i32.and'),
  114: plain('i32.or'),
  115: plain('i32.xor'),
  116: plain('i32.shl'),
  117: plain('i32.shr_s'),
  118: plain('i32.shr_u'),
  119: plain('i32.rotl'),
  120: plain('i32.rotr'),
  192: plain('i32.extend8_s'),
  193: plain('i32.extend16_s'),
};

export type RefusedKind = 'memory' | 'float' | 'wide' | 'indirect' | 'other';

/** What lies outside the profile, by range of opcodes: for the message that refuses it. */
const REFUSED: readonly {
  from: number;
  to: number;
  kind: RefusedKind;
}[] = [
  { from: 0x11, to: 0x11, kind: 'indirect' },
  { from: 0x13, to: 0x13, kind: 'indirect' },
  { from: 0x28, to: 0x28, kind: 'memory' },
  { from: 0x29, to: 0x29, kind: 'wide' },
  { from: 0x2a, to: 0x2b, kind: 'float' },
  { from: 0x2c, to: 0x2f, kind: 'memory' },
  { from: 0x30, to: 0x35, kind: 'wide' },
  { from: 0x36, to: 0x36, kind: 'memory' },
  { from: 0x37, to: 0x37, kind: 'wide' },
  { from: 0x38, to: 0x39, kind: 'float' },
  { from: 0x3a, to: 0x3b, kind: 'memory' },
  { from: 0x3c, to: 0x3e, kind: 'wide' },
  { from: 0x3f, to: 0x40, kind: 'memory' },
  { from: 0x42, to: 0x42, kind: 'wide' },
  { from: 0x43, to: 0x44, kind: 'float' },
  { from: 0x50, to: 0x5a, kind: 'wide' },
  { from: 0x5b, to: 0x66, kind: 'float' },
  { from: 0x79, to: 0x8a, kind: 'wide' },
  { from: 0x8b, to: 0xa6, kind: 'float' },
  { from: 0xa7, to: 0xa7, kind: 'wide' },
  { from: 0xa8, to: 0xab, kind: 'float' },
  { from: 0xac, to: 0xad, kind: 'wide' },
  { from: 0xae, to: 0xbf, kind: 'float' },
  { from: 0xc2, to: 0xc4, kind: 'wide' },
];

/** Opcodes of two bytes begin with this one; the second says whether it is about floats (0 to 7) or memory. */
const PREFIX = 0xfc;

/** Which kind of forbidden thing an opcode is, or undefined when the profile accepts it. `next`: the byte behind it. */
export function refusedKind(opcode: number, next: number): RefusedKind | undefined {
  if (OPCODES[opcode]) return undefined;
  if (opcode === PREFIX && next <= 0x0b) return next <= 7 ? 'float' : 'memory';
  return REFUSED.find(({ from, to }) => opcode >= from && opcode <= to)?.kind ?? 'other';
}

/** Value types as bytes of the format. */
export const I32 = 0x7f;
export const I64 = 0x7e;
export const F32 = 0x7d;
export const F64 = 0x7c;

export interface FunctionType {
  params: number[];
  results: number[];
}

export interface ImportedFunction {
  module: string;
  name: string;
  type: FunctionType;
}

export interface WasmGlobal {
  name: string;
  type: number;
  mutable: boolean;
  initial: number;
}

export interface WasmFunction {
  /** Index among all functions, imports first. */
  index: number;
  name: string;
  type: FunctionType;
  /** Types of the locals behind the parameters. */
  locals: number[];
  /** The code, from the byte `start` of the module to `end` exclusive. */
  start: number;
  end: number;
}

export interface WasmModule {
  bytes: Uint8Array;
  types: FunctionType[];
  imports: ImportedFunction[];
  functions: WasmFunction[];
  globals: WasmGlobal[];
  exports: { name: string; index: number }[];
  start: number | undefined;
  /** Bytes of initialised data: any at all need memory, which the chip has not. */
  dataSegments: number;
}

/** A cursor over the bytes of the module; every read checks the end. */
export class Reader {
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
    readonly end = bytes.length,
  ) {}

  get done(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    if (this.at >= this.end) throw malformed(this.at, 'the module ends in the middle of something');
    return this.bytes[this.at++];
  }

  /** The next byte, which stays where it is; 0 at the end. */
  peek(): number {
    return this.at < this.end ? this.bytes[this.at] : 0;
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw malformed(this.at, 'a number is too long');
  }

  /** A signed LEB128 number of at most 32 bits, as a 32-bit integer. */
  s32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return shift < 25 && byte & 0x40 ? value | (-1 << (shift + 7)) : value | 0;
    }
    throw malformed(this.at, 'a number is too long');
  }

  name(): string {
    const length = this.u32();
    if (this.at + length > this.end) throw malformed(this.at, 'a name runs over the end');
    const text = new TextDecoder().decode(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return text;
  }

  list<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let n = this.u32(); n > 0; n--) items.push(read());
    return items;
  }
}

function malformed(at: number, what: string): CompileError {
  return new CompileError('C102', undefined, [at, what]);
}

/** What the engine's own validator finds wrong; afterwards every index and type in the module is known to fit. */
function refuseInvalid(bytes: Uint8Array): void {
  try {
    new WebAssembly.Module(bytes as BufferSource);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const [, what, at] = /^(?:WebAssembly\.Module\(\): )?(.*?)(?: @\+(\d+))?$/.exec(text) ?? ['', text];
    throw malformed(Number(at ?? 0), what);
  }
}

/**
 * Reads the module.
 * @throws CompileError C101, C102 when the bytes are not a WebAssembly module
 */
export function readModule(bytes: Uint8Array): WasmModule {
  const magic = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  if (bytes.length < 8 || magic.some((byte, i) => bytes[i] !== byte)) {
    throw new CompileError('C101', undefined, ['the first eight bytes are not 00 61 73 6d 01 00 00 00']);
  }
  refuseInvalid(bytes);
  const wasm: WasmModule = {
    bytes,
    types: [],
    imports: [],
    functions: [],
    globals: [],
    exports: [],
    start: undefined,
    dataSegments: 0,
  };
  const reader = new Reader(bytes, 8);
  while (!reader.done) {
    const id = reader.byte();
    const size = reader.u32();
    if (reader.at + size > bytes.length) throw malformed(reader.at, 'a section runs over the end');
    readSection(wasm, id, new Reader(bytes, reader.at, reader.at + size));
    reader.at += size;
  }
  return wasm;
}

function readSection(wasm: WasmModule, id: number, reader: Reader): void {
  const section = SECTIONS[id];
  if (section) section(wasm, reader);
}

/** Section id to reader; tables, elements and memories carry nothing that the profile could use. */
const SECTIONS: Readonly<Record<number, (wasm: WasmModule, reader: Reader) => void>> = {
  0: readCustom,
  1: (wasm, reader) => {
    wasm.types = reader.list(() => readType(reader));
  },
  2: (wasm, reader) => {
    reader.list(() => readImport(wasm, reader));
  },
  3: (wasm, reader) => {
    const types = reader.list(() => wasm.types[reader.u32()]);
    wasm.functions = types.map((type, i) => ({
      index: wasm.imports.length + i,
      name: `function ${i}`,
      type,
      locals: [],
      start: 0,
      end: 0,
    }));
  },
  6: (wasm, reader) => {
    wasm.globals = reader.list(() => readGlobal(reader));
  },
  7: (wasm, reader) => {
    for (const { kind, ...entry } of reader.list(() => ({
      name: reader.name(),
      kind: reader.byte(),
      index: reader.u32(),
    }))) {
      if (kind === 0) wasm.exports.push(entry);
    }
  },
  8: (wasm, reader) => {
    wasm.start = reader.u32();
  },
  10: (wasm, reader) => {
    let next = 0;
    reader.list(() => readCode(wasm.functions[next++], reader));
  },
  11: (wasm, reader) => {
    wasm.dataSegments = reader.u32();
  },
};

function readType(reader: Reader): FunctionType {
  if (reader.byte() !== 0x60) throw malformed(reader.at - 1, 'a function type was expected');
  return { params: reader.list(() => reader.byte()), results: reader.list(() => reader.byte()) };
}

function readImport(wasm: WasmModule, reader: Reader): void {
  const module = reader.name();
  const name = reader.name();
  const kind = reader.byte();
  if (kind !== 0) throw new CompileError('C104', undefined, [`${module}.${name} (not a function)`]);
  wasm.imports.push({ module, name, type: wasm.types[reader.u32()] });
}

function readGlobal(reader: Reader): WasmGlobal {
  const type = reader.byte();
  const mutable = reader.byte() === 1;
  const opcode = reader.byte();
  const initial = opcode === 0x41 ? reader.s32() : skipInitial(opcode, reader);
  const constant = reader.byte() === 0x0b && (type !== I32 || opcode === 0x41);
  if (!constant) throw malformed(reader.at - 1, 'an initial value is not a constant');
  return { name: 'global', type, mutable, initial };
}

/** A global of another type than i32 is refused when it is used; its initial value is passed over. */
function skipInitial(opcode: number, reader: Reader): number {
  if (opcode === 0x43) reader.at += 4;
  else if (opcode === 0x44) reader.at += 8;
  else while (reader.byte() >= 0x80);
  return 0;
}

function readCode(fn: WasmFunction | undefined, reader: Reader): void {
  if (!fn) throw malformed(reader.at, 'more code than functions');
  const size = reader.u32();
  const end = reader.at + size;
  if (end > reader.end) throw malformed(reader.at, 'a function runs over the end');
  for (let groups = reader.u32(); groups > 0; groups--) {
    const count = reader.u32();
    const type = reader.byte();
    if (fn.locals.length + count > 50_000) throw malformed(reader.at, 'too many locals');
    for (let i = 0; i < count; i++) fn.locals.push(type);
  }
  fn.start = reader.at;
  fn.end = end;
  reader.at = end;
}

/** The name section gives functions (1) and globals (7) the names of the source. */
function readCustom(wasm: WasmModule, reader: Reader): void {
  if (reader.name() !== 'name') return;
  while (!reader.done) {
    const id = reader.byte();
    const size = reader.u32();
    const part = new Reader(reader.bytes, reader.at, reader.at + size);
    reader.at += size;
    if (id !== 1 && id !== 7) continue;
    for (const { index, name } of part.list(() => ({ index: part.u32(), name: part.name() }))) {
      const named = id === 1 ? wasm.functions[index - wasm.imports.length] : wasm.globals[index];
      if (named) named.name = name;
    }
  }
}
