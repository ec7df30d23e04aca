/** A part that is programmed by pages, on the bench: an ATmega8 at 4 MHz, 5 V, unless a test says otherwise. */

import { describe, expect, it } from 'vitest';
import { at90s2313, atmega8, type Device, instruction } from '../../simulator/index.ts';
import { Bench, type BenchOptions, entered } from './bench.ts';

const mega = (options: BenchOptions = {}) => entered({ target: atmega8, ...options });

/** Loads words from `first` on: the low byte is the number, the high byte its complement. */
function load(bench: Bench, words: number, first = 0): void {
  for (let address = first; address < first + words; address++) {
    bench.instruct('Load Program Memory Page', { address, data: address });
    bench.instruct('Load Program Memory Page', { address, high: true, data: ~address & 0xff });
  }
}

const writePage = (bench: Bench, address: number) => bench.instruct('Write Program Memory Page', { address });

const read = (bench: Bench, address: number, high = false) =>
  bench.instruct('Read Program Memory', { address, high });

describe('entering', () => {
  it('echoes 53 with the third byte of Programming Enable', () => {
    const bench = new Bench({ target: atmega8 });
    bench.reset();
    expect(bench.send(0xac, 0x53, 0x12, 0x34)[2]).toBe(0x53);
    expect(bench.signature()).toEqual([0x1e, 0x93, 0x07]);
  });

  it('out of step echoes nothing, takes no SCK pulse for help, and a RESET pulse is one', () => {
    const bench = new Bench({ target: atmega8 });
    bench.reset();
    bench.bit(0);
    expect(bench.send(0xac, 0x53, 0, 0)[2]).not.toBe(0x53);
    for (let pulse = 0; pulse < 31; pulse++) bench.bit(0);
    expect(bench.send(0xac, 0x53, 0, 0)[2]).not.toBe(0x53);
    bench.reset();
    expect(bench.send(0xac, 0x53, 0, 0)[2]).toBe(0x53);
  });
});

describe('SCK', () => {
  /** Whether a signature comes back when SCK lasts so many cycles, all of them also target clocks. */
  const hears = (level: 'high' | 'low', cycles: number, hz: number) => {
    const bench = new Bench({ target: atmega8, xtal: hz, targetXtal: hz, [level]: cycles });
    bench.enter();
    return bench.signature().join() === '30,147,7';
  };

  it.each([
    ['high', 11_999_999, 3],
    ['low', 11_999_999, 3],
    ['high', 12_000_000, 4],
    ['low', 12_000_000, 4],
  ] as const)('%s at %i Hz is seen when it lasts %i clocks, and not with one less', (level, hz, clocks) => {
    expect(hears(level, clocks, hz)).toBe(true);
    expect(hears(level, clocks - 1, hz)).toBe(false);
  });
});

