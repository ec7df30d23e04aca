import { describe, expect, it } from 'vitest';
import type { Machine } from '../../vm-host/index.ts';
import { goTo, machineWith, runTo } from './helpers.ts';

/** CS02:00 and the division of the prescaler that it selects (datasheet page 22). */
const divisions = [
  [1, 1],
  [2, 8],
  [3, 64],
  [4, 256],
  [5, 1024],
] as const;

const TOV0 = 0x02;

/** So many NOPs. */
function nops(count: number): string {
  return ' nop\n'.repeat(count);
}

/** A program that has written TCNT0 with `value` at clock `at` (3 or later) and reads it `later` clocks after that. */
function readBack(select: number, value: number, at: number, later: number): number {
  const source = `
        ldi r16, ${select}
        out TCCR0, r16
        ldi r16, ${value}
        ${nops(at - 3)}
        out TCNT0, r16
        ${nops(later - 1)}
        in  r17, TCNT0
end:    nop`;
  return runTo(source).registers[17];
}

describe('the counter', () => {
  it('stands still without a clock', () => {
    expect(readBack(0, 42, 3, 400)).toBe(42);
  });

  it('shows a written value to the instruction that follows, and counts from there', () => {
    expect([1, 2, 3, 4].map(later => readBack(1, 10, 3, later))).toEqual([10, 11, 12, 13]);
  });

  it.each(divisions)(
    'with CS = %i counts at every %ith clock since the start of the program',
    (select, division) => {
      const source = `ldi r16, ${select}\n out TCCR0, r16\nloop: rjmp loop`;
      const machine = machineWith(source);
      for (const clock of [division - 1, division, 2 * division - 1, 2 * division, 7 * division + 3]) {
        machine.run(clock);
        const reader = machineWith(`.dw 0\n in r0, TCNT0`);
        reader.restore({ ...machine.save(), cpu: { ...machine.save().cpu, pc: 1, cycle: clock } });
        reader.step();
        // the selection holds from clock 2 on: ticks at clocks 1 and 2 came before it
        const expected = Math.floor(clock / division) - Math.floor(2 / division);
        expect(reader.registers[0]).toBe(Math.max(0, expected) & 0xff);
      }
    },
  );

  it('written at each phase of the prescaler, counts on from the next timer clock after the write', () => {
    // a write at clock n holds from n + 1; a timer clock at n + 1 itself is lost to it
    for (let at = 3; at < 3 + 16; at++) {
      for (let later = 1; later <= 20; later++) {
        const ticks = Math.floor((at + later) / 8) - Math.floor((at + 1) / 8);
        expect(readBack(2, 100, at, later)).toBe(100 + ticks);
      }
    }
  });

  it('goes from 0xFF to 0 and sets TOV0 with that', () => {
    const flagAfter = (later: number) => {
      const machine = runTo(`
        ldi r16, 1
        out TCCR0, r16
        ldi r16, 0xF0
        out TCNT0, r16     ; clock 3: 0xF0 at 4, 0 at 20
        ${nops(later - 4)}
        in  r18, TIFR
        in  r17, TCNT0
end:    nop`);
      return [machine.registers[18], machine.registers[17]];
    };
    expect(flagAfter(19)).toEqual([0, 0]);
    expect(flagAfter(20)).toEqual([TOV0, 1]);
  });

  it('loses no time to another clock selection: the prescaler runs on', () => {
    // CK/8 from clock 2, CK/64 from clock 30: ticks at 8, 16, 24; then 64, 128
    const machine = machineWith(`
        ldi r16, 2
        out TCCR0, r16
        ldi r16, 3
        ${nops(26)}
        out TCCR0, r16     ; clock 29
loop:   in  r17, TCNT0
        rjmp loop`);
    machine.run(64);
    expect(machine.registers[17]).toBe(3);
    machine.run(70);
    expect(machine.registers[17]).toBe(4);
    machine.run(136);
    expect(machine.registers[17]).toBe(5);
  });

  it('still takes the timer clock at the edge at which its selection changes', () => {
    const stopAt = (clock: number) =>
      runTo(`
        ldi r16, 2
        out TCCR0, r16
        ${nops(clock - 2)}
        out TCCR0, r17
        in  r18, TCNT0
end:    nop`).registers[18];
    expect([6, 7, 8].map(stopAt)).toEqual([0, 1, 1]);
  });

  it('keeps its phase over writes of TCNT0', () => {
    const machine = machineWith(`
        ldi r16, 2
        out TCCR0, r16
        ldi r17, 0xFF
loop:   out TCNT0, r17
wait:   in  r18, TIFR
        sbrs r18, 1
        rjmp wait
        out TIFR, r18
        in  r19, PORTB
        com r19
        out PORTB, r19
        rjmp loop`);
    const edges: number[] = [];
    machine.pins.PB0.onDrive = (_, now) => edges.push(now);
    machine.run(400);
    // overflow comes at multiples of 8; the poll adds its own few clocks, but the distance never drifts
    expect(edges.length).toBeGreaterThan(10);
    expect((edges[edges.length - 1] - edges[2]) % 8).toBe(0);
  });
});

