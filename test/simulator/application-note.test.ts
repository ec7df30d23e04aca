/** The example tables of application note AVR910, byte for byte on the wires. */

import { beforeEach, describe, expect, it } from 'vitest';
import { Bench, hex } from './bench.ts';

describe('application note AVR910, on the wires', () => {
  let bench: Bench;
  const wire = (...mosi: number[]) => hex(bench.send(...mosi));

  beforeEach(() => {
    bench = new Bench();
    bench.enter();
  });

  it('table 3: Programming Enable echoes AC 53 and the signature read echoes what came before', () => {
    // the part is enabled here already; the first Programming Enable finds MISO released (see the next case)
    expect(wire(0xac, 0x53, 0x11, 0x22)).toBe('00 AC 53 11');
    expect(wire(0x30, 0x44, 0x00, 0x55)).toBe('22 30 44 1E');
  });

  it('table 3, as its MISO section says: until Programming Enable is accepted the pull-up is read', () => {
    bench.reset();
    expect(wire(0xac, 0x53, 0x11, 0x22)).toBe('FF FF FF FF');
    expect(wire(0x30, 0x44, 0x00, 0x55)).toBe('22 30 44 1E');
  });

  it('tables 4, 5 and 6: the signature is 1E 90 01, and the last byte sent comes back in byte 1', () => {
    expect(wire(0x30, 0x44, 0x00, 0x59)).toBe('00 30 44 1E');
    expect(wire(0x30, 0x4e, 0x01, 0x6d)).toBe('59 30 4E 90');
    expect(wire(0x30, 0x44, 0x02, 0x59)).toBe('6D 30 44 01');
  });

  it('table 7: reads add r16,r17 = 0F01 from flash word 104', () => {
    bench.target.flash.set([0x01, 0x0f], 2 * 0x104);
    expect(wire(0x20, 0x01, 0x04, 0x58)).toBe('00 20 01 01');
    expect(wire(0x28, 0x01, 0x04, 0x59)).toBe('58 28 01 0F');
  });

  it('table 8, with the $40 and $48 of the datasheet: writes add r17,r18 = 0F12 to flash word 10C', () => {
    expect(wire(0x40, 0x01, 0x0c, 0x12)).toBe('00 40 01 0C');
    bench.ms(4);
    expect(wire(0x48, 0x01, 0x0c, 0x0f)).toBe('12 48 01 0C');
    bench.ms(4);
    expect(hex(bench.target.flash.subarray(2 * 0x10c, 2 * 0x10c + 2))).toBe('12 0F');
  });

  it("table 8 as printed: the note's $60 and $68 mean nothing to the part", () => {
    expect(wire(0x60, 0x01, 0x0c, 0x12)).toBe('00 60 01 0C');
    bench.ms(4);
    expect(bench.target.flash[2 * 0x10c]).toBe(0xff);
    expect(bench.findings).toEqual(['unknown instruction']);
  });

  it('table 9: reads AB from EEPROM 3F', () => {
    bench.target.eeprom[0x3f] = 0xab;
    expect(wire(0xa0, 0x00, 0x3f, 0x58)).toBe('00 A0 00 AB');
  });

  it('table 10: writes 0F to EEPROM 11', () => {
    expect(wire(0xc0, 0x00, 0x11, 0x0f)).toBe('00 C0 00 11');
    bench.ms(4);
    expect(bench.target.eeprom[0x11]).toBe(0x0f);
  });

  it('table 12: sets lock bit 1', () => {
    expect(wire(0xac, 0xfd, 0x58, 0x59)).toBe('00 AC FD 58');
    bench.ms(4);
    expect(bench.target.memory.lockMode).toBe(2);
  });

  it('table 13: erases the chip once RESET is released', () => {
    bench.target.flash.fill(0x00);
    bench.target.eeprom.fill(0x00);
    expect(wire(0xac, 0x85, 0x59, 0x4e)).toBe('00 AC 85 59');
    bench.ms(8);
    bench.hand.set('PB4', 'high');
    expect([...bench.target.flash, ...bench.target.eeprom].every(byte => byte === 0xff)).toBe(true);
  });
});
