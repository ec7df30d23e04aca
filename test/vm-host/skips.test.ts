/** Skips and single bits: every operand, every word that is skipped, every place in the flash. */
import { describe, expect, it } from 'vitest';
import { existingBits } from '../../vm-host/chip.ts';
import { AT90S1200, decode, encode, instructions, Machine } from '../../vm-host/index.ts';

const PINB = AT90S1200.io.PINB;
const bits = [0, 1, 2, 3, 4, 5, 6, 7];
const bytes = Array.from({ length: 256 }, (_, value) => value);
const everyWord = Array.from({ length: 0x10000 }, (_, word) => word);

/** With R2 = 0, R3 = 0xFF, PB1 low and PB6 high: one word of each kind that goes on, and one that skips. */
const skips: readonly (readonly [name: string, goesOn: number, leaps: number])[] = [
  ['cpse', encode('cpse', [2, 3]), encode('cpse', [3, 3])],
  ['sbrc', encode('sbrc', [3, 7]), encode('sbrc', [2, 7])],
  ['sbrs', encode('sbrs', [2, 7]), encode('sbrs', [3, 7])],
  ['sbic', encode('sbic', [PINB, 6]), encode('sbic', [PINB, 1])],
  ['sbis', encode('sbis', [PINB, 1]), encode('sbis', [PINB, 6])],
];

/** A machine as that table wants it, all other registers with one value. */
function prepared(words: ArrayLike<number>, others = 0): Machine {
  const machine = new Machine({ words });
  machine.registers.fill(others);
  machine.registers[2] = 0;
  machine.registers[3] = 0xff;
  machine.pins.PB6.level = true;
  return machine;
}

/** Runs the word at `address` alone: its clocks, and how far it moved the program counter. */
function moved(machine: Machine, address = 0): string {
  machine.pc = address;
  const { cycle } = machine;
  machine.run(cycle + 1);
  return `${machine.cycle - cycle} clocks, ${(machine.pc - address) & 0x1ff} words`;
}

const on = '1 clocks, 1 words';
const leap = '2 clocks, 2 words';

/** Before which of these words a skip does something else than `wanted`. */
function wrongBefore(skip: number, words: readonly number[], wanted: string): string[] {
  const wrong: string[] = [];
  for (let first = 0; first < words.length; first += 256) {
    const some = words.slice(first, first + 256);
    const machine = prepared(some.flatMap(word => [skip, word]));
    some.forEach((word, i) => {
      const outcome = moved(machine, 2 * i);
      if (outcome !== wanted) wrong.push(`0x${word.toString(16)}: ${outcome}`);
    });
  }
  return wrong;
}

describe('a skip', () => {
  it.each(skips)('by %s costs two clocks over every row of the table of instructions', (_, __, leaps) => {
    const words = instructions.flatMap(({ mask, value }) => [value, value | (~mask & 0xffff)]);
    expect(new Set(words.map(word => decode(word)?.row.name)).size).toBe(48);
    expect(wrongBefore(leaps, words, leap)).toEqual([]);
  });

  it.each(skips)(
    'by %s costs two clocks over each of the 65536 words, foreign and illegal ones too',
    (...row) => {
      expect(wrongBefore(row[2], everyWord, leap)).toEqual([]);
    },
  );

  it.each(skips)('by %s that is not taken costs one clock before each of the 65536 words', (_, goesOn) => {
    expect(wrongBefore(goesOn, everyWord, on)).toEqual([]);
  });

  it.each(skips)('by %s wraps modulo 512, from every address', (_, goesOn, leaps) => {
    for (const others of [0, 1, 255]) {
      const [stays, goes] = [goesOn, leaps].map(word => prepared(new Uint16Array(512).fill(word), others));
      for (let address = 0; address < 512; address++) {
        expect([moved(stays, address), stays.pc]).toEqual([on, (address + 1) % 512]);
        expect([moved(goes, address), goes.pc]).toEqual([leap, (address + 2) % 512]);
      }
    }
  });
});

describe('a condition', () => {
  it('of CPSE is that both are equal, for every pair', () => {
    const machine = new Machine({ words: [encode('cpse', [4, 29])] });
    const wrong = [];
    for (const a of bytes) {
      for (const b of bytes) {
        machine.registers[4] = a;
        machine.registers[29] = b;
        if (moved(machine) !== (a === b ? leap : on)) wrong.push([a, b]);
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each(bits)('of SBRC and SBRS is bit %i, for every byte in every register', bit => {
    for (let register = 0; register < 32; register++) {
      const [clear, set] = ['sbrc', 'sbrs'].map(
        name => new Machine({ words: [encode(name, [register, bit])] }),
      );
      const wrong = bytes.filter(value => {
        clear.registers[register] = set.registers[register] = value;
        const isSet = Math.floor(value / 2 ** bit) % 2 === 1;
        return moved(clear) !== (isSet ? on : leap) || moved(set) !== (isSet ? leap : on);
      });
      expect(wrong).toEqual([]);
    }
  });

  it.each(bits)('of SBIC and SBIS is bit %i, for every byte at the pins', bit => {
    const machine = new Machine({ words: [encode('sbic', [PINB, bit]), encode('sbis', [PINB, bit])] });
    const wrong = bytes.filter(value => {
      for (const each of bits) machine.pins[`PB${each}`].level = Math.floor(value / 2 ** each) % 2 === 1;
      const isSet = Math.floor(value / 2 ** bit) % 2 === 1;
      return moved(machine, 0) !== (isSet ? on : leap) || moved(machine, 1) !== (isSet ? leap : on);
    });
    expect(wrong).toEqual([]);
  });
});

/** Registers below 0x20 that hold what is written to them. */
const latches = AT90S1200.ioRows.filter(({ name }) => /^(EEAR|EEDR|PORT.|DDR.)$/.test(name));

describe.each(latches)('SBI and CBI on $name', row => {
  it.each(bits)('change bit %i and no other, whatever the register holds', bit => {
    const { address } = row;
    const words = [
      ['out', address, 5],
      ['sbi', address, bit],
      ['out', address, 5],
      ['cbi', address, bit],
    ];
    const machine = new Machine({
      words: words.map(([name, ...rest]) => encode(String(name), rest.map(Number))),
    });
    const exists = existingBits(row);
    const wrong = bytes.filter(value => {
      machine.registers[5] = value;
      moved(machine, 0);
      const [sbi, set] = [moved(machine, 1), machine.readIo(address)];
      moved(machine, 2);
      const [cbi, cleared] = [moved(machine, 3), machine.readIo(address)];
      const others = value - (Math.floor(value / 2 ** bit) % 2) * 2 ** bit;
      return (
        set !== ((others + 2 ** bit) & exists) ||
        cleared !== (others & exists) ||
        `${sbi}, ${cbi}` !== '2 clocks, 1 words, 2 clocks, 1 words'
      );
    });
    expect(wrong).toEqual([]);
  });
});
