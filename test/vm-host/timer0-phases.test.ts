/** Timer0 at each phase of its prescaler, by every clock selection, against plain arithmetic. */
import { describe, expect, it } from 'vitest';
import type { Cycle } from '../../vm-host/index.ts';
import { beforeNops, idleTo } from './helpers.ts';

/** One word each, at its place; everything else is NOP. */
const program = `
        out TCCR0, r16
        out TCNT0, r17
        out TIFR,  r18
        out TIMSK, r19
        in  r20, TCNT0
        in  r21, TIFR`;
const [SELECT, LOAD, CLEAR, ENABLE, COUNT, FLAG] = [0, 1, 2, 3, 4, 5];
const NOPS = 16;

/** CS02:00, and how many timer clocks it has given up to and including the edge at `clock`. */
const ticks: readonly ((clock: Cycle) => number)[] = [
  () => 0,
  clock => clock,
  clock => Math.floor(clock / 8),
  clock => Math.floor(clock / 64),
  clock => Math.floor(clock / 256),
  clock => Math.floor(clock / 1024),
  // the pin falls at 5, 15, 25, … and rises at 10, 20, 30, …; the timer counts it one clock later
  clock => Math.floor((clock + 4) / 10),
  clock => Math.floor((clock + 9) / 10),
];
const periods = [0, 1, 8, 64, 256, 1024, 10, 10];
const selections = [0, 1, 2, 3, 4, 5, 6, 7];
const counting = [1, 2, 3, 4, 5, 6, 7];

/** A processor that runs NOPs, and any of the words above when it is told; the pin T0 goes up and down. */
class Bench {
  readonly machine = beforeNops(program);

  constructor() {
    const { queue, pins } = this.machine;
    const timer = queue.timer(now => {
      pins.PD4.level = now % 10 === 0;
      timer.at(now + 5);
    });
    timer.at(5);
  }

  /** Runs the word at `place` at `clock`, R16 to R19 holding `value`. */
  do(clock: Cycle, place: number, value = 0): void {
    idleTo(this.machine, clock, NOPS, place);
    this.machine.registers.fill(value, 16, 20);
    this.machine.run(clock + 1);
  }

  count(clock: Cycle): number {
    this.do(clock, COUNT);
    return this.machine.registers[20];
  }

  flag(clock: Cycle): number {
    this.do(clock, FLAG);
    return this.machine.registers[21];
  }

  /** The next clock after a pause that has this phase. */
  next(phase: number, period: number): Cycle {
    const clock = this.machine.cycle + 20;
    return clock + ((((phase - clock) % period) + period) % period);
  }
}

describe('TCNT0', () => {
  it.each(counting)(
    'written by CS = %i at each phase goes on from the timer clock after the write',
    select => {
      const bench = new Bench();
      const period = periods[select];
      bench.do(30, SELECT, select);
      for (let phase = 0; phase < period; phase++) {
        const at = bench.next(phase, period);
        bench.do(at, LOAD, 100);
        for (const later of [1, 2, period - 1, period, period + 1, 2 * period + 3]) {
          const clock = Math.max(at + later, bench.machine.cycle);
          const counted = ticks[select](clock) - ticks[select](at + 1);
          expect(bench.count(clock), `written at ${at}, read at ${clock}`).toBe((100 + counted) % 256);
        }
      }
    },
  );
});

const edges = [0, 8, 64, 128, 256, 512, 768, 1000];
const phases = edges.flatMap(edge => [-3, -2, -1, 0, 1, 2, 3, 4].map(near => (edge + near + 1024) % 1024));

describe('another clock selection', () => {
  it.each(selections.flatMap(from => selections.map(to => [from, to] as const)))(
    'from CS = %i to %i at any phase leaves the prescaler alone',
    (from, to) => {
      const bench = new Bench();
      bench.do(20, SELECT, from);
      for (const phase of phases) {
        const at = bench.next(phase, 1024);
        const loaded = at - 15;
        bench.do(loaded, LOAD, 0);
        bench.do(at, SELECT, to);
        // the edge at + 1 still counts by the old one
        const before = ticks[from](at + 1) - ticks[from](loaded + 1);
        for (const later of [1, 2, 9, 66, 300, 1100]) {
          const counted = before + ticks[to](at + later) - ticks[to](at + 1);
          expect(bench.count(at + later), `changed at ${at}, read ${later} later`).toBe(counted % 256);
        }
        bench.do(bench.machine.cycle, SELECT, from);
      }
    },
  );
});

