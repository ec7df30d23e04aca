import { describe, expect, it } from 'vitest';
import { assemble, Fault, type Machine } from '../../vm-host/index.ts';
import { goTo, machineWith } from './helpers.ts';

/** Vectors that count in R20 (INT0), R21 (Timer0) and R22 (comparator); INT0 on the rising edge. */
const vectors = `
        rjmp main
        rjmp int0
        rjmp overflow
        rjmp compare
int0:   inc r20
        reti
overflow: inc r21
        reti
compare: inc r22
        reti
`;

/** Enables INT0 on the rising edge, with I still clear. */
const risingEdge = `
main:   ldi r16, 0x03
        out MCUCR, r16
        ldi r16, 0x40
        out GIMSK, r16
`;

/** Lets PD2 rise so that the edge is seen (one clock later) at `clock`. */
function edgeAt(machine: Machine, clock: number): void {
  machine.queue
    .timer(() => {
      machine.pins.PD2.level = true;
    })
    .at(clock - 1);
}

/** The clock and place at which an interrupt entry begins, and the clock of the vector's first instruction. */
function entryOf(machine: Machine): { from: number; returns: number; vector: number; at: number } {
  for (;;) {
    const [cycle, pc, depth] = [machine.cycle, machine.pc, machine.depth];
    machine.step();
    if (machine.depth > depth && machine.pc < 4)
      return { from: cycle, returns: pc, vector: machine.pc, at: machine.cycle };
  }
}

describe('the response to an interrupt', () => {
  const waiting = `${vectors}${risingEdge} sei\nloop: nop\n rjmp loop`;

  it('takes four clocks, stores the program counter and clears I', () => {
    const machine = machineWith(waiting);
    edgeAt(machine, 100);
    const { loop } = assemble(waiting).labels;
    const { from, vector, at, returns } = entryOf(machine);
    expect({ vector, clocks: at - from, i: machine.sreg & 0x80 }).toEqual({ vector: 1, clocks: 4, i: 0 });
    expect(machine.stack).toEqual([returns]);
    expect([loop, loop + 1]).toContain(returns);
  });

  it('begins at the boundary of the flag, or at the end of the instruction under way', () => {
    for (let clock = 52; clock < 60; clock++) {
      const machine = machineWith(waiting);
      edgeAt(machine, clock);
      const { from } = entryOf(machine);
      expect(from - clock).toBeGreaterThanOrEqual(0);
      expect(from - clock).toBeLessThan(2);
    }
  });

  it('takes the lower vector first', () => {
    const machine = machineWith(`${vectors}${risingEdge}
        ldi r16, 2
        out TIMSK, r16
        ldi r16, 1
        out TCCR0, r16
        ser r16
        out TCNT0, r16
        nop
        nop
        sei
        nop
loop:   rjmp loop`);
    edgeAt(machine, 12);
    expect(entryOf(machine).vector).toBe(1);
    expect(entryOf(machine).vector).toBe(2);
  });

  it('faults when the stack is full, and names the interrupt', () => {
    const machine = machineWith(`${vectors}${risingEdge} sei\n rcall a\na: rcall b\nb: rcall c\nc: rjmp c`);
    edgeAt(machine, 60);
    expect(() => machine.run(100)).toThrow(Fault);
    expect(() => machine.run(100)).toThrow(
      'it has no level left for the interrupt INT0 (pc 0x012, word 0xCFFF',
    );
  });
});

describe('SEI', () => {
  /** INT0 is pending when SEI comes; R17 counts the instructions that ran before the handler. */
  function pending(lines: string): Machine {
    const machine = machineWith(`${vectors}${risingEdge} nop\n nop\n${lines}\nend: rjmp end`);
    edgeAt(machine, 6);
    return machine;
  }

  it('lets one more instruction run', () => {
    const machine = pending('sei\n inc r17\n inc r17');
    entryOf(machine);
    expect(machine.registers[17]).toBe(1);
  });

  it('followed by CLI lets nothing in', () => {
    const machine = pending('sei\n cli\n inc r17');
    machine.run(60);
    expect([machine.registers[17], machine.registers[20]]).toEqual([1, 0]);
  });

  it('a second time does not hold the interrupt off any longer', () => {
    const machine = pending('sei\n sei\n inc r17\n inc r17');
    entryOf(machine);
    expect(machine.registers[17]).toBe(0);
  });

  it('written as a bit of SREG holds as well', () => {
    const machine = pending('ldi r18, 0x80\n out SREG, r18\n inc r17\n inc r17');
    entryOf(machine);
    expect(machine.registers[17]).toBe(1);
  });
});

describe('RETI', () => {
  it('sets I and lets one instruction of the program run before the next interrupt', () => {
    // INT0 at its low level asks all the time
    const machine = machineWith(`${vectors}
main:   ldi r16, 0x40
        out GIMSK, r16
        sei
        inc r17
        inc r17
        inc r17
loop:   rjmp loop`);
    const counts = [];
    for (let i = 0; i < 4; i++) {
      entryOf(machine);
      counts.push([machine.registers[17], machine.registers[20]]);
    }
    expect(counts).toEqual([
      [1, 0],
      [2, 1],
      [3, 2],
      [3, 3],
    ]);
  });

  it('after a handler with I set again still lets one instruction run', () => {
    const machine = machineWith(`
        rjmp main
        sei
        nop
        reti
main:   ldi r16, 0x40
        out GIMSK, r16
        sei
        inc r17
        inc r17
loop:   rjmp loop`);
    expect(entryOf(machine).returns).toBe(8);
    machine.pins.PD2.level = true;
    goTo(machine, 8);
    machine.pins.PD2.level = false;
    expect(entryOf(machine).returns).toBe(9);
  });
});

describe('Timer0', () => {
  it('interrupts four clocks after its overflow when the program runs NOPs', () => {
    const machine = machineWith(`
        rjmp main
        nop
        rjmp 0x100
main:   ldi r16, 1
        out TCCR0, r16
        ldi r16, 2
        out TIMSK, r16
        sei
        ldi r16, 0xE0
        out TCNT0, r16       ; clock 8: 0xE0 at 9, 0 at 41
        ${' nop\n'.repeat(60)}`);
    expect(entryOf(machine)).toEqual({ from: 41, returns: 42, vector: 2, at: 45 });
  });

  it('acknowledges its flag with the entry', () => {
    const machine = machineWith(`
        rjmp main
        nop
        in r18, TIFR
        reti
main:   ldi r16, 3
        out TCCR0, r16
        ser r16
        out TCNT0, r16
        ldi r16, 2
        out TIMSK, r16
        sei
loop:   in r19, TIFR
        rjmp loop`);
    goTo(machine, 3);
    expect([machine.registers[18], machine.registers[19]]).toEqual([0, 0]);
  });

  it('remembers an overflow that came while it was masked', () => {
    const machine = machineWith(`${vectors}
main:   ldi r16, 1
        out TCCR0, r16
        ser r16
        out TCNT0, r16
        sei
        ldi r16, 2
        ${' nop\n'.repeat(10)}
        out TIMSK, r16
        inc r17
loop:   rjmp loop`);
    const { vector } = entryOf(machine);
    expect([vector, machine.registers[17]]).toEqual([2, 0]);
  });

  it('comes again and again, once per overflow', () => {
    const machine = machineWith(`${vectors}
main:   ldi r16, 1
        out TCCR0, r16
        ldi r16, 2
        out TIMSK, r16
        sei
loop:   rjmp loop`);
    machine.run(256 * 20 + 20);
    expect(machine.registers[21]).toBe(20);
  });
});
