/** A part in the socket: what it forgives and what it loses. Default: programmer and target at 4 MHz, 5 V. */

import { describe, expect, it } from 'vitest';
import { at90s1200, type Device, hexOf } from '../../simulator/index.ts';
import { Bench, type BenchOptions, hex } from './bench.ts';

/** A bench that is in programming mode. */
function entered(options: BenchOptions = {}): Bench {
  const bench = new Bench(options);
  bench.enter();
  return bench;
}

const write = (bench: Bench, address: number, data: number, high = false) =>
  bench.instruct('Write Program Memory', { address, data, high });
const read = (bench: Bench, address: number, high = false) =>
  bench.instruct('Read Program Memory', { address, high });

describe('entering programming mode', () => {
  it('floats MISO until Programming Enable is accepted, then drives it', () => {
    const bench = new Bench();
    bench.hand.set('PB5', 'float');
    bench.reset();
    bench.hand.set('PB5', 'float');
    bench.send(0xac, 0x53, 0, 0x80);
    const { MISO } = bench.board.nets;
    const before = MISO.drivenBy.find(({ name }) => name === 'MISO of the AT90S1200')!.drive;
    bench.hand.wait(20);
    expect(before).toBe('float');
    expect(MISO.level).toBe(1); // bit 7 of the 80 just sent
  });

  it('releases MISO when RESET goes high', () => {
    const bench = entered();
    bench.hand.wait(20);
    expect(bench.board.nets.MISO.level).toBe(0);
    bench.hand.set('PB5', 'float');
    bench.hand.set('PB4', 'high');
    expect(bench.board.nets.MISO.level).toBe('z');
  });

  it('ignores a Programming Enable whose first SCK edge comes 19.9 ms after RESET low', () => {
    const bench = new Bench();
    bench.reset(19.9);
    bench.instruct('Programming Enable');
    expect(bench.findings).toEqual(['early enable']);
    expect(bench.signature()).toEqual([0xff, 0xff, 0xff]);
  });

  it('accepts it at 20 ms', () => {
    const bench = new Bench({ low: 1, high: 10, targetXtal: 12_000_000 });
    bench.reset(20);
    bench.instruct('Programming Enable');
    expect(bench.signature()).toEqual([0x1e, 0x90, 0x01]);
    expect(bench.findings).toEqual([]);
  });

  it.each([
    [79_999, false],
    [80_000, true],
  ])(
    'counts the 20 ms from RESET low to the first rising SCK edge: %s cycles at 4 MHz',
    (cycles, accepted) => {
      const bench = new Bench();
      bench.reset(0);
      bench.hand.wait(cycles - bench.low);
      bench.instruct('Programming Enable');
      expect(bench.target.programming).toBe(accepted);
    },
  );

  it('takes a second Programming Enable after an early one: aligned bits cost nothing', () => {
    const bench = new Bench();
    bench.reset(10);
    bench.instruct('Programming Enable');
    bench.ms(20);
    bench.instruct('Programming Enable');
    expect(bench.signature()).toEqual([0x1e, 0x90, 0x01]);
  });

  it('ignores other instructions before Programming Enable', () => {
    const bench = new Bench();
    bench.reset();
    write(bench, 0, 0x00);
    bench.instruct('Programming Enable');
    expect(bench.findings).toEqual(['not enabled']);
    expect(read(bench, 0)).toBe(0xff);
  });

  it('needs all four bytes of Programming Enable', () => {
    const bench = new Bench();
    bench.reset();
    bench.send(0xac, 0x53, 0x00);
    expect(bench.target.programming).toBe(false);
    bench.send(0x00);
    expect(bench.target.programming).toBe(true);
  });

  it('starts anew after a RESET pulse', () => {
    const bench = entered();
    bench.reset();
    expect(bench.target.programming).toBe(false);
    expect(bench.signature()).toEqual([0xff, 0xff, 0xff]);
  });
});

