/** Waits, as people and our compiler write them: computed, not run, and with the trace of the interpreter. */
import { describe, expect, it } from 'vitest';
import { type Wait, waits } from '../../bench/speed/waits.ts';
import { assemble, Machine } from '../../vm-host/index.ts';
import { build } from '../compiler/source.ts';
import { Random } from '../vm-host/helpers.ts';
import { story } from './side-by-side.ts';
import type { Stimulus } from './stimulus.ts';

const WARM_UP = 1_000_000;
const CLOCKS = 2_000_000;

/** Whose rounds are run: their answers turn in every few, or what they hand on never rests. */
const RUN: ReadonlySet<string> = new Set(['brhc', 'two counters that part', 'random seed while waiting']);

/** Clocks that pass, at the least, for each round that is run: a wait for the timer ends every 208 or 256. */
const LEAST: Readonly<Record<Wait['kind'], number>> = { counter: 60, pin: 40, timer: 20, interrupt: 60 };

/** WDR in every loop: how often it is executed is how often a round is run. */
const withWdr = (text: string) => text.replace(/^(\w+:) */gm, '$1 wdr\n');

function idle(words: Uint16Array, engine: 'fast' | 'reference'): Machine {
  const machine = new Machine({ words, engine });
  for (const [name, pin] of Object.entries(machine.pins)) if (name.startsWith('PD')) pin.level = true;
  return machine;
}

/** Clocks for each WDR and each read of an I/O register, once everything is translated. */
function clocksPerRound(words: Uint16Array, engine: 'fast' | 'reference' = 'fast'): number {
  return clocksPerRoundOf(idle(words, engine));
}

/** What a machine keeps to itself. */
function insideOf(machine: Machine): {
  parts: { watchdog: { restart(now: number): void } };
  cpu: { io: readonly ({ read(now: number): number } | undefined)[] };
} {
  return machine as unknown as ReturnType<typeof insideOf>;
}

function clocksPerRoundOf(machine: Machine): number {
  let rounds = 0;
  const { watchdog } = insideOf(machine).parts;
  const restart = watchdog.restart.bind(watchdog);
  watchdog.restart = now => {
    rounds++;
    restart(now);
  };
  for (const register of insideOf(machine).cpu.io) {
    if (!register) continue;
    const { read } = register;
    Object.assign(register, {
      read: (now: number) => {
        rounds++;
        return read(now);
      },
    });
  }
  machine.run(WARM_UP);
  rounds = 0;
  machine.run(WARM_UP + CLOCKS);
  return CLOCKS / Math.max(rounds, 1);
}

function stimulus(words: Uint16Array, seed: number): Stimulus {
  const random = new Random(seed);
  const pins = ['PD0', 'PD1', 'PD2', 'PD3', 'PB0'].filter(() => random.below(2) === 1);
  return { words, seed, clocks: 150_000, pins, pace: random.pick([90, 900, 9000]), cut: seed % 4 === 0 };
}

describe('waits written in assembler', () => {
  it.each(waits().map(wait => [`${wait.kind}: ${wait.name}`, wait.words] as const))(
    '%s: both engines agree',
    (_, words) => {
      for (let seed = 1; seed <= 4; seed++) {
        const given = stimulus(words, seed);
        const expected = story('reference', given);
        expect(story('fast', given), `seed ${seed}`).toEqual(expected);
        expect(story('fast', given), `seed ${seed}, warm`).toEqual(expected);
      }
    },
  );

  it.each(
    waits(withWdr)
      .filter(({ name }) => !RUN.has(name))
      .map(wait => [`${wait.kind}: ${wait.name}`, wait] as const),
  )('%s: rounds are counted, not run', (_, { kind, words }) => {
    expect(clocksPerRound(words)).toBeGreaterThan(LEAST[kind]);
  });

  it('are counted as well when nobody waited while they were translated', () => {
    const keys = [1, 2, 3, 4, 5, 6].map(bit => `sbis PIND, ${bit}\ninc r${19 + bit}`).join('\n');
    const { words } = assemble(`
            ldi r16, 0xFF
            out DDRB, r16
    l:      sbis PIND, 0
            inc r19
            out PORTB, r19
            ${keys}
            rjmp l`);
    const machine = new Machine({ words, engine: 'fast' });
    machine.run(WARM_UP / 2);
    for (const [name, pin] of Object.entries(machine.pins)) if (name.startsWith('PD')) pin.level = true;
    expect(clocksPerRoundOf(machine)).toBeGreaterThan(LEAST.pin);
  });

  it('would be seen to be run', () => {
    for (const { kind, name, words } of waits(withWdr)) {
      // what waits in a delay of the frame, or sleeps, comes by no WDR and reads nothing
      if (/delay|two routines|asleep/.test(name)) continue;
      expect(clocksPerRound(words, 'reference'), name).toBeLessThan(LEAST[kind]);
    }
  });
});

/** AssemblyScript, from the body of `main` on. */
const compiled: Readonly<Record<string, string>> = {
  'a pin': 'while (true) { while (bit(PIND, 0)) {} cbi(PORTB, 0); }',
  'a pin with a timeout': `
    while (true) {
      let rest: u16 = 50000;
      while (bit(PIND, 0) && --rest != 0) {}
      if (rest == 0) sbi(PORTB, 0);
    }`,
  'a pin, debounced': `
    let history: u8 = 0;
    while (true) {
      history = <u8>((history << 1) | (bit(PIND, 2) ? 1 : 0));
      if (history == 0) sbi(PORTB, 2);
    }`,
  'a pin shown on another': 'while (true) out(PORTB, in_(PIND) & 1);',
  'a delay in three loops': `
    let on: u8 = 0;
    while (true) {
      for (let i: u8 = 0; i < 10; i++) {
        for (let j: u8 = 0; j < 100; j++) {
          for (let k: u8 = 0; k < 100; k++) nop();
        }
      }
      on ^= 1;
      out(PORTB, on);
    }`,
  'the timer': `
    while (true) {
      while ((in_(0x38) & 2) == 0) {}
      out(0x38, 2);
    }`,
  'a deadline of the timer': `
    let mark: u8 = 0;
    while (true) {
      while (<u8>(in_(0x32) - mark) < 200) {}
      mark += 200;
    }`,
  'keys and a state': `
    let state: u8 = 0;
    while (true) {
      if (state == 0) { if (!bit(PIND, 0)) state = 1; }
      else if (state == 1) { if (!bit(PIND, 1)) state = 2; else if (!bit(PIND, 2)) state = 0; }
      else { sbi(PORTB, 4); state = 0; }
    }`,
};

describe('waits that our compiler wrote', () => {
  it.each(Object.entries(compiled))('%s: computed, and the same on both engines', async (_, body) => {
    const { image } = await build(`export function main(): void { out(DDRB, 0xff); out(0x33, 1); ${body} }`);
    const words = Uint16Array.from(image.words);
    expect(clocksPerRound(words)).toBeGreaterThan(40);
    const given = stimulus(words, 5);
    const expected = story('reference', given);
    expect(story('fast', given)).toEqual(expected);
    expect(story('fast', given), 'warm').toEqual(expected);
  });
});
