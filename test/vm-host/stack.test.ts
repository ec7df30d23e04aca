/** A fourth return address where a program asks for the silicon's way: the first one is lost (datasheet page 8). */
import { describe, expect, it } from 'vitest';
import { assemble, type EngineName, Machine } from '../../vm-host/index.ts';

const engines: readonly EngineName[] = ['reference', 'fast'];

/** Four calls deep, again and again; the first of them never returns. */
const fourCalls = `
main:   rcall one
        rjmp lost
one:    rcall two
        inc r16
        rjmp main
two:    rcall three
        inc r17
        ret
three:  rcall four
        inc r18
        ret
four:   inc r19
        ret
lost:   inc r20
        rjmp lost`;

function machineFor(source: string, engine: EngineName): Machine {
  return new Machine({ words: assemble(source).words, engine, onStackOverflow: 'overwrite' });
}

describe.each(engines)('on %s a stack that overwrites', engine => {
  it('gives back the three latest addresses, and the one before them never', () => {
    const machine = machineFor(fourCalls, engine);
    // a round: four calls of 3 clocks, three RET of 4, four INC, RJMP
    machine.run(200 * 30);
    expect([...machine.registers.subarray(16, 21)]).toEqual([200, 200, 200, 200, 0]);
    expect([machine.depth, machine.maxDepth]).toEqual([0, 3]);
  });

  it('takes an interrupt at its full depth and loses the first call', () => {
    const machine = machineFor(
      `
        rjmp main
        rjmp int0
main:   ldi r16, 0x40
        out GIMSK, r16
        rcall one
lost:   rjmp lost
one:    rcall two
back:   rjmp back
two:    rcall three
        ret
three:  sei
        nop
        ret
int0:   reti`,
      engine,
    );
    machine.pins.PD2.level = false;
    machine.run(40);
    // INT0 low asks again after each RETI, one instruction later
    machine.pins.PD2.level = true;
    machine.run(80);
    expect([machine.pc, machine.stack]).toEqual([7, []]);
  });

  it('still faults where there is nothing to give back', () => {
    const machine = machineFor('rcall a\na: rcall b\nb: rcall c\nc: rcall d\nd: ret', engine);
    expect(() => machine.run(100)).toThrow(/the stack is empty/);
  });
});

it.each(engines)('on %s a fourth address is a fault by default', engine => {
  const machine = new Machine({ words: assemble(fourCalls).words, engine });
  expect(() => machine.run(100)).toThrow('the stack holds 3 return addresses');
});
