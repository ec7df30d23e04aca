import { describe, expect, it } from 'vitest';
import { Net, SerialLine, type SerialLineOptions } from '../../simulator/index.ts';
import { Hand } from './bench.ts';

/** A line alone: RXD is heard as edges, TXD is moved by hand. */
class LineBench {
  readonly hand = new Hand();
  readonly rxd = new Net('RXD');
  readonly txd = new Net('TXD');
  readonly line: SerialLine;
  readonly edges: string[] = [];
  readonly bytes: [byte: number, time: number][] = [];
  private readonly driver = this.txd.driver('PD1');

  constructor(options: Partial<SerialLineOptions> = {}) {
    const { rxd, txd } = this;
    this.driver.set('high', 0);
    this.line = new SerialLine({
      queue: this.hand.queue,
      xtal: 4_000_000,
      baud: 19_200,
      rxd,
      txd,
      ...options,
    });
    this.rxd.watch(({ level, time }) => this.edges.push(`${time}:${level}`));
    this.line.onByte = (byte, time) => this.bytes.push([byte, time]);
  }

  level(level: 0 | 1): void {
    this.driver.set(level ? 'high' : 'low', this.hand.cycle);
  }

  /** A character whose bits last `bit` cycles, with this stop bit. */
  character(byte: number, bit = 208, stop: 0 | 1 = 1): void {
    for (const level of [0, ...Array.from({ length: 8 }, (_, i) => (byte >> i) & 1), stop]) {
      this.level(level as 0 | 1);
      this.hand.wait(bit);
    }
  }
}

describe('sending', () => {
  it('idles high', () => {
    expect(new LineBench().rxd.level).toBe(1);
  });

  it('puts start bit, eight bits LSB first and stop bit on the wire', () => {
    const bench = new LineBench();
    bench.line.send([0x53], 1000);
    bench.hand.wait(10_000);
    // 0101 0011 and a bit time of 208 1/3 cycles, each edge rounded up from the start edge
    expect(bench.edges).toEqual([
      '1000:0',
      '1209:1',
      '1625:0',
      '2042:1',
      '2250:0',
      '2459:1',
      '2667:0',
      '2875:1',
    ]);
  });

  it('sends bytes back to back, ten bits each, without adding up errors', () => {
    const bench = new LineBench();
    bench.line.send(new Uint8Array(1000).fill(0x00), 0);
    bench.hand.wait(3_000_000);
    const starts = bench.edges.filter(edge => edge.endsWith(':0')).map(edge => Number.parseInt(edge, 10));
    expect(starts).toHaveLength(1000);
    expect(starts[999]).toBe(Math.ceil((9990 * 4_000_000) / 19_200));
  });

  it('goes on without a gap when bytes are added', () => {
    const bench = new LineBench();
    bench.line.send([0x00], 0);
    bench.hand.wait(500);
    bench.line.send([0x00], 500);
    bench.hand.wait(5000);
    expect(bench.edges).toEqual(['0:0', '1875:1', '2084:0', '3959:1']);
  });

  it('says when the last stop bit has ended', () => {
    const bench = new LineBench();
    const sent: number[] = [];
    bench.line.onSent = time => sent.push(time);
    bench.line.send([0x55, 0xaa], 100);
    expect(bench.line.busy).toBe(true);
    bench.hand.wait(10_000);
    expect(sent).toEqual([100 + Math.ceil((20 * 4_000_000) / 19_200)]);
    expect(bench.line.busy).toBe(false);
  });

  it('is faster or slower by the baud error', () => {
    const bench = new LineBench({ baudError: 0.025 });
    bench.line.send([0xff], 0);
    bench.hand.wait(10_000);
    expect(bench.edges).toEqual(['0:0', `${Math.ceil(4_000_000 / (19_200 * 1.025))}:1`]);
  });

  it('sends a break, and bytes only after it', () => {
    const bench = new LineBench();
    bench.line.sendBreak(0);
    bench.line.send([0x00], 0);
    bench.hand.wait(10_000);
    const end = Math.ceil((13 * 4_000_000) / 19_200);
    expect(bench.edges.slice(0, 3)).toEqual(['0:0', `${end}:1`, `${end + 209}:0`]);
  });
});