describe('synchronisation', () => {
  it('is lost by one stray SCK pulse, until RESET is pulsed', () => {
    const bench = new Bench();
    bench.reset();
    bench.bit(0);
    bench.instruct('Programming Enable');
    expect(bench.signature()).toEqual([0xff, 0xff, 0xff]);
    expect(bench.findings[0]).toBe('sync lost');
    bench.enter();
    expect(bench.signature()).toEqual([0x1e, 0x90, 0x01]);
  });

  it('is lost by a single falling edge: SCK was high when RESET went low', () => {
    const bench = new Bench();
    bench.reset(0);
    bench.hand.set('PB4', 'high');
    bench.hand.set('PB7', 'high');
    bench.hand.wait(100);
    bench.hand.set('PB4', 'low');
    bench.hand.wait(100);
    bench.hand.set('PB7', 'low');
    bench.ms(20);
    bench.instruct('Programming Enable');
    expect(bench.signature()).toEqual([0xff, 0xff, 0xff]);
  });

  it('does not come back on the AT90S1200 however many extra SCK pulses are tried', () => {
    const bench = new Bench();
    bench.reset();
    bench.bit(0);
    for (let attempt = 0; attempt < 33; attempt++) {
      bench.instruct('Programming Enable');
      bench.bit(0);
    }
    expect(bench.target.programming).toBe(false);
  });

  it('comes back on a part that resynchronises by SCK pulses, and the echo of 53 shows it', () => {
    const kin: Device = { ...at90s1200, sync: { wait: 20, echo: true, recovery: 'SCK pulse' } };
    const bench = new Bench({ target: kin });
    bench.reset();
    bench.bit(0);
    const echoes: number[] = [];
    while (echoes.length < 33 && echoes.at(-1) !== 0x53) {
      echoes.push(bench.send(0xac, 0x53, 0x00, 0x00)[2]);
      if (echoes.at(-1) !== 0x53) bench.bit(0);
    }
    expect(echoes.length).toBe(32);
    expect(bench.signature()).toEqual([0x1e, 0x90, 0x01]);
  });

  it('keeps the echo of 53 back on the AT90S1200', () => {
    const bench = new Bench();
    bench.reset();
    expect(bench.send(0xac, 0x53, 0x00, 0x00)[2]).toBe(0xff);
  });

  it('gives echoing parts the echo in byte 3 at the first attempt', () => {
    const kin: Device = { ...at90s1200, sync: { wait: 20, echo: true, recovery: 'SCK pulse' } };
    const bench = new Bench({ target: kin });
    bench.reset();
    expect(hex(bench.send(0xac, 0x53, 0x00, 0x00))).toBe('FF FF 53 00');
  });
});

