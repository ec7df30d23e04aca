/** A part in the socket: how it listens. Default: programmer and target at 4 MHz, 5 V. */

import { describe, expect, it } from 'vitest';
import { at90s1200, type Device } from '../../simulator/index.ts';
import { Bench, entered, hex, read, write } from './bench.ts';

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
