import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assemble, Machine } from '../../vm-host/index.ts';

const source = readFileSync(new URL('interrupt-uart.asm', import.meta.url), 'utf8');

/** 4 MHz by 19200 baud, in clocks; what a PC at the other end would use. */
const BIT = 4_000_000 / 19_200;

interface Edge {
  level: boolean;
  time: number;
}

/** The echoing UART, and the edges it makes on TXD. */
class Echo {
  readonly machine = new Machine({ words: assemble(source).words });
  readonly edges: Edge[] = [];

  constructor() {
    const { PD0, PD1 } = this.machine.pins;
    PD0.level = true;
    PD1.onDrive = (drive, time) => this.edges.push({ level: drive === 'high', time });
    this.machine.run(50);
    this.edges.length = 0;
  }

  /** Sends one byte and waits for the ten bits that come back; the edges of those. */
  exchange(byte: number, at: number): Edge[] {
    const first = this.edges.length;
    const frame = [0, ...Array.from({ length: 8 }, (_, i) => (byte >> i) & 1), 1];
    frame.forEach((bit, i) => {
      this.machine.run(Math.round(at + i * BIT));
      this.machine.pins.PD0.level = bit === 1;
    });
    this.machine.run(at + 21 * BIT);
    return this.edges.slice(first);
  }
}

/** Reads a byte as a PC does: at the middle of each bit, by its own clock, from the start edge on. */
function sample(edges: readonly Edge[]): number {
  const [start] = edges;
  const levelAt = (time: number) => edges.filter(edge => edge.time <= time).at(-1)!.level;
  const bits = Array.from({ length: 8 }, (_, i) => levelAt(start.time + (i + 1.5) * BIT));
  if (!levelAt(start.time + 9.5 * BIT)) throw new Error('no stop bit');
  return bits.reduce((byte, bit, i) => byte | (bit ? 1 << i : 0), 0);
}

describe('an interrupt-driven UART, CK/8, reload 231', () => {
  it('echoes every byte to a partner at 19200 baud', () => {
    const echo = new Echo();
    const back = Array.from({ length: 256 }, (_, byte) => sample(echo.exchange(byte, 1000 + byte * 5003)));
    expect(back).toEqual(Array.from({ length: 256 }, (_, byte) => byte));
  });

  it('makes bits of 208 clocks on average, not of 200', () => {
    const echo = new Echo();
    const lengths: number[] = [];
    for (let i = 0; i < 100; i++) {
      // 0x55: the line falls at every second bit, nine bit times from the start to the stop bit
      const edges = echo.exchange(0x55, 1000 + i * 5003);
      expect(edges.length).toBe(10);
      lengths.push((edges[8].time - edges[2].time) / 6);
    }
    const average = lengths.reduce((sum, length) => sum + length) / lengths.length;
    expect(average).toBeGreaterThan(207.9);
    expect(average).toBeLessThan(208.1);
  });

  it('overflows exactly every 208 clocks, whatever instruction the interrupt meets', () => {
    const { machine } = new Echo();
    machine.pins.PD0.level = false;
    const entries: number[] = [];
    while (entries.length < 40) {
      if (machine.pc === 2) entries.push(machine.cycle);
      machine.step();
    }
    // the entry waits for the end of an instruction, one clock or none in the loop that runs
    const overflows = entries.slice(1).map((entry, i) => entry - entries[1] - i * 208);
    for (const late of overflows) expect(Math.abs(late)).toBeLessThanOrEqual(1);
    expect(entries[39] - entries[1]).toBeGreaterThan(38 * 208 - 2);
  });
});