describe('SCK through the target clock', () => {
  const sixteenths = Array.from({ length: 16 }, (_, i) => i / 16);

  it('never sees highs of 2.9 target clocks, whatever the phase', () => {
    for (const phase of sixteenths) {
      const bench = new Bench({ high: 29, low: 50, xtal: 40_000_000, targetXtal: 4_000_000, phase });
      bench.enter();
      expect(bench.target.programming, `phase ${phase}`).toBe(false);
      expect(bench.findings.includes('pulse lost')).toBe(true);
    }
  });

  it('sees highs of 3.5 target clocks or not, as the phase has it', () => {
    const seen = sixteenths.map(phase => {
      const bench = new Bench({ high: 35, low: 45, xtal: 40_000_000, targetXtal: 4_000_000, phase });
      bench.enter();
      return bench.target.programming;
    });
    expect(new Set(seen)).toEqual(new Set([true, false]));
  });

  it('always sees highs of 4.01 and lows of 1.01 target clocks, whatever the phase', () => {
    for (const phase of sixteenths) {
      const bench = new Bench({ high: 401, low: 101, xtal: 20_000_000, targetXtal: 200_000, phase });
      bench.enter();
      expect(bench.signature(), `phase ${phase}`).toEqual([0x1e, 0x90, 0x01]);
      expect(bench.findings).toEqual([]);
    }
  });

  it('loses highs of exactly 4 target clocks whose edges meet its samples', () => {
    const meeting = new Bench({ high: 4, low: 8, phase: 0 });
    meeting.enter();
    expect(meeting.target.programming).toBe(false);
    const between = new Bench({ high: 4, low: 8, phase: 0.5 });
    between.enter();
    expect(between.target.programming).toBe(true);
  });

  it('joins two highs when the low between them is too short', () => {
    const bench = entered({ phase: 0 });
    bench.bit(0, 20, 20);
    bench.hand.set('PB7', 'high');
    bench.hand.wait(20);
    bench.hand.set('PB7', 'low');
    bench.hand.wait(1); // exactly 1 target clock, between two samples
    bench.hand.set('PB7', 'high');
    bench.hand.wait(20);
    bench.hand.set('PB7', 'low');
    bench.hand.wait(20);
    expect(bench.findings).toEqual(['pulse lost']);
    expect(bench.board.findings.list[0].text).toBe('SCK low for 1 cycles = 1.00 target clocks was not seen');
  });

  it('needs only 2 and 2 on parts with that rule', () => {
    const kin: Device = { ...at90s1200, sck: [{ from: 0, high: 2, low: 2 }] };
    const bench = new Bench({ target: kin, high: 3, low: 3 });
    bench.enter();
    expect(bench.signature()).toEqual([0x1e, 0x90, 0x01]);
  });

  it('takes MOSI at the first sample of a high, not at its edge', () => {
    const bench = new Bench({ phase: 0.5, targetXtal: 1_000_000 }); // samples at 2, 6, 10 ...
    bench.reset();
    const { hand } = bench;
    hand.wait(4 - (hand.cycle % 4)); // SCK will rise at a multiple of 4, the first sample is 2 cycles later
    for (const byte of [0xac, 0x53, 0x00, 0x00])
      for (let bit = 7; bit >= 0; bit--) {
        const mosi = (byte >> bit) & 1;
        hand.set('PB6', mosi ? 'low' : 'high');
        hand.wait(20);
        hand.set('PB7', 'high');
        hand.wait(1);
        hand.set('PB6', mosi ? 'high' : 'low'); // late by 1 cycle, but before the sample
        hand.wait(3);
        hand.set('PB6', mosi ? 'low' : 'high');
        hand.wait(20);
        hand.set('PB7', 'low');
      }
    expect(bench.target.programming).toBe(true);
  });

  it.each([
    // SCK falls at n. A sample at n meets the edge; the next one finds it low, 32 ns later MISO may change.
    [4_000_000, 0, 2], // n + 1, rounded up to n + 2
    [4_000_000, 0.5, 1], // n + 0.5
    [4_000_000, 0.9375, 2], // n + 0.9375 and 0.128 more
    [1_000_000, 0, 5], // n + 4
  ])('with the target at %s Hz, phase %s, MISO follows SCK after %s cycles', (targetXtal, phase, delay) => {
    const bench = entered({ targetXtal, phase });
    bench.hand.wait(200);
    const delays = new Set<number>();
    let fell = 0;
    bench.board.nets.SCK.watch(({ level, time }) => {
      if (level === 0) fell = time;
    });
    bench.board.nets.MISO.watch(({ time }) => delays.add(time - fell));
    bench.hand.wait(-bench.hand.cycle & 3); // all SCK edges at multiples of four cycles
    bench.send(0x55, 0x55);
    expect([...delays]).toEqual([delay]);
  });

  it('hears nothing when it has no clock', () => {
    const bench = new Bench({ targetXtal: 0 });
    bench.enter();
    expect(bench.signature()).toEqual([0xff, 0xff, 0xff]);
    expect(bench.target.instructions).toEqual([]);
  });
});

