/** The kernels: what each is fed, and how often it runs. Sources: kernels/NAME.ts and kernels/NAME.c. */

/** The k-th value that a program reads from a register. */
export type Stream = (k: number) => number;

export interface Kernel {
  /** Name of its two source files. */
  name: string;
  /** How many runs are measured and compared. */
  runs: number;
  /** Values of the input registers, by read; PINB and PIND are random bytes unless given. */
  inputs: Partial<Record<InputRegister, Stream>>;
  /** Why the kernel is shown but not counted: it needs what the part does not have. */
  beyond?: string;
}

/** Registers whose values the bench makes up: each read takes the next one. */
export type InputRegister = 'PINB' | 'PIND' | 'TCNT0';

/** Counted up by one; taken by a kernel that wants every byte once. */
const everyByte: Stream = k => k & 0xff;
/** A timer that a polling program finds 7 clocks further on each time. */
const ticking: Stream = k => (k * 7) & 0xff;
/** Characters in turn. */
const letters =
  (text: string): Stream =>
  k =>
    text.charCodeAt(k % text.length);
/** One of these in random order. */
const oneOf =
  (...values: number[]): Stream =>
  k =>
    values[hash(k, 77) % values.length];

/** Signatures of three bytes: known ones, and some with one byte wrong. */
function signatureByte(k: number): number {
  const known = [0x1e9001, 0x1e9101, 0x1e910a, 0x1e9307, 0x1e9205, 0x1e900a, 0xff9001, 0x1e930a];
  return (known[Math.floor(k / 3) % known.length] >> (16 - 8 * (k % 3))) & 0xff;
}

export const KERNELS: readonly Kernel[] = [
  kernel('spi-byte'),
  kernel('uart-send', { inputs: { TCNT0: ticking } }),
  kernel('uart-receive'),
  kernel('crc8'),
  kernel('crc16'),
  kernel('counter16', { runs: 600, inputs: { PINB: k => (k === 900 ? 3 : 1) } }),
  kernel('nested-delays', { runs: 16, inputs: { PIND: everyByte } }),
  kernel('dispatch', { inputs: { PIND: letters('APLRSVacxy?') } }),
  kernel('switch20', { runs: 210, inputs: { PIND: k => k % 21 } }),
  kernel('bit-reverse'),
  kernel('bcd', { runs: 256, inputs: { PINB: everyByte } }),
  kernel('multiply', { runs: 200 }),
  kernel('debounce', { runs: 240, inputs: { PINB: k => Number(k % 40 > 20 || k % 7 === 0) } }),
  kernel('pulses'),
  kernel('state-machine', { runs: 200 }),
  kernel('compare16', {
    runs: 200,
    inputs: {
      PIND: oneOf(0, 1, 3, 0x12, 0x27, 0x40, 0x75, 0x7f),
      PINB: oneOf(0x10, 0x34, 0x63, 0x64, 0xe7, 0xe8, 0x30, 0x31),
    },
  }),
  kernel('signature', { runs: 200, inputs: { PINB: signatureByte } }),
  kernel('parity', { runs: 128, inputs: { PIND: everyByte } }),
  kernel('gray', { runs: 256, inputs: { PINB: everyByte } }),
  kernel('lfsr'),
  kernel('min-max', { inputs: { PIND: k => Number(k % 16 === 15) } }),
  kernel('saturate', { runs: 100 }),
  kernel('clock', { runs: 20_000 }),
  kernel('hello', { runs: 4 }),
  kernel('seven-segment', {
    inputs: { PIND: everyByte },
    beyond: 'avr-gcc puts the constants into a table in RAM; the AT90S1200 can read neither RAM nor flash',
  }),
];

/** The program without a kernel: what it takes is subtracted from all others. */
export const EMPTY: Kernel = kernel('empty');

function kernel(name: string, { runs = 64, inputs = {}, beyond }: Partial<Kernel> = {}): Kernel {
  return { name, runs, beyond, inputs: { PINB: random(1), PIND: random(2), TCNT0: ticking, ...inputs } };
}

/** Random bytes, the same in every run of the bench. */
function random(seed: number): Stream {
  return k => hash(k, seed) & 0xff;
}

/** Mixes a number's bits well (the finisher of a 32-bit Murmur hash). */
function hash(k: number, seed: number): number {
  let x = Math.imul(k + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return (x ^ (x >>> 16)) >>> 0;
}