describe('receiving', () => {
  it('samples in the middle of each bit and tells the byte in the middle of the stop bit', () => {
    const bench = new LineBench();
    bench.hand.wait(400);
    bench.character(0x4c);
    expect(bench.bytes).toEqual([[0x4c, 400 + Math.ceil((9.5 * 4_000_000) / 19_200)]]);
  });

  it('sees the level before an edge that meets the sample', () => {
    const bench = new LineBench();
    bench.level(0);
    bench.hand.wait(313); // the middle of bit 0: 312.5
    bench.level(1);
    bench.hand.wait(3000);
    expect(bench.bytes.map(([byte]) => byte)).toEqual([0xfe]);
  });

  it('takes characters back to back', () => {
    const bench = new LineBench();
    for (const byte of [0x00, 0xff, 0x55]) bench.character(byte);
    expect(bench.bytes.map(([byte]) => byte)).toEqual([0x00, 0xff, 0x55]);
  });

  it.each([
    [198, true], // 9.5 bits of the host lie in the stop bit as long as a bit lasts from 1979 / 10 ...
    [197, false],
    [219, true], // ... to 1979 / 9 cycles
    [220, false],
  ])('with bits of %s cycles reads the stop bit: %s', (bit, good) => {
    const bench = new LineBench();
    bench.character(0x00, bit);
    bench.level(good ? 1 : 0);
    bench.hand.wait(1000);
    expect(bench.line.frameErrors).toBe(good ? 0 : 1);
  });

  it('counts a low stop bit as a frame error and does not pass the byte on', () => {
    const bench = new LineBench();
    bench.character(0x41, 208, 0);
    bench.level(1);
    bench.hand.wait(500);
    bench.character(0x42);
    expect(bench.bytes.map(([byte]) => byte)).toEqual([0x42]);
    expect([bench.line.frameErrors, bench.line.breaks]).toEqual([1, 0]);
  });

  it('counts a break, once however long it is', () => {
    const bench = new LineBench();
    bench.level(0);
    bench.hand.wait(50_000);
    bench.level(1);
    bench.hand.wait(500);
    bench.character(0x42);
    expect([bench.line.frameErrors, bench.line.breaks, bench.bytes.length]).toEqual([1, 1, 1]);
  });

  it('takes a start edge at the very cycle of the sampled stop bit', () => {
    const bench = new LineBench();
    bench.level(0);
    bench.hand.wait(1875);
    bench.level(1);
    bench.hand.wait(1980 - 1875 - 1); // the middle of the stop bit is at 1980 and sees the level before it
    bench.hand.wait(1);
    bench.character(0x00);
    expect(bench.bytes.map(([byte]) => byte)).toEqual([0x00, 0x00]);
  });

  it('goes on from a saved state in the middle of a character', () => {
    const bench = new LineBench();
    bench.line.send([0x53], 0);
    bench.level(0);
    bench.hand.wait(900);
    const { cycle } = bench.hand;
    const state = {
      line: bench.line.save(),
      rxd: bench.rxd.save(),
      txd: bench.txd.save(),
      queue: bench.hand.queue.save(),
    };
    const rest = () => {
      bench.edges.length = bench.bytes.length = 0;
      bench.hand.wait(900);
      bench.level(1);
      bench.hand.wait(3000);
      return [[...bench.edges], [...bench.bytes]];
    };
    const first = rest();
    bench.hand.cycle = cycle;
    bench.line.restore(state.line);
    bench.rxd.restore(state.rxd);
    bench.txd.restore(state.txd);
    bench.hand.queue.restore(state.queue);
    expect(rest()).toEqual(first);
    expect(first[1]).toEqual([[0x00, 1980]]);
  });
});