describe('a last timer clock by the old selection', () => {
  const changes = counting.flatMap(from => counting.map(to => [from, to] as const));

  it.each(changes)('CS = %i before %i still brings the interrupt nearer', (from, to) => {
    const bench = new Bench();
    bench.do(30, SELECT, from);
    bench.do(31, ENABLE, 2);
    let change = 40;
    while (ticks[from](change) === ticks[from](change - 1)) change++;
    bench.do(change - 3, LOAD, from === 1 ? 0xfd : 0xfe);
    bench.do(change - 2, CLEAR, 2);
    bench.do(change - 1, SELECT, to);
    bench.machine.sreg = 0x80;
    let edge = change + 1;
    while (ticks[to](edge) === ticks[to](change)) edge++;
    idleTo(bench.machine, edge, NOPS);
    expect([bench.machine.cycle, bench.machine.depth]).toEqual([edge, 0]);
    bench.machine.run(edge + 1);
    expect([bench.machine.cycle, bench.machine.depth]).toEqual([edge + 4, 1]);
  });
});

/** Lets the counter come to 0xFF, and gives the edge at which it overflows; TOV0 is clear before, I as well. */
function overflowOf(bench: Bench, select: number, toie0: boolean): Cycle {
  const cycle = bench.machine.cycle + 20;
  bench.do(cycle + 1, SELECT, select);
  bench.do(cycle + 2, ENABLE, toie0 ? 2 : 0);
  bench.do(cycle + 3, LOAD, 0xf0);
  bench.do(cycle + 4, CLEAR, 2);
  let edge = cycle + 4;
  while (ticks[select](edge) < ticks[select](cycle + 4) + 16) edge++;
  return edge;
}

const masks = counting.flatMap(select => [false, true].map(toie0 => [select, toie0] as const));
/** By how many clocks something comes after the overflow. */
const distances = [-4, -3, -2, -1, 0, 1, 2, 3];

describe('TOV0', () => {
  it.each(masks)('by CS = %i and TOIE0 %s, set at the edge that clears it, stays set', (select, toie0) => {
    for (const distance of distances) {
      const bench = new Bench();
      const edge = overflowOf(bench, select, toie0);
      const at = edge - 1 + distance;
      bench.do(at, CLEAR, 2);
      const flags = [bench.flag(at + 1), bench.flag(at + 8)];
      expect(flags, `cleared ${distance} after`).toEqual([distance === 0 ? 2 : 0, distance <= 0 ? 2 : 0]);
    }
  });

  it.each(masks)(
    'by CS = %i and TOIE0 %s is not lost when an earlier one is cleared with it',
    (select, toie0) => {
      for (const distance of [0, 1]) {
        const bench = new Bench();
        const first = overflowOf(bench, select, toie0);
        bench.do(first + 3, LOAD, 0xf0);
        let second = first + 4;
        while (ticks[select](second) < ticks[select](first + 4) + 16) second++;
        bench.do(second - 1 + distance, CLEAR, 2);
        expect(bench.flag(second + 5)).toBe(distance === 0 ? 2 : 0);
      }
    },
  );

  it.each(masks)(
    'by CS = %i and TOIE0 %s does not come when TCNT0 is written at its edge',
    (select, toie0) => {
      for (const distance of distances) {
        const bench = new Bench();
        const edge = overflowOf(bench, select, toie0);
        bench.do(edge - 1 + distance, LOAD, 7);
        expect(bench.flag(edge + 6), `written ${distance} after`).toBe(distance <= 0 ? 0 : 2);
      }
    },
  );

  it.each(counting)('by CS = %i interrupts at its edge, also when it is cleared there', select => {
    for (const distance of distances.filter(each => each <= 0)) {
      const bench = new Bench();
      const edge = overflowOf(bench, select, true);
      bench.machine.sreg = 0x80;
      bench.do(edge - 1 + distance, CLEAR, 2);
      idleTo(bench.machine, edge, NOPS);
      expect([bench.machine.cycle, bench.machine.depth]).toEqual([edge, 0]);
      bench.machine.run(edge + 1);
      expect([bench.machine.cycle, bench.machine.pc, bench.machine.depth]).toEqual([edge + 4, 2, 1]);
      expect(bench.machine.readIo(bench.machine.chip.io.TIFR)).toBe(0);
    }
  });
});
