import { describe, expect, it } from 'vitest';
import { encode, type Machine } from '../../vm-host/index.ts';
import { flags, machineOfWord } from './helpers.ts';
import { binary, decided, flagsOf, immediate, type Outcome, unary } from './plain-arithmetic.ts';

/** Every combination of C and Z; the other flags all clear and all set, to see which of them stay. */
const statuses = [0x00, 0x01, 0xfe, 0xff];

/** Runs the word at address 0 once more. */
function again(machine: Machine, sreg: number): void {
  machine.pc = 0;
  machine.sreg = sreg;
  machine.step();
}

/** The first disagreement in words, or undefined. */
function compare(
  machine: Machine,
  d: number,
  sreg: number,
  { result, flags: set }: Outcome,
): string | undefined {
  const wanted = decided(sreg, set);
  if (machine.registers[d] === result && machine.sreg === wanted) return undefined;
  return `is ${machine.registers[d]} ${flags(machine.sreg)}, should be ${result} ${flags(wanted)}`;
}

function firstOf<T>(values: Iterable<T | undefined>): T | undefined {
  for (const value of values) if (value !== undefined) return value;
  return undefined;
}

function* everyPair(
  word: (b: number) => number,
  load: (m: Machine, a: number, b: number) => void,
  d: number,
  plain: typeof binary.add,
) {
  for (let b = 0; b < 256; b++) {
    const machine = machineOfWord(word(b));
    for (let a = 0; a < 256; a++) {
      for (const sreg of statuses) {
        load(machine, a, b);
        again(machine, sreg);
        const wrong = compare(machine, d, sreg, plain(a, b, flagsOf[sreg]));
        if (wrong) yield `${a}, ${b} with ${flags(sreg)}: ${wrong}`;
      }
    }
  }
}

describe('arithmetic on every pair of operands', () => {
  it.each(Object.keys(binary))('%s agrees with plain arithmetic', name => {
    const word = encode(name, [3, 29]);
    const load = (machine: Machine, a: number, b: number) => {
      machine.registers[3] = a;
      machine.registers[29] = b;
    };
    expect(firstOf(everyPair(() => word, load, 3, binary[name]))).toBeUndefined();
  });

  it.each(Object.keys(immediate))('%s agrees with plain arithmetic', name => {
    const load = (machine: Machine, a: number) => {
      machine.registers[22] = a;
    };
    expect(firstOf(everyPair(b => encode(name, [22, b]), load, 22, immediate[name]))).toBeUndefined();
  });

  it.each(Object.keys(unary))('%s agrees with plain arithmetic, with every SREG', name => {
    const machine = machineOfWord(encode(name, [31]));
    const wrong = [];
    for (let a = 0; a < 256; a++) {
      for (let sreg = 0; sreg < 256; sreg++) {
        machine.registers[31] = a;
        again(machine, sreg);
        wrong.push(compare(machine, 31, sreg, unary[name](a, flagsOf[sreg])));
      }
    }
    expect(firstOf(wrong)).toBeUndefined();
  });

  it.each(Object.keys(binary))('%s takes one register as both operands', name => {
    const machine = machineOfWord(encode(name, [7, 7]));
    const wrong = [];
    for (let a = 0; a < 256; a++) {
      for (const sreg of statuses) {
        machine.registers[7] = a;
        again(machine, sreg);
        wrong.push(compare(machine, 7, sreg, binary[name](a, a, flagsOf[sreg])));
      }
    }
    expect(firstOf(wrong)).toBeUndefined();
  });
});

describe('registers', () => {
  it('are each reached by their own number, as destination and as source', () => {
    for (let d = 0; d < 32; d++) {
      for (let r = 0; r < 32; r++) {
        const machine = machineOfWord(encode('mov', [d, r]));
        machine.registers.forEach((_, i) => {
          machine.registers[i] = 100 + i;
        });
        machine.step();
        const wanted = Array.from({ length: 32 }, (_, i) => 100 + (i === d ? r : i));
        expect([...machine.registers]).toEqual(wanted);
      }
    }
  });

  it('are read and written through the pointer R30, R30 itself included', () => {
    for (let pointer = 0; pointer < 32; pointer++) {
      const [load, store] = [machineOfWord(encode('ld', [5])), machineOfWord(encode('st', [6]))];
      for (const machine of [load, store]) {
        machine.registers.fill(77);
        machine.registers[pointer] = 99;
        machine.registers[6] = 11;
        machine.registers[30] = pointer;
        machine.step();
      }
      expect(load.registers[5]).toBe(pointer === 30 ? 30 : pointer === 6 ? 11 : 99);
      expect(store.registers[pointer]).toBe(11);
    }
  });
});

describe('bits', () => {
  it('BST copies a bit of a register to T, BLD copies T to a bit, and nothing else changes', () => {
    for (let bit = 0; bit < 8; bit++) {
      const [bst, bld] = [machineOfWord(encode('bst', [9, bit])), machineOfWord(encode('bld', [9, bit]))];
      for (let value = 0; value < 256; value++) {
        for (const sreg of [0x00, 0x40, 0xbf, 0xff]) {
          bst.registers[9] = bld.registers[9] = value;
          again(bst, sreg);
          again(bld, sreg);
          const set = Math.floor(value / 2 ** bit) % 2 === 1;
          expect([bst.registers[9], bst.sreg]).toEqual([value, decided(sreg, { t: set })]);
          const loaded = value + (flagsOf[sreg].t ? 2 ** bit : 0) - (set ? 2 ** bit : 0);
          expect([bld.registers[9], bld.sreg]).toEqual([loaded, sreg]);
        }
      }
    }
  });

  it('BSET and BCLR change their one bit of SREG', () => {
    for (let bit = 0; bit < 8; bit++) {
      const [set, clear] = [machineOfWord(encode('bset', [bit])), machineOfWord(encode('bclr', [bit]))];
      for (let sreg = 0; sreg < 256; sreg++) {
        again(set, sreg);
        again(clear, sreg);
        const was = Math.floor(sreg / 2 ** bit) % 2 === 1;
        expect(set.sreg).toBe(was ? sreg : sreg + 2 ** bit);
        expect(clear.sreg).toBe(was ? sreg - 2 ** bit : sreg);
      }
    }
  });
});
