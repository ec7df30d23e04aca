/**
 * Whose line a message names. What the compiler refuses often stands in the library of
 * AssemblyScript (a string, an array that grows); the user wrote the line that brought it in.
 */

import type { Place } from './diagnostic.ts';
import type { PlaceOf } from './source-lines.ts';
import { OPCODES, Reader, type WasmFunction, type WasmModule } from './wasm.ts';

const isLibrary = (place: Place | undefined): boolean => place?.file.startsWith('~lib/') ?? false;

/** The user's place of an instruction: its own, that of the code around it, or that of a call of its function. */
export function userPlace(
  wasm: WasmModule,
  fn: WasmFunction,
  at: number,
  placeOf: PlaceOf,
  seen = new Set<WasmFunction>(),
): Place | undefined {
  const own = placeOf(at);
  if (own && !isLibrary(own)) return own;
  seen.add(fn);
  return nearest(fn, at, placeOf) ?? caller(wasm, fn, placeOf, seen) ?? own;
}

/** The user's code right before an instruction of the same function, else behind it. */
function nearest(fn: WasmFunction, at: number, placeOf: PlaceOf): Place | undefined {
  const users = (offset: number) => {
    const place = placeOf(offset);
    return isLibrary(place) ? undefined : place;
  };
  for (let before = at; before >= fn.start; before--) if (users(before)) return users(before);
  for (let after = at; after < fn.end; after++) if (users(after)) return users(after);
  return undefined;
}

function caller(
  wasm: WasmModule,
  fn: WasmFunction,
  placeOf: PlaceOf,
  seen: Set<WasmFunction>,
): Place | undefined {
  for (const other of wasm.functions) {
    if (seen.has(other)) continue;
    const call = callIn(wasm, other, fn.index);
    const place = call === undefined ? undefined : userPlace(wasm, other, call, placeOf, seen);
    if (place && !isLibrary(place)) return place;
  }
  return undefined;
}

/** Where a function calls another. The walk ends at the first instruction of unknown length. */
function callIn(wasm: WasmModule, fn: WasmFunction, callee: number): number | undefined {
  const reader = new Reader(wasm.bytes, fn.start, fn.end);
  while (!reader.done) {
    const { at } = reader;
    const opcode = reader.byte();
    if (OPCODES[opcode]?.name === 'call' && reader.u32() === callee) return at;
    if (OPCODES[opcode]?.name !== 'call' && !passOver(opcode, reader)) return undefined;
  }
  return undefined;
}

/** Reads what follows an opcode. False when that is not known. */
function passOver(opcode: number, reader: Reader): boolean {
  const kind = OPCODES[opcode]?.immediate ?? refusedImmediate(opcode);
  if (kind === undefined) return false;
  if (kind === 'index') reader.u32();
  else if (kind === 'constant' || kind === 'blocktype') while (reader.byte() >= 0x80);
  else if (typeof kind === 'number') reader.at += kind;
  else if (kind !== 'none') {
    // a table of branches with its last one; an alignment with its offset
    if (kind === 'table') reader.list(() => reader.u32());
    else reader.u32();
    reader.u32();
  }
  return true;
}

const refusedImmediate = (opcode: number) =>
  REFUSED_IMMEDIATES.find(([low, high]) => opcode >= low && opcode <= high)?.[2];

/** What follows the opcodes that the profile refuses: a number of bytes, or how they are read. */
const REFUSED_IMMEDIATES: readonly [low: number, high: number, 'memory' | 'index' | 'constant' | number][] = [
  [0x28, 0x3e, 'memory'],
  [0x3f, 0x40, 'index'],
  [0x42, 0x42, 'constant'],
  [0x43, 0x43, 4],
  [0x44, 0x44, 8],
  [0x50, 0xc4, 0],
];