describe('a page', () => {
  it('is loaded byte by byte and written at once', () => {
    const bench = mega();
    load(bench, 32);
    expect(bench.target.memory.activity).toBeUndefined();
    expect(read(bench, 0)).toBe(0xff);
    writePage(bench, 3);
    bench.ms(4.5);
    expect([read(bench, 96), read(bench, 96, true)]).toEqual([0, 0xff]);
    expect([read(bench, 127), read(bench, 127, true)]).toEqual([31, 0xe0]);
    expect([read(bench, 95), read(bench, 128)]).toEqual([0xff, 0xff]);
    expect(bench.findings).toEqual([]);
  });

  it('takes tWD_FLASH, and reads FF wherever it is asked meanwhile', () => {
    const bench = mega();
    load(bench, 32);
    bench.target.flash.fill(0x42);
    writePage(bench, 0);
    expect(read(bench, 0)).toBe(0xff);
    expect(read(bench, 31, true)).toBe(0xff);
    bench.ms(3.5);
    expect(bench.target.memory.activity?.what).toBe('flash page');
    bench.ms(1);
    expect(bench.target.memory.activity).toBeUndefined();
    expect(bench.findings).toEqual([]);
  });

  it('lets nothing else be heard while it is written', () => {
    const bench = mega();
    load(bench, 1);
    writePage(bench, 0);
    read(bench, 32);
    bench.instruct('Load Program Memory Page', { address: 0, data: 1 });
    writePage(bench, 1);
    expect(bench.signature()).not.toEqual([0x1e, 0x93, 0x07]);
    expect(bench.findings).toEqual(Array(6).fill('command while busy'));
  });

  it('only clears bits', () => {
    const bench = mega();
    bench.target.flash.fill(0xf0);
    bench.instruct('Load Program Memory Page', { address: 0, data: 0x3c });
    writePage(bench, 0);
    bench.ms(4.5);
    expect([read(bench, 0), read(bench, 0, true)]).toEqual([0x30, 0xf0]);
  });

  it('is FF where nothing was loaded, and empty after it was written', () => {
    const bench = mega();
    load(bench, 2);
    writePage(bench, 0);
    bench.ms(4.5);
    writePage(bench, 1);
    bench.ms(4.5);
    expect([...bench.target.flash.subarray(0, 6)]).toEqual([0, 0xff, 1, 0xfe, 0xff, 0xff]);
    expect([...bench.target.flash.subarray(64, 68)]).toEqual([0xff, 0xff, 0xff, 0xff]);
  });

  it('loses a high byte that comes before its low byte', () => {
    const bench = mega();
    bench.instruct('Load Program Memory Page', { address: 5, high: true, data: 0x12 });
    bench.instruct('Load Program Memory Page', { address: 5, data: 0x34 });
    writePage(bench, 0);
    bench.ms(4.5);
    expect([read(bench, 5), read(bench, 5, true)]).toEqual([0x34, 0xff]);
    expect(bench.findings).toEqual(['page load']);
  });

  it('keeps the first of two bytes for the same place', () => {
    const bench = mega();
    for (const data of [0x12, 0x34]) bench.instruct('Load Program Memory Page', { address: 5, data });
    writePage(bench, 0);
    bench.ms(4.5);
    expect(read(bench, 5)).toBe(0x12);
    expect(bench.findings).toEqual(['page load']);
  });

  it('is forgotten when RESET rises', () => {
    const bench = mega();
    load(bench, 1);
    bench.enter();
    writePage(bench, 0);
    bench.ms(4.5);
    expect(read(bench, 0)).toBe(0xff);
  });

  it('that RESET interrupts is lost', () => {
    const bench = mega();
    load(bench, 1);
    writePage(bench, 0);
    bench.enter();
    expect(read(bench, 0)).toBe(0xff);
    expect(bench.findings).toEqual(['write interrupted']);
  });

  it('is part of what a board saves and restores', () => {
    const bench = mega();
    load(bench, 1);
    const state = bench.board.save();
    writePage(bench, 0);
    bench.ms(4.5);
    bench.board.restore(state);
    expect(bench.target.memory.page.take()[1]).toBe(0xff);
    expect(bench.target.memory.activity).toBeUndefined();
  });
});

describe('EEPROM', () => {
  it('takes 9 ms a byte at any supply voltage, and reads FF meanwhile', () => {
    const bench = mega({ vcc: 2.7 });
    bench.instruct('Write EEPROM', { address: 0x155, data: 0x5a });
    bench.ms(8.6); // the instruction takes 0.32 ms
    expect(bench.instruct('Read EEPROM', { address: 0x155 })).toBe(0xff);
    bench.ms(0.1);
    expect(bench.instruct('Read EEPROM', { address: 0x155 })).toBe(0x5a);
    expect(bench.findings).toEqual([]);
  });
});

describe('Chip Erase', () => {
  it('is over after 9 ms, without RESET', () => {
    const bench = mega();
    bench.target.flash.fill(0);
    bench.target.eeprom.fill(0);
    bench.instruct('Chip Erase');
    bench.ms(8.9);
    expect(bench.target.memory.activity?.what).toBe('chip erase');
    bench.ms(0.1);
    expect([read(bench, 0), bench.instruct('Read EEPROM')]).toEqual([0xff, 0xff]);
  });

  it('leaves the EEPROM alone when EESAVE is programmed', () => {
    const bench = mega();
    bench.target.eeprom.fill(0x12);
    bench.instruct('Write Fuse High Bits', { data: 0xd1 });
    bench.ms(4.5);
    bench.instruct('Chip Erase');
    bench.ms(9);
    expect(bench.instruct('Read EEPROM')).toBe(0x12);
  });

  it('that RESET cuts short erases nothing', () => {
    const bench = mega();
    bench.target.flash.fill(0);
    bench.instruct('Chip Erase');
    bench.ms(8);
    bench.enter();
    expect(read(bench, 0)).toBe(0);
    expect(bench.findings).toEqual(['erase cut short']);
  });
});

