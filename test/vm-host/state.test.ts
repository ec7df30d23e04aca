import { createHash } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { EventQueue, type Machine } from '../../vm-host/index.ts';
import { machineWith, Random, record } from './helpers.ts';

/** A program in which everything moves: both ports, timer interrupt, INT0, EEPROM, comparator, watchdog. */
const busy = `
        rjmp main
        rjmp int0
        rjmp tick
compare: inc r22
        reti
int0:   inc r20
        reti
tick:   inc r21
        in  r23, PORTB
        com r23
        out PORTB, r23
        reti
main:   ser r16
        out DDRB, r16
        ldi r16, 2
        out TCCR0, r16
        out TIMSK, r16
        ldi r16, 0x40
        out GIMSK, r16
        ldi r16, 0x02
        out MCUCR, r16
        sbi ACSR, ACIE
        ldi r16, 15
        wdr
        out WDTCR, r16
        sei
loop:   inc r17
        out EEAR, r17
        out EEDR, r21
        sbi EECR, EEWE
        in  r24, PIND
        rcall sub
        rjmp loop
sub:    in  r25, TCNT0
        sbic PIND, 3
        inc r26
        ret`;

/** Runs on with pins that move, and writes down everything. */
function story(machine: Machine, seed: number, clocks: number): string {
  const random = new Random(seed);
  const trace = record(machine, 'PB0', 'PB7');
  const end = machine.cycle + clocks;
  while (machine.cycle < end) {
    machine.run(machine.cycle + 1 + random.below(300));
    const pin = random.pick(['PD2', 'PD3', 'PB0', 'PB1', 'PD4']);
    machine.pins[pin].level = random.below(2) === 1;
  }
  const { registers, sreg, pc, stack, cycle } = machine;
  return JSON.stringify({
    trace,
    registers: [...registers],
    sreg,
    pc,
    stack,
    cycle,
    eeprom: [...machine.eeprom],
  });
}

describe('a saved state', () => {
  it.each([0, 1, 5, 100, 1017, 9999])(
    'after %i clocks leads to the same future, in the same machine',
    clocks => {
      const machine = machineWith(busy);
      machine.run(clocks);
      const state = machine.save();
      const future = story(machine, 42, 20_000);
      machine.restore(state);
      expect(story(machine, 42, 20_000)).toBe(future);
    },
  );

  it('leads to the same future in another machine made alike', () => {
    const [machine, other] = [machineWith(busy), machineWith(busy)];
    story(machine, 7, 5_000);
    other.restore(machine.save());
    expect(story(other, 42, 20_000)).toBe(story(machine, 42, 20_000));
  });

  it('is plain data that later steps do not touch', () => {
    const machine = machineWith(busy);
    machine.run(500);
    const state = machine.save();
    const copy = structuredClone(state);
    story(machine, 3, 5_000);
    expect(state).toEqual(copy);
  });

  it('restored does not touch the state when the machine goes on', () => {
    const machine = machineWith(busy);
    machine.run(500);
    const state = machine.save();
    const copy = structuredClone(state);
    machine.restore(state);
    story(machine, 3, 5_000);
    expect(state).toEqual(copy);
  });

  it('holds in sleep and in reset', () => {
    for (const line of ['sleep', 'rjmp .']) {
      const machine = machineWith(`ldi r16, 0x30\n out MCUCR, r16\n ${line}`);
      machine.run(10);
      if (line !== 'sleep') machine.setResetLine(false);
      const state = machine.save();
      machine.setResetLine(false);
      machine.setResetLine(true);
      machine.restore(state);
      expect(machine.save()).toEqual(state);
    }
  });

  it('leaves a queue of the board to the board', () => {
    const queue = new EventQueue();
    const machine = machineWith(busy, { queue });
    machine.run(500);
    const [state, moments] = [machine.save(), queue.save()];
    expect(state.queue).toBeUndefined();
    const future = story(machine, 42, 20_000);
    machine.restore(state);
    queue.restore(moments);
    expect(story(machine, 42, 20_000)).toBe(future);
  });
});

describe('a run', () => {
  it('is a function of its inputs: it asks neither a clock nor chance', () => {
    const asked = (): never => {
      throw new Error('a run asked the computer');
    };
    const spies = [
      vi.spyOn(Date, 'now').mockImplementation(asked),
      vi.spyOn(performance, 'now').mockImplementation(asked),
      vi.spyOn(Math, 'random').mockImplementation(asked),
    ];
    try {
      const stories = [1, 2].map(() => story(machineWith(busy), 42, 20_000));
      expect(stories[0]).toBe(stories[1]);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }
  });

  it('is the same on any computer, byte for byte', () => {
    const text = story(machineWith(busy), 42, 20_000);
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      'd7f67b654bcbf18a4e2a990162989f951f5361d52069e6a218dd11fbc5ddbb45',
    );
  });

  it('is the same whether it is run, stepped or cut into pieces', () => {
    const whole = machineWith(busy);
    whole.run(30_000);
    const stepped = machineWith(busy);
    while (stepped.cycle < 30_000) stepped.step();
    const pieces = machineWith(busy);
    for (let clock = 0; clock <= 30_000; clock += 7) pieces.run(clock);
    pieces.run(30_000);
    expect(stepped.save()).toEqual(whole.save());
    expect(pieces.save()).toEqual(whole.save());
  });
});
