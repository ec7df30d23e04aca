/** A part in the socket: its memories, their times and their locks. Default: programmer and target at 4 MHz, 5 V. */

import { describe, expect, it } from 'vitest';
import { hexOf } from '../../simulator/index.ts';
import { type Bench, type BenchOptions, entered, read, write } from './bench.ts';

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
