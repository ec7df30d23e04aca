/** Jumps and branches at both ends of their reach, from every place in the flash. */
import { describe, expect, it } from 'vitest';
import { encode, Machine } from '../../vm-host/index.ts';

const addresses = Array.from({ length: 512 }, (_, address) => address);
const bits = [0, 1, 2, 3, 4, 5, 6, 7];

/** Where a distance leads in 512 words, by plain arithmetic. */
function target(address: number, distance: number): number {
  return (((address + 1 + distance) % 512) + 512) % 512;
}

/** Clocks and target of this word at each address of the flash. */
function fromEverywhere(name: string, operands: number[], sreg = 0): [clocks: number, pc: number][] {
  const machine = new Machine({ words: new Uint16Array(512).fill(encode(name, operands)) });
  return addresses.map(address => {
    machine.reset();
    machine.pc = address;
    machine.sreg = sreg;
    const { cycle } = machine;
    machine.run(cycle + 1);
    return [machine.cycle - cycle, machine.pc];
  });
}

const ends = [-64, -63, -2, -1, 0, 1, 62, 63];

describe.each(bits)('a branch on bit %i of SREG', bit => {
  it.each(ends)('by %i words goes there in two clocks when it is taken, and on in one when not', distance => {
    const [set, clear] = [2 ** bit, 255 - 2 ** bit];
    const there = addresses.map(address => [2, target(address, distance)]);
    const on = addresses.map(address => [1, target(address, 0)]);
    expect(fromEverywhere('brbs', [bit, distance], set)).toEqual(there);
    expect(fromEverywhere('brbc', [bit, distance], clear)).toEqual(there);
    expect(fromEverywhere('brbs', [bit, distance], clear)).toEqual(on);
    expect(fromEverywhere('brbc', [bit, distance], set)).toEqual(on);
  });
});

const far = [-2048, -2047, -513, -512, -257, -256, -2, -1, 0, 1, 255, 256, 511, 512, 2046, 2047];

describe('a jump', () => {
  it.each(far)('by %i words goes there modulo 512 in two clocks', distance => {
    expect(fromEverywhere('rjmp', [distance])).toEqual(
      addresses.map(address => [2, target(address, distance)]),
    );
  });

  it.each(far)('with RCALL by %i words goes there modulo 512 in three clocks', distance => {
    expect(fromEverywhere('rcall', [distance])).toEqual(
      addresses.map(address => [3, target(address, distance)]),
    );
  });

  it('by one word more than its reach does not exist', () => {
    for (const [name, operands] of [
      ['brbs', [0, 64]],
      ['brbc', [0, -65]],
      ['rjmp', [2048]],
      ['rcall', [-2049]],
    ] as const) {
      expect(() => encode(name, operands)).toThrow(RangeError);
    }
  });
});

describe('a return address', () => {
  it('is the word after the call, modulo 512, and RET and RETI go back to it from anywhere', () => {
    for (const address of addresses) {
      const words = new Uint16Array(512);
      words[address] = encode('rcall', [99]);
      words[target(address, 99)] = encode(address % 2 ? 'ret' : 'reti', []);
      const machine = new Machine({ words });
      machine.pc = address;
      machine.run(1);
      expect(machine.stack).toEqual([(address + 1) % 512]);
      machine.run(4);
      expect([machine.pc, machine.cycle]).toEqual([(address + 1) % 512, 7]);
    }
  });
});