describe('flash', () => {
  it('only clears bits', () => {
    const bench = entered();
    write(bench, 5, 0xf0);
    bench.ms(4);
    write(bench, 5, 0x3c);
    bench.ms(4);
    expect(read(bench, 5)).toBe(0x30);
  });

  it('keeps low and high bytes apart', () => {
    const bench = entered();
    write(bench, 0x1ff, 0x12);
    bench.ms(4);
    write(bench, 0x1ff, 0x34, true);
    bench.ms(4);
    expect([read(bench, 0x1ff), read(bench, 0x1ff, true)]).toEqual([0x12, 0x34]);
    expect(hexOf(bench.target.flash.subarray(1022))).toBe('1234');
  });

  it('reads FF in the byte under way, and the new value when tWD_PROG is over', () => {
    const bench = entered();
    bench.target.flash[6] = 0x77;
    write(bench, 3, 0x55);
    expect(read(bench, 3)).toBe(0xff);
    bench.ms(4);
    expect(read(bench, 3)).toBe(0x55);
    expect(bench.findings).toEqual([]);
  });

  it.each([
    [2.7, 11.5],
    [3.2, 9],
    [3.4, 8],
    [4, 6],
    [4.5, 5],
    [5, 4],
    [6, 4],
  ])('at %s V a write takes %s ms', (vcc, ms) => {
    const bench = entered({ vcc });
    write(bench, 0, 0x00);
    bench.ms(ms - 0.1);
    expect(bench.target.memory.activity?.what).toBe('flash');
    bench.ms(0.1);
    expect(bench.target.memory.activity).toBeUndefined();
  });

  it('starts to write at the sample that takes the last bit', () => {
    const bench = entered({ phase: 0.5 });
    write(bench, 0, 0x00);
    // SCK rose at n, was found high at n + 0.5, 1.5, 2.5 and 3.5
    expect(bench.target.memory.activity!.start - bench.target.instructions.at(-1)!.end).toBe(4);
  });

  it('ignores a write while another is running', () => {
    const bench = entered();
    write(bench, 0, 0x11);
    bench.ms(3);
    write(bench, 1, 0x22);
    bench.ms(10);
    expect(bench.findings).toEqual(['command while busy']);
    expect([read(bench, 0), read(bench, 1)]).toEqual([0x11, 0xff]);
  });

  it('gives no data from another address while a write is running', () => {
    const bench = entered();
    bench.target.flash.fill(0x42);
    write(bench, 0, 0x11);
    expect(read(bench, 7)).toBe(7); // the echo of byte 3
    expect(bench.findings).toEqual(['command while busy']);
  });

  it('loses a byte that RESET interrupts, and says so', () => {
    const bench = entered();
    write(bench, 9, 0x00);
    bench.ms(1);
    bench.enter();
    expect(bench.findings).toEqual(['write interrupted']);
    expect(read(bench, 9)).toBe(0xff);
  });

  it('wraps addresses that the part does not have', () => {
    const bench = entered();
    bench.target.flash[2] = 0x99;
    expect(bench.send(0x20, 0x02, 0x01, 0x00)[3]).toBe(0x99);
  });
});

describe('EEPROM', () => {
  it('erases its cell by itself', () => {
    const bench = entered();
    bench.instruct('Write EEPROM', { address: 4, data: 0x0f });
    bench.ms(4);
    bench.instruct('Write EEPROM', { address: 4, data: 0xf0 });
    bench.ms(4);
    expect(bench.instruct('Read EEPROM', { address: 4 })).toBe(0xf0);
  });

  it('reads P1 = 00 while it erases, then P2 = FF, then the data', () => {
    const bench = entered();
    const poll = () => bench.instruct('Read EEPROM', { address: 8 });
    bench.instruct('Write EEPROM', { address: 8, data: 0x5a });
    const first = poll();
    bench.ms(2);
    const second = poll();
    bench.ms(2);
    expect([first, second, poll()]).toEqual([0x00, 0xff, 0x5a]);
  });

  it('is left erased where RESET interrupts the write', () => {
    const bench = entered();
    bench.target.eeprom[8] = 0x12;
    bench.instruct('Write EEPROM', { address: 8, data: 0x5a });
    bench.enter();
    expect(bench.instruct('Read EEPROM', { address: 8 })).toBe(0xff);
    expect(bench.findings).toEqual(['write interrupted']);
  });
});