describe('TOV0', () => {
  const overflowAt20 = `
        ldi r16, 1
        out TCCR0, r16
        ldi r16, 0xF0
        out TCNT0, r16`;

  it('is cleared by writing a one to it, not a zero', () => {
    const machine = runTo(`${overflowAt20}
        ldi r17, 0x02
        ${nops(20)}
        out TIFR, r0
        in  r18, TIFR
        out TIFR, r17
        in  r19, TIFR
end:    nop`);
    expect([machine.registers[18], machine.registers[19]]).toEqual([TOV0, 0]);
  });

  it('set at the very edge that clears it stays set', () => {
    const clearedAt = (clock: number) =>
      runTo(`${overflowAt20}
        ldi r17, 0x02
        ${nops(clock - 5)}
        out TIFR, r17      ; takes effect at clock + 1
        in  r18, TIFR
end:    nop`).registers[18];
    // the overflow is at 20: cleared before it, at it, after it
    expect([18, 19, 20].map(clearedAt)).toEqual([0, TOV0, 0]);
    const machine = runTo(`${overflowAt20}
        ldi r17, 0x02
        ${nops(18 - 5)}
        out TIFR, r17
        nop
        in  r18, TIFR
end:    nop`);
    expect(machine.registers[18]).toBe(TOV0);
  });

  it('does not come when TCNT0 is written at the edge of the overflow', () => {
    const reloadedAt = (clock: number) =>
      runTo(`${overflowAt20}
        ldi r17, 5
        ${nops(clock - 5)}
        out TCNT0, r17
        in  r18, TIFR
end:    nop`).registers[18];
    expect([18, 19, 20].map(reloadedAt)).toEqual([0, 0, TOV0]);
  });

  it('is one flag for any number of overflows', () => {
    const machine = runTo(`${overflowAt20}
        ser r20
wait:   dec r20
        brne wait
        ldi r17, 0x02
        out TIFR, r17
        in  r18, TIFR
end:    nop`);
    expect(machine.registers[18]).toBe(0);
  });
});

describe('the pin T0', () => {
  /** Counts edges of PD4; CS = 6 takes falling, 7 rising ones. */
  function counting(select: number): Machine {
    return machineWith(`ldi r16, ${select}\n out TCCR0, r16\nloop: in r17, TCNT0\n rjmp loop`);
  }

  function drive(machine: Machine, levels: string, at = 10): void {
    [...levels].forEach((level, i) => {
      machine.queue
        .timer(() => {
          machine.pins.PD4.level = level === '1';
        })
        .at(at + i);
    });
  }

  it.each([
    [6, '0101', 1],
    [7, '0101', 2],
    [6, '110010', 2],
    [7, '110010', 2],
  ])('with CS = %i and levels %s counts %i edges', (select, levels, edges) => {
    const machine = counting(select);
    drive(machine, levels);
    machine.run(40);
    expect(machine.registers[17]).toBe(edges);
  });

  it('counts one clock after the edge', () => {
    const machine = machineWith(
      `ldi r16, 7\n out TCCR0, r16\n in r17, TCNT0\n in r18, TCNT0\n in r19, TCNT0\nend: nop`,
    );
    drive(machine, '1', 3);
    goTo(machine, 5);
    expect([...machine.registers.subarray(17, 20)]).toEqual([0, 0, 1]);
  });

  it('loses an edge that counts at the very edge at which TCNT0 is written', () => {
    const countAfterEdgeAt = (clock: number) => {
      const machine = machineWith(`
        ldi r16, 7
        out TCCR0, r16
        ldi r17, 50
        out TCNT0, r17     ; clock 3, holds from 4
        nop
        nop
        in  r18, TCNT0
end:    nop`);
      drive(machine, '1', clock);
      goTo(machine, 7);
      return machine.registers[18];
    };
    // the edge of clock n counts at n + 1
    expect([2, 3, 4].map(countAfterEdgeAt)).toEqual([50, 50, 51]);
  });

  it('does not see a pulse between two samples', () => {
    const machine = counting(7);
    drive(machine, '1', 10);
    drive(machine, '0', 10);
    machine.run(40);
    expect(machine.registers[17]).toBe(0);
  });

  it('can be driven by the program itself (page 22)', () => {
    const machine = runTo(`
        ldi r16, 7
        out TCCR0, r16
        sbi DDRD, 4
        sbi PORTD, 4
        cbi PORTD, 4
        sbi PORTD, 4
        nop
        in  r17, TCNT0
end:    nop`);
    expect(machine.registers[17]).toBe(2);
  });

  it('overflows and interrupts as the prescaler does', () => {
    const machine = machineWith(`
        rjmp main
        nop
        inc r20
        reti
main:   ldi r16, 7
        out TCCR0, r16
        ser r16
        out TCNT0, r16
        ldi r16, 2
        out TIMSK, r16
        sei
loop:   rjmp loop`);
    drive(machine, '01', 30);
    machine.run(60);
    expect(machine.registers[20]).toBe(1);
  });
});
