import { beforeAll, describe, expect, it } from 'vitest';
import { type Heard, TestBench } from './bench.ts';
import { buildWasm } from './build.ts';

/** Everything that `serial.ts` exports, and a main that sends back what comes. */
const ECHO = `
export * from './serial';
import { startClock } from './clock';
import { receive, send, startSerial, transmit } from './serial';
export function main(): void {
  startClock();
  startSerial();
  while (true) { const byte = receive(); send(byte); transmit(byte); }
}`;

const rates: [xtal: number, baud: number][] = [
  [4_000_000, 9600],
  [4_000_000, 19_200],
  [4_000_000, 38_400],
  [4_000_000, 57_600],
  [8_000_000, 19_200],
  [8_000_000, 115_200],
  [3_686_400, 57_600],
  [12_000_000, 9600],
  [12_000_000, 115_200],
];

/** Cycles by which an edge may be off in logic mode, whose instructions have no exact time. */
const JITTER = 8;

describe.each(rates)('the serial line at %i Hz and %i baud', (xtal, baud) => {
  let wasm: Uint8Array;

  beforeAll(async () => {
    wasm = await buildWasm({ use: { XTAL: xtal, BAUD: baud }, entry: ECHO });
  });

  const bytes = [0x00, 0xff, 0x55, 0xaa, 0x01, 0x80, 0x7f, 0xfe];

  it.each([-0.03, 0, 0.03])('echoes every byte of a host that is off by %f', error => {
    const bench = new TestBench({ program: { wasm }, xtal, baud: baud * (1 + error) });
    for (const byte of bytes) {
      expect(bench.exchange([byte], 2)).toBe(Buffer.from([byte, byte]).toString('hex'));
    }
    expect(bench.heard.every(({ stopBitHigh }) => stopBitHigh)).toBe(true);
  });

  it('sends frames within one per cent of the rate, and lets the stop bit last', () => {
    const bench = new TestBench({ program: { wasm }, xtal, baud });
    for (const byte of bytes) bench.exchange([byte], 2);
    const bit = bitLength(bench);
    expect(Math.abs(bit / (xtal / baud) - 1)).toBeLessThan(0.01 + JITTER / (9 * bit));
    expect(shortestFrame(bench.heard)).toBeGreaterThanOrEqual(10 * bit - JITTER);
  });
});

/** Mean length of a bit, from the start edges to the last edge of each 0x55. */
function bitLength({ edges, heard }: TestBench): number {
  const { start } = heard.find(({ byte }) => byte === 0x55)!;
  const from = edges.findIndex(({ time }) => time === start);
  return (edges[from + 9].time - start) / 9;
}

function shortestFrame(heard: readonly Heard[]): number {
  const pairs = heard.slice(1).map(({ start }, i) => start - heard[i].start);
  return Math.min(...pairs);
}

describe('receive', () => {
  let wasm: Uint8Array;

  beforeAll(async () => {
    wasm = await buildWasm({ entry: ECHO });
  });

  it('takes bytes that come back to back', async () => {
    const collect = await buildWasm({
      entry: `
import { startClock } from './clock';
import { receive, startSerial, transmit } from './serial';
export function main(): void {
  startClock();
  startSerial();
  while (true) { const a = receive(); const b = receive(); const c = receive(); transmit(a ^ b ^ c); }
}`,
    });
    const bench = new TestBench({ program: { wasm: collect } });
    expect(bench.exchange([0x12, 0x34, 0x56], 1)).toBe('70');
  });

  it('does not take a spike of a quarter of a bit for a start bit', () => {
    const bench = new TestBench({ program: { wasm } });
    bench.exchange([], 0, 0.001);
    const { queue, pins } = bench.machine;
    const release = queue.timer(() => {
      pins.PD0.level = true;
    });
    pins.PD0.level = false;
    release.at(bench.machine.cycle + 52);
    expect(bench.exchange([], 1, 0.01)).toBe('');
    expect(bench.exchange([0x41], 2)).toBe('4141');
  });

  it('is in step again after a break', () => {
    const bench = new TestBench({ program: { wasm } });
    bench.exchange([], 0, 0.001);
    const { queue, pins } = bench.machine;
    const release = queue.timer(() => {
      pins.PD0.level = true;
    });
    pins.PD0.level = false;
    release.at(bench.machine.cycle + 50 * 208);
    // whatever it may have been, it is worth as much as an ESC
    expect(bench.exchange([], 2, 0.01)).toBe('1b1b');
    expect(bench.exchange([0x41], 2)).toBe('4141');
  });
});