describe('chip erase', () => {
  function full(options: BenchOptions = {}): Bench {
    const bench = entered(options);
    bench.target.flash.fill(0x00);
    bench.target.eeprom.fill(0x00);
    bench.target.memory.lockBits = 0xf9;
    return bench;
  }

  it('erases everything, lock bits last, when RESET ends it after tWD_ERASE', () => {
    const bench = full();
    bench.instruct('Chip Erase');
    bench.ms(8);
    bench.enter();
    expect(bench.signature()).toEqual([0x1e, 0x90, 0x01]);
    expect([read(bench, 0), bench.instruct('Read EEPROM'), bench.target.lockBits]).toEqual([
      0xff, 0xff, 0xff,
    ]);
  });

  it('goes on for ever without RESET: no instruction is taken', () => {
    const bench = full();
    bench.instruct('Chip Erase');
    bench.ms(100);
    expect(read(bench, 0x123)).toBe(0x23);
    expect(bench.findings).toEqual(['command while busy']);
    expect(bench.target.flash[0]).toBe(0x00);
  });

  it('erases nothing, lock bits included, when RESET comes too soon', () => {
    const bench = full();
    bench.instruct('Chip Erase');
    bench.ms(7.9);
    bench.hand.set('PB4', 'high');
    expect(bench.findings).toEqual(['erase cut short']);
    expect([bench.target.flash[0], bench.target.eeprom[0], bench.target.lockBits]).toEqual([0, 0, 0xf9]);
  });

  it('takes 18 ms at 3.2 V', () => {
    const bench = full({ vcc: 3.2 });
    bench.instruct('Chip Erase');
    bench.ms(18);
    bench.hand.set('PB4', 'high');
    expect(bench.findings).toEqual([]);
    expect(bench.target.flash[0]).toBe(0xff);
  });

  it('accepts any second byte from 80 to 9F', () => {
    for (const second of [0x80, 0x8f, 0x9f]) {
      const bench = full();
      bench.send(0xac, second, 0, 0);
      expect(bench.target.memory.activity?.what).toBe('chip erase');
    }
  });
});

describe('lock bits', () => {
  function locked(data: number): Bench {
    const bench = entered();
    bench.target.flash.set([0x12, 0x34]);
    bench.target.eeprom[1] = 0x56;
    bench.instruct('Write Lock Bits', { data });
    bench.ms(4);
    return bench;
  }

  it('mode 1: lock bit 2 alone protects nothing', () => {
    const bench = locked(0xfb);
    expect(bench.target.memory.lockMode).toBe(1);
    write(bench, 0, 0x10);
    bench.ms(4);
    expect(read(bench, 0)).toBe(0x10);
  });

  it('mode 2: no writing, reading as before', () => {
    const bench = locked(0xfd);
    write(bench, 0, 0x00);
    bench.instruct('Write EEPROM', { address: 1, data: 0x00 });
    bench.ms(4);
    expect([read(bench, 0), bench.instruct('Read EEPROM', { address: 1 })]).toEqual([0x12, 0x56]);
    expect(bench.signature()).toEqual([0x1e, 0x90, 0x01]);
    expect(bench.findings).toEqual(['write refused', 'write refused']);
  });

  it('mode 2 can be made mode 3', () => {
    const bench = locked(0xfd);
    bench.instruct('Write Lock Bits', { data: 0xfb });
    bench.ms(4);
    expect(bench.target.memory.lockMode).toBe(3);
  });

  it('mode 3: reading gives the low byte of the address, so the signature is 00 01 02', () => {
    const bench = locked(0xf9);
    expect([read(bench, 0x134), bench.instruct('Read EEPROM', { address: 0x21 })]).toEqual([0x34, 0x21]);
    expect(bench.signature()).toEqual([0x00, 0x01, 0x02]);
  });

  it('cannot be set back but by a chip erase', () => {
    const bench = locked(0xfd);
    bench.instruct('Write Lock Bits', { data: 0xff });
    bench.ms(4);
    expect(bench.target.memory.lockMode).toBe(2);
    bench.instruct('Chip Erase');
    bench.ms(8);
    bench.enter();
    expect(bench.target.memory.lockMode).toBe(1);
  });

  it("takes the published programmer's E0, E2, E4 as well as the datasheet's F9", () => {
    const bench = entered();
    bench.send(0xac, 0xe4, 0x00, 0x00);
    bench.ms(4);
    expect(bench.target.memory.lockMode).toBe(2);
  });
});