describe('fuses, lock bits and calibration', () => {
  it('read as they left the factory', () => {
    const bench = mega();
    expect(bench.instruct('Read Fuse Bits')).toBe(0xe1);
    expect(bench.instruct('Read Fuse High Bits')).toBe(0xd9);
    expect(bench.instruct('Read Lock Bits')).toBe(0xff);
    expect([0, 1, 2, 3].map(address => bench.instruct('Read Calibration Byte', { address }))).toEqual(
      atmega8.calibration,
    );
  });

  it('take 4.5 ms and can be written both ways', () => {
    const bench = mega();
    for (const data of [0x24, 0xe4]) {
      bench.instruct('Write Fuse Bits', { data });
      bench.ms(4.4);
      expect(bench.target.memory.activity?.what).toBe('fuse bits');
      bench.ms(0.1);
      expect(bench.instruct('Read Fuse Bits')).toBe(data);
    }
  });

  it('keep SPIEN as it is', () => {
    const bench = mega();
    bench.instruct('Write Fuse High Bits', { data: 0xff });
    bench.ms(4.5);
    expect(bench.instruct('Read Fuse High Bits')).toBe(0xdf);
  });

  it('lock writing in mode 2 and reading in mode 3, but not the signature; a chip erase unlocks', () => {
    const bench = mega();
    bench.instruct('Write Lock Bits', { data: 0xfe });
    bench.ms(4.5);
    writePage(bench, 0);
    bench.instruct('Write Fuse Bits', { data: 0 });
    expect(bench.findings).toEqual(['write refused', 'write refused']);
    bench.instruct('Write Lock Bits', { data: 0xfc });
    bench.ms(4.5);
    expect(bench.instruct('Read Lock Bits')).toBe(0xfc);
    expect(read(bench, 7)).toBe(7); // the echo of byte 3
    expect(bench.signature()).toEqual([0x1e, 0x93, 0x07]);
    bench.instruct('Chip Erase');
    bench.ms(9);
    expect(bench.instruct('Read Lock Bits')).toBe(0xff);
  });
});

describe('Poll RDY/BSY', () => {
  /** The newer ones of the family have it. */
  const polled: Device = {
    ...atmega8,
    instructions: [
      ...atmega8.instructions,
      instruction('Poll RDY/BSY', '1111 0000 0000 0000 xxxx xxxx xxxx xxxo'),
    ],
  };

  it('is 1 while a page is written, and nobody minds', () => {
    const bench = entered({ target: polled });
    load(bench, 1);
    writePage(bench, 0);
    expect(bench.instruct('Poll RDY/BSY') & 1).toBe(1);
    bench.ms(4.5);
    expect(bench.instruct('Poll RDY/BSY') & 1).toBe(0);
    expect(bench.findings).toEqual([]);
  });

  it('is nothing to a part that does not have it', () => {
    const bench = mega();
    bench.send(0xf0, 0, 0, 0);
    expect(bench.findings).toEqual(['unknown instruction']);
  });
});

describe('an AT90S2313', () => {
  const mini = (options: BenchOptions = {}) => entered({ target: at90s2313, ...options });

  it('out of step is helped by pulses on SCK', () => {
    const bench = new Bench({ target: at90s2313 });
    bench.reset();
    bench.bit(0);
    let attempts = 0;
    while (bench.send(0xac, 0x53, 0, 0)[2] !== 0x53 && ++attempts < 32) bench.bit(0);
    expect(attempts).toBeLessThan(32);
    expect(bench.signature()).toEqual([0x1e, 0x91, 0x01]);
  });

  it('reads 7F in flash and 80, then 7F, in EEPROM while it writes', () => {
    const bench = mini();
    bench.instruct('Write Program Memory', { address: 0x3ff, high: true, data: 0x12 });
    expect(read(bench, 0x3ff, true)).toBe(0x7f);
    bench.ms(4);
    expect(read(bench, 0x3ff, true)).toBe(0x12);
    bench.instruct('Write EEPROM', { address: 0x7f, data: 0x34 });
    expect(bench.instruct('Read EEPROM', { address: 0x7f })).toBe(0x80);
    bench.ms(2);
    expect(bench.instruct('Read EEPROM', { address: 0x7f })).toBe(0x7f);
    bench.ms(2);
    expect(bench.instruct('Read EEPROM', { address: 0x7f })).toBe(0x34);
    expect(bench.findings).toEqual([]);
  });

  it('hides its signature in lock mode 3', () => {
    const bench = mini();
    bench.instruct('Write Lock Bits', { data: 0xf9 });
    bench.ms(4);
    expect(bench.signature()).toEqual([0, 1, 2]);
  });
});
