/**
 * The kernels compute what their names promise. Two compilers that agree could
 * both be fed a wrong program; here plain arithmetic is the judge.
 */
import { describe, expect, it } from 'vitest';
import type { Run } from '../../bench/record.ts';
import type { Stream } from '../../bench/suite.ts';
import { runOurs, valuesOf } from './kernels.ts';

const bytesOf =
  (text: string): Stream =>
  k =>
    text.charCodeAt(k % text.length);

/** A byte with its bits from right to left. */
function reversed(byte: number): number {
  return Number.parseInt(byte.toString(2).padStart(8, '0').split('').reverse().join(''), 2);
}

/** The value whose Gray code this is: each bit is the parity of the bits from it upwards. */
function fromGray(code: number): number {
  return [7, 6, 5, 4, 3, 2, 1, 0].reduce((value, bit) => value | ((ones(code >> bit) % 2) << bit), 0);
}

function ones(value: number): number {
  return value.toString(2).replaceAll('0', '').length;
}

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');
const fromBits = (bits: number[]): number => Number.parseInt(bits.join(''), 2);

/** What a run must write, from what it read: inputs on ports B and D, outputs on ports B and D. */
const kernels: readonly {
  name: string;
  expected: (b: number, d: number) => { PORTB?: number; PORTD?: number };
}[] = [
  { name: 'bit-reverse', expected: b => ({ PORTD: reversed(b) }) },
  {
    name: 'bcd',
    expected: b => ({ PORTD: Math.floor(b / 100), PORTB: Math.floor((b % 100) / 10) * 16 + (b % 10) }),
  },
  { name: 'multiply', expected: (b, d) => ({ PORTB: (b * d) >> 8, PORTD: (b * d) & 0xff }) },
  { name: 'gray', expected: b => ({ PORTD: b ^ (b >> 1), PORTB: fromGray(b) }) },
  {
    name: 'compare16',
    expected: (b, d) => {
      const value = d * 256 + b;
      if (value === 0x1234) return { PORTD: 2 };
      return { PORTD: value < 100 ? 0 : value < 1000 ? 1 : value <= 10_000 ? 3 : value > 30_000 ? 4 : 5 };
    },
  },
];

describe('the results of the kernels', () => {
  it.each(kernels)('are those of plain arithmetic: $name', async ({ name, expected }) => {
    const outputs = (run: Run, wanted: object) =>
      Object.fromEntries(Object.keys(wanted).map(register => [register, valuesOf(run, register)[0]]));
    for (const run of await runOurs(name)) {
      const wanted = expected(valuesOf(run, 'PINB')[0], valuesOf(run, 'PIND')[0]);
      expect(outputs(run, wanted), run.accesses.join(' ')).toEqual(wanted);
    }
  });

  it('are the published check values of CRC-8 and CRC-16 CCITT', async () => {
    const changes = { runs: 9, inputs: { PIND: bytesOf('123456789') } };
    const [crc8] = (await runOurs('crc8', changes)).slice(-1);
    expect(crc8.accesses).toContain('PORTB=F4');
    const [crc16] = (await runOurs('crc16', changes)).slice(-1);
    expect(crc16.accesses.slice(-2)).toEqual(['PORTB=29', 'PORTD=B1']);
  });

  it('have one output bit of odd parity', async () => {
    for (const run of await runOurs('parity')) {
      const [last] = valuesOf(run, 'PORTB').slice(-1);
      expect(last & 1).toBe(ones(valuesOf(run, 'PIND')[0]) % 2);
    }
  });

  it('are those of plain arithmetic over all runs so far: smallest and largest', async () => {
    let [smallest, largest] = [255, 0];
    for (const run of await runOurs('min-max')) {
      if (valuesOf(run, 'PIND')[0] & 1) [smallest, largest] = [255, 0];
      const [value] = valuesOf(run, 'PINB');
      [smallest, largest] = [Math.min(smallest, value), Math.max(largest, value)];
      expect(run.accesses.slice(-2)).toEqual([`PORTB=${hex(smallest)}`, `PORTD=${hex(largest)}`]);
    }
  });

  it('are those of plain arithmetic over all runs so far: sum and rest', async () => {
    let [sum, rest] = [0, 255];
    for (const run of await runOurs('saturate')) {
      sum = Math.min(255, sum + (valuesOf(run, 'PINB')[0] & 15));
      rest = Math.max(0, rest - (valuesOf(run, 'PIND')[0] & 7));
      expect(run.accesses.slice(-2)).toEqual([`PORTB=${hex(sum)}`, `PORTD=${hex(rest)}`]);
    }
    expect([sum, rest]).toEqual([255, 0]);
  });

  it('tell the devices by their signatures', async () => {
    const devices: Record<string, number> = { '1E9001': 1, '1E9101': 2, '1E910A': 3, '1E9307': 4 };
    for (const run of await runOurs('signature')) {
      const signature = valuesOf(run, 'PINB').map(hex).join('');
      expect(valuesOf(run, 'PORTD'), signature).toEqual([devices[signature] ?? 0]);
    }
  });

  it('exchange a byte over SPI, most significant bit first', async () => {
    for (const run of await runOurs('spi-byte')) {
      const rising = valuesOf(run, 'PORTB').filter((port, i, ports) => port & 0x80 && !(ports[i - 1] & 0x80));
      expect(fromBits(rising.map(port => (port >> 6) & 1))).toBe(valuesOf(run, 'PIND')[0]);
      expect(fromBits(valuesOf(run, 'PINB').map(pins => (pins >> 5) & 1))).toBe(valuesOf(run, 'PORTD')[0]);
    }
  });

  it('count seconds, minutes and hours', async () => {
    const runs = await runOurs('clock');
    const time = (ticks: number) => {
      const seconds = Math.floor(ticks / 5);
      return [seconds % 60, (Math.floor(seconds / 60) % 60) ^ (Math.floor(seconds / 3600) % 24)];
    };
    const shown = runs.map(run => [...valuesOf(run, 'PORTB'), ...valuesOf(run, 'PORTD')]);
    expect(shown).toEqual(runs.map((_, i) => time(i + 1)));
  });

  it('send and receive what was given, least significant bit first', async () => {
    const [sent] = await runOurs('uart-send', {
      runs: 1,
      inputs: { PIND: () => 0x35, TCNT0: k => k },
    });
    const line = valuesOf(sent, 'PORTD').map(value => (value >> 1) & 1);
    expect(line).toEqual([0, 1, 0, 1, 0, 1, 1, 0, 0, 1]);
    // idle, start bit seen, start bit sampled, then the bits of 0x35
    const samples = [1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 0];
    const [received] = await runOurs('uart-receive', { runs: 1, inputs: { PIND: k => samples[k] } });
    expect(valuesOf(received, 'PORTB')).toEqual([0x35]);
  });

  it('count on after 255, and start again', async () => {
    const runs = await runOurs('counter16');
    const counts = runs.map(run => valuesOf(run, 'PORTB')[0] * 256 + valuesOf(run, 'PORTD')[0]);
    expect(counts.slice(254, 257)).toEqual([255, 256, 257]);
    expect(counts.filter(count => count === 0)).toHaveLength(1);
  });
});