describe('boards that are not as they should be', () => {
  it('reads FF from an empty socket', () => {
    const bench = new Bench({ target: null });
    bench.enter();
    expect(bench.signature()).toEqual([0xff, 0xff, 0xff]);
  });

  it('reads FF FF FF from a part without a signature, which programs all the same', () => {
    const bench = entered({ faults: { signature: [0xff, 0xff, 0xff] } });
    expect(bench.signature()).toEqual([0xff, 0xff, 0xff]);
    write(bench, 0, 0x21);
    bench.ms(4);
    expect(read(bench, 0)).toBe(0x21);
  });

  it('reads the signature of a wrong part', () => {
    expect(entered({ faults: { signature: [0x1e, 0x91, 0x01] } }).signature()).toEqual([0x1e, 0x91, 0x01]);
  });

  it('reads what MISO is shorted to, and names both ends of the short', () => {
    const bench = entered({ faults: { tied: { MISO: 'low' } } });
    expect(bench.signature()).toEqual([0, 0, 0]);
    const [{ kind, text }] = bench.board.findings.list;
    expect(kind).toBe('contention');
    expect(text).toBe('MISO: MISO of the AT90S1200 drives high, a short to low drives low');
  });

  it('cannot be reset when something holds RESET high', () => {
    const bench = entered({ faults: { tied: { RESET: 'high' } } });
    expect(bench.signature()).toEqual([0xff, 0xff, 0xff]);
    expect(bench.findings).toEqual(['contention']);
  });

  it('can be read but never ends a chip erase when something holds RESET low', () => {
    const bench = entered({ faults: { tied: { RESET: 'low' } } });
    expect(bench.signature()).toEqual([0x1e, 0x90, 0x01]);
    bench.instruct('Chip Erase');
    bench.ms(8);
    bench.enter();
    expect(bench.signature()).toEqual([0x00, 0x01, 0x02]);
  });
});

describe('what the target remembers', () => {
  it('keeps a list of instructions with bytes, answers and times', () => {
    const bench = entered();
    bench.target.instructions.length = 0;
    const start = bench.hand.cycle + bench.low;
    bench.instruct('Read Signature', { address: 1 });
    expect(bench.target.instructions).toEqual([
      {
        bytes: [0x30, 0, 1, 0],
        operation: 'Read Signature',
        address: 1,
        high: false,
        reply: 0x90,
        start,
        end: start + 31 * 40,
        effect: 'done',
      },
    ]);
  });

  it('goes on from a saved state as if nothing had happened', () => {
    const whole = (bench: Bench) => {
      bench.bit(1);
      bench.ms(4);
      return [...bench.send(0x40, 0x00, 0x02, 0x00), bench.target.flash[4], bench.hand.cycle];
    };
    const bench = entered();
    write(bench, 2, 0x5a);
    for (let i = 0; i < 7; i++) bench.bit(0);
    const { cycle } = bench.hand;
    const state = bench.board.save();
    const first = whole(bench);
    bench.hand.cycle = cycle;
    bench.board.restore(state);
    expect(whole(bench)).toEqual(first);
  });
});
