/**
 * A recording as a sigrok session file (.sr), which sigrok-cli and PulseView open: a ZIP archive with the version,
 * a description of the channels, and one byte for each sample. One sample a clock; waits compress to next to nothing.
 */

import { deflateRawSync } from 'node:zlib';
import type { Cycle } from '../vm-host/time.ts';
import type { Level } from './net.ts';
import type { NetSlice, Recording } from './recording.ts';

/** Samples in one entry of the archive. */
const CHUNK = 1 << 22;

interface Entry {
  readonly name: string;
  readonly size: number;
  readonly crc: number;
  readonly packed: Uint8Array;
}

/** The whole file. @param end where the session ends */
export function sigrokSession(recording: Recording, end: Cycle): Uint8Array {
  const { nets } = recording.slice(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  const entries = [entry('version', text('2')), entry('metadata', text(metadata(recording.xtal, nets)))];
  const samples = new Sampler(nets);
  for (let from = 0, i = 1; from < end; from += CHUNK, i++)
    entries.push(entry(`logic-1-${i}`, samples.next(Math.min(CHUNK, end - from))));
  return archive(entries);
}

const text = (content: string) => new TextEncoder().encode(content);

function metadata(xtal: number, nets: readonly NetSlice[]): string {
  const probes = nets.map(({ name }, i) => `probe${i + 1}=${name}`);
  const device = [
    'capturefile=logic-1',
    `total probes=${nets.length}`,
    `samplerate=${xtal} Hz`,
    'total analog=0',
  ];
  return ['[global]', 'sigrok version=0.5.2', '', '[device 1]', ...device, ...probes, 'unitsize=1', ''].join(
    '\n',
  );
}

/** Turns edges into samples, chunk by chunk. A wire that floats keeps its last level, as an input sees it. */
class Sampler {
  private readonly edges: { time: Cycle; bit: number; level: Level }[];
  private next_ = 0;
  private now: Cycle = 0;
  private state: number;

  constructor(nets: readonly NetSlice[]) {
    this.state = nets.reduce((sum, { initial }, i) => sum | (initial === 1 ? 1 << i : 0), 0);
    this.edges = nets
      .flatMap(({ edges }, bit) => edges.map(({ time, level }) => ({ time, bit, level })))
      .sort((a, b) => a.time - b.time);
  }

  next(length: number): Uint8Array {
    const samples = new Uint8Array(length);
    const end = this.now + length;
    let filled = 0;
    for (; this.next_ < this.edges.length && this.edges[this.next_].time < end; this.next_++) {
      const { time, bit, level } = this.edges[this.next_];
      samples.fill(this.state, filled, time - this.now);
      filled = time - this.now;
      if (level === 1) this.state |= 1 << bit;
      else if (level !== 'z') this.state &= ~(1 << bit);
    }
    samples.fill(this.state, filled);
    this.now = end;
    return samples;
  }
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ CRC_TABLE[(crc ^ byte) & 0xff];
  return ~crc >>> 0;
}

function entry(name: string, content: Uint8Array): Entry {
  return { name, size: content.length, crc: crc32(content), packed: deflateRawSync(content) };
}

/** Little-endian numbers of 2 and 4 bytes, one after the other. */
function fields(...values: readonly (readonly [bytes: 2 | 4, value: number])[]): Uint8Array {
  const buffer = Buffer.alloc(values.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of values) at = buffer.writeUIntLE(value, at, bytes);
  return buffer;
}

/** 1 January 1980: the same session gives the same file. */
const DATE = 0x21;
const VERSION = 20;
const DEFLATED = 8;

/** A ZIP archive (PKWARE application note 4.3): entries, directory, end. */
function archive(entries: readonly Entry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, size, crc, packed } of entries) {
    const common = [
      ...([
        [2, VERSION],
        [2, 0],
        [2, DEFLATED],
        [2, 0],
        [2, DATE],
      ] as const),
      ...([
        [4, crc],
        [4, packed.length],
        [4, size],
        [2, name.length],
        [2, 0],
      ] as const),
    ];
    const local = [fields([4, 0x04034b50], ...common), text(name), packed];
    directory.push(
      fields([4, 0x02014b50], [2, VERSION], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]),
      text(name),
    );
    parts.push(...local);
    offset += local.reduce((sum, part) => sum + part.length, 0);
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const count = entries.length;
  const end = fields([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, size], [4, offset], [2, 0]);
  return Buffer.concat([...parts, ...directory, end]);
}
