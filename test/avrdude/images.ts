/** The memories that the rows write and compare: the same bytes on every machine. */
import { hexFile, record } from '../cli/hex.ts';
import type { Holds, Images } from './rows.ts';

/** Bytes of a xorshift generator; the seed is part of the test. */
export function noise(length: number, seed: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 24;
  });
}

const PIECE = 16;
const pieces = [0x000, 0x100, 0x3f0];

function holes(): Uint8Array {
  const bytes = new Uint8Array(1024).fill(0xff);
  for (const start of pieces) bytes.set(noise(PIECE, start + 1), start);
  return bytes;
}

/** Intel HEX that names 48 bytes of 1024. */
export const holesHex = hexFile(pieces.map(start => record(start, holes().subarray(start, start + PIECE))));

const r1k = noise(1024, 910);

export const images: Images = {
  'r1k.bin': r1k,
  'other.bin': noise(1024, 911),
  'inverse.bin': r1k.map(byte => ~byte),
  'r64.bin': noise(64, 912),
  '1026bytes.bin': Uint8Array.of(...r1k, 0x12, 0x34),
  erased: new Uint8Array(1024).fill(0xff),
  blank: new Uint8Array(64).fill(0xff),
  holes: holes(),
};

/** The bytes that a row expects in a memory of `length`. */
export function expected(holds: Holds, length: number): Uint8Array {
  if (holds === 'zero') return new Uint8Array(length);
  if (typeof holds === 'string') return images[holds];
  const bytes = new Uint8Array(length).fill(0xff);
  for (const [address, byte] of Object.entries(holds)) bytes[Number(address)] = byte;
  return bytes;
}
