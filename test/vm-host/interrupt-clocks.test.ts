/** Each interrupt at each clock of each instruction that takes more than one, and of the entry itself. */
import { describe, expect, it } from 'vitest';
import { asked, nextEntry, quietly, sources } from './interrupt-sources.ts';

/** An instruction at `at`, with I set or clear, a return address on the stack and NOPs around. */
const around = (line: string, i: 'sei' | 'cli' = 'sei') => `
        rcall here
here:   nop
        ${i}
        nop
at:     ${line}
        nop
after:  nop
        nop
        nop`;

/** Every instruction of more than one clock, and one of one. */
const lines: readonly (readonly [line: string, clocks: number])[] = [
  ['nop', 1],
  ['sbi PORTB, 5', 2],
  ['cbi PORTD, 5', 2],
  ['ld r6, Z', 2],
  ['st Z, r6', 2],
  ['cpse r0, r0', 2],
  ['sbrc r2, 0', 2],
  ['sbrs r3, 0', 2],
  ['sbic PORTB, 7', 2],
  ['sbis PORTD, 6', 2],
  ['brbs 6, after', 2],
  ['brbc 5, after', 2],
  ['rjmp after', 2],
  ['rcall after', 3],
  ['ret', 4],
  ['sbi EECR, EERE', 6],
  ['sbi EECR, EEWE', 4],
  ['out EECR, r17', 5],
  ['out EECR, r18', 3],
];

describe.each(sources)('%s', source => {
  it.each(lines)('waits for the end of %s at each of its %i clocks', (line, clocks) => {
    const { start, places } = quietly(around(line), 'at');
    for (let clock = 0; clock <= clocks + 1; clock++) {
      const [end, place] = clock === 0 ? [0, 0] : clock <= clocks ? [clocks, 1] : [clocks + 1, 2];
      expect(nextEntry(asked(around(line), { [source]: start + clock })), `clock ${clock}`).toEqual({
        source,
        from: start + end,
        at: start + end + 4,
        returns: places[place],
      });
    }
  });

  it('waits for the instruction after RETI at each clock of both, whether I was set or not', () => {
    for (const i of ['sei', 'cli'] as const) {
      const { start, places } = quietly(around('reti', i), 'at');
      for (let clock = 0; clock <= 5; clock++) {
        const [end, place] = clock === 0 && i === 'sei' ? [0, 0] : [5, 2];
        const { from, returns } = nextEntry(asked(around('reti', i), { [source]: start + clock }));
        expect([from, returns], `${i}, clock ${clock}`).toEqual([start + end, places[place]]);
      }
    }
  });

  it.each(['sei', 'bset 7', 'out SREG, r3'])(
    'waits for the instruction after %s at each clock of both',
    line => {
      const { start, places } = quietly(around(line, 'cli'), 'at');
      for (let clock = 0; clock <= 2; clock++) {
        const { from, returns } = nextEntry(asked(around(line, 'cli'), { [source]: start + clock }));
        expect([from, returns], `clock ${clock}`).toEqual([start + 2, places[2]]);
      }
    },
  );

  it.each(['sei', 'bset 7', 'out SREG, r3'])('comes right after %s when I was set before', line => {
    const { start, places } = quietly(around(line), 'at');
    const { from, returns } = nextEntry(asked(around(line), { [source]: start + 1 }));
    expect([from, returns]).toEqual([start + 1, places[1]]);
  });

  it('ends idle at the clock at which it comes', () => {
    const { start } = quietly(around('sleep'), 'at', 1);
    for (let clock = 0; clock <= 8; clock++) {
      const { from, at } = nextEntry(asked(around('sleep'), { [source]: start + clock }));
      expect([from, at]).toEqual([start + clock, start + clock + 4]);
    }
  });

  it('comes at each clock of an instruction that wraps to address 0, and goes back there', () => {
    for (const [address, line, clocks] of [
      [0x1ff, 'nop', 1],
      [0x1fe, 'sbrc r2, 0', 2],
      [0x1fe, 'cpse r0, r0', 2],
      [0x1ff, 'rjmp 0', 2],
      [0x1f8, 'brbs 6, 0', 2],
      [0x1ff, 'rcall 0', 3],
    ] as const) {
      const body = `sei\n rjmp at\n .org ${address}\nat: ${line}\n`;
      const { start } = quietly(body, 'at');
      for (let clock = 1; clock <= clocks; clock++) {
        const machine = asked(body, { [source]: start + clock });
        expect(nextEntry(machine)).toMatchObject({ source, from: start + clocks, returns: 0 });
        machine.run(machine.cycle + 1);
        expect([machine.pc, machine.cycle]).toEqual([0, start + clocks + 8]);
      }
    }
  });
});

const pairs = sources.flatMap(first =>
  sources.filter(each => each !== first).map(second => [first, second] as const),
);

describe('the entry itself', () => {
  it.each(pairs)('of %s is not disturbed by %s at any of its clocks', (first, second) => {
    const { start } = quietly(around('nop'), 'at');
    for (let clock = 1; clock <= 9; clock++) {
      const machine = asked(around('nop'), { [first]: start, [second]: start + clock });
      expect(nextEntry(machine)).toMatchObject({ source: first, from: start, at: start + 4 });
      // the vector's RETI, then one instruction of the program
      expect(nextEntry(machine), `clock ${clock}`).toMatchObject({ source: second, from: start + 4 + 4 + 1 });
    }
  });

  it.each(pairs)('of %s and of %s at one clock come in the order of their vectors', (one, other) => {
    const { start } = quietly(around('nop'), 'at');
    const machine = asked(around('nop'), { [one]: start, [other]: start });
    const order = [nextEntry(machine).source, nextEntry(machine).source];
    expect(order).toEqual(sources.filter(each => each === one || each === other));
  });

  it('comes in the order of the vectors when all three ask', () => {
    const { start } = quietly(around('nop'), 'at');
    const machine = asked(around('nop'), { INT0: start + 1, Timer0: start + 1, comparator: start + 1 });
    expect(sources.map(() => nextEntry(machine))).toMatchObject(
      sources.map((source, i) => ({ source, from: start + 1 + 9 * i, at: start + 5 + 9 * i })),
    );
  });
});
