/** What a stop says, and what every way to step does in every situation, on both engines. */
import { describe, expect, it } from 'vitest';
import { type Debugger, type EngineName, Fault, Machine } from '../../vm-host/index.ts';
import { debugged, labels, lineOf } from './blink.ts';

const FOREVER = Number.POSITIVE_INFINITY;
const WAIT = `
        ldi r20, 5
wait:   sbic PIND, 2
        rjmp wait
        inc r20
end:    rjmp end`;

describe.each<EngineName>(['reference', 'fast'])('a debugger on the %s engine', engine => {
  describe('reports a change', () => {
    it('once: what a step by instruction changed is no news for the run after it', () => {
      const { debug, machine } = debugged({ engine });
      debug.watchRegister(20);
      while (machine.registers[20] === 0) debug.stepInstruction();
      const { cycle } = debug.run(1000);
      expect(machine.registers[20]).toBe(2);
      expect(cycle).toBe(machine.cycle);
    });

    it('once: what a step by line changed is no news for the run after it', () => {
      const { debug, machine } = debugged({ engine });
      debug.watchRegister(20);
      while (machine.registers[20] === 0) debug.stepLine(1000);
      expect(debug.run(1000)).toMatchObject({ kind: 'watch', what: 'r20' });
      expect(machine.registers[20]).toBe(2);
    });

    it('of the program, not of the person who writes a register while it stands', () => {
      const { debug, machine } = debugged({ engine });
      debug.watchRegister(20);
      machine.registers[20] = 7;
      debug.run(1000);
      expect(machine.registers[20]).toBe(8);
    });

    it('while it stands at a breakpoint that it has already told', () => {
      const { debug } = debugged({ engine });
      debug.breakpoints.add(labels.blink);
      debug.watchPin('PB0');
      const kinds = Array.from({ length: 5 }, () => debug.run(1000).kind);
      expect(kinds).toEqual(['watch', 'breakpoint', 'watch', 'watch', 'breakpoint']);
    });
  });

  describe('stops at a breakpoint', () => {
    it('at which a limit ended the run before, for nobody was told of it', () => {
      const { debug } = debugged({ engine });
      debug.breakpoints.add(labels.blink);
      const { cycle } = debug.run(1000);
      const again = debugged({ engine });
      again.debug.breakpoints.add(labels.blink);
      expect(again.debug.run(cycle).kind).toBe('limit');
      expect(again.debug.run(1000)).toEqual({ kind: 'breakpoint', pc: labels.blink, cycle });
    });

    it('in an interrupt', () => {
      const { debug, machine } = debugged({ engine });
      debug.breakAtLine('blink.asm', lineOf('tick'));
      expect(debug.run(1000)).toMatchObject({ kind: 'breakpoint', pc: labels.tick });
      expect(machine.depth).toBeGreaterThan(0);
    });
  });

  describe('by instruction', () => {
    it('goes into a call', () => {
      const { debug } = debugged({ engine });
      debug.breakpoints.add(labels.loop);
      const { cycle } = debug.run(1000);
      expect(debug.stepInstruction()).toEqual({ kind: 'step', pc: labels.blink, cycle: cycle + 3 });
    });

    it('takes the entry of an interrupt as a step of its own', () => {
      const { debug, machine } = debugged({ engine });
      debug.run(255);
      let before = machine.cycle;
      while (machine.pc !== 2) {
        before = machine.cycle;
        debug.stepInstruction();
      }
      expect(machine.cycle - before).toBe(4);
    });

    it('goes once round a loop that waits for a pin', () => {
      const { debug, machine, labels } = debugged({ source: WAIT, engine });
      machine.pins.PD2.level = true;
      const seen = Array.from({ length: 5 }, () => debug.stepInstruction().pc - labels.wait);
      expect(seen).toEqual([0, 1, 0, 1, 0]);
    });

    it('stands still where the chip sleeps and nothing is due', () => {
      const { debug } = debugged({ source: 'ldi r16, 0x20\n out MCUCR, r16\n sleep\n nop', engine });
      const [, , asleep, still] = Array.from({ length: 4 }, () => debug.stepInstruction());
      expect(still).toEqual(asleep);
    });
  });

  describe('by line', () => {
    it('goes into a call and, at its end, back', () => {
      const { debug } = debugged({ engine });
      debug.breakpoints.add(labels.loop);
      debug.run(1000);
      debug.breakpoints.clear();
      const seen = Array.from({ length: 4 }, () => debug.stepLine(1000).pc);
      expect(seen).toEqual([labels.blink, labels.blink + 1, labels.blink + 2, labels.loop + 1]);
    });

    it('goes over all words of a line', () => {
      const { debug, labels } = debugged({ source: WAIT.replaceAll('\n        rjmp wait', ''), engine });
      expect([debug.stepLine(9).pc, debug.stepLine(9).pc]).toEqual([labels.wait, labels.wait + 2]);
    });

    it('stops in the interrupt that comes in between', () => {
      const { debug, machine } = debugged({ engine });
      debug.run(255);
      while (machine.pc !== 2) debug.stepLine(1000);
      expect(debug.stepLine(1000).pc).toBe(labels.tick);
    });

    it('stops at a breakpoint on the way round a line', () => {
      const { debug } = debugged({ source: 'again: rjmp again', engine });
      debug.breakpoints.add(0);
      expect(debug.stepLine(1000)).toEqual({ kind: 'breakpoint', pc: 0, cycle: 2 });
    });

    it('ends at its limit where the line never ends', () => {
      const { debug } = debugged({ source: 'again: rjmp again', engine });
      expect(debug.stepLine(1000)).toEqual({ kind: 'limit', pc: 0, cycle: 1000 });
    });

    it('does nothing when its limit has come already', () => {
      const { debug } = debugged({ engine });
      expect(debug.stepLine(0)).toEqual({ kind: 'limit', pc: 0, cycle: 0 });
    });

    it('has done its step when it comes to the other line just at the limit', () => {
      const { debug } = debugged({ engine });
      expect(debug.stepLine(2)).toEqual({ kind: 'step', pc: labels.main, cycle: 2 });
    });

    it('can be interrupted', () => {
      const { debug, machine } = debugged({ source: 'again: rjmp again', engine });
      machine.queue.timer(() => debug.interrupt()).at(500);
      expect(debug.stepLine(FOREVER)).toEqual({ kind: 'request', pc: 0, cycle: 500 });
    });
  });

  describe('to the next edge', () => {
    it('does not stop at registers that are watched', () => {
      const { debug, machine } = debugged({ engine });
      debug.watchRegister(16);
      debug.watchRegister(20);
      const seen = Array.from({ length: 4 }, () => [
        debug.stepEdge(['PB0'], 1000).what,
        machine.pins.PB0.drive,
      ]);
      expect(seen).toEqual(['low', 'high', 'low', 'high'].map(drive => ['PB0', drive]));
    });

    it('keeps breakpoints and watches, and does not stop at them', () => {
      const { debug } = debugged({ engine });
      debug.breakpoints.add(labels.blink);
      debug.watchRegister(20);
      debug.stepEdge(['PB0'], 1000);
      debug.stepEdge(['PB0'], 1000);
      const kinds = [debug.run(1000), debug.run(1000)].map(({ kind }) => kind);
      expect(kinds).toEqual(['watch', 'breakpoint']);
    });

    it('stops at an edge from outside, at the first instruction after it', () => {
      const { debug, machine } = debugged({ source: WAIT, engine });
      machine.pins.PD2.level = true;
      machine.queue.timer(() => (machine.pins.PD2.level = false)).at(500);
      expect(debug.stepEdge(['PD2', 'PB0'], 1000)).toMatchObject({ kind: 'watch', what: 'PD2' });
      expect(machine.cycle).toBeGreaterThanOrEqual(501);
      expect(machine.cycle).toBeLessThanOrEqual(504);
    });

    it('ends at its limit when there is none', () => {
      const { debug } = debugged({ source: WAIT, engine });
      expect(debug.stepEdge(['PB0'], 300).kind).toBe('limit');
    });

    it('can be interrupted', () => {
      const { debug, machine } = debugged({ source: 'again: rjmp again', engine });
      machine.queue.timer(() => debug.interrupt()).at(500);
      expect(debug.stepEdge(['PB0'], FOREVER)).toMatchObject({ kind: 'request', cycle: 500 });
    });
  });

  describe('where nothing more will happen', () => {
    const ASLEEP = 'ldi r16, 0x30\n out MCUCR, r16\n sleep\n nop';

    it('lets a watched sleep last to the limit, as a machine does', () => {
      const { debug } = debugged({ source: ASLEEP, engine });
      debug.watchRegister(20);
      expect(debug.run(1000)).toMatchObject({ kind: 'limit', cycle: 1000 });
    });

    it.each([[false], [true]])('comes back without a limit, as a machine does (watched: %s)', watched => {
      const { debug } = debugged({ source: ASLEEP, engine });
      if (watched) debug.watchRegister(20);
      expect(debug.run(FOREVER)).toMatchObject({ kind: 'limit', cycle: 3 });
    });
  });

  it('by line does not take the breakpoint at which it sleeps for a step', () => {
    const { debug } = debugged({ source: 'ldi r16, 0x30\n out MCUCR, r16\n sleep\n nop', engine });
    debug.run(3);
    debug.breakpoints.add(3);
    expect(debug.stepLine(FOREVER)).toMatchObject({ kind: 'limit', cycle: 3 });
  });

  describe('at a fault', () => {
    const FAULTY = 'ldi r20, 1\nagain: rcall again';

    const ways: [string, (debug: Debugger) => unknown][] = [
      ['running free', debug => debug.run(1000)],
      ['by line', debug => debug.stepLine(1000)],
      ['to an edge', debug => debug.stepEdge(['PB0'], 1000)],
    ];

    it.each(ways)('passes it on, %s', (_, go) => {
      const { debug } = debugged({ source: FAULTY, engine });
      debug.stepInstruction();
      expect(() => go(debug)).toThrow(Fault);
    });

    it('still has its watches and breakpoints', () => {
      const { debug } = debugged({ source: FAULTY, engine });
      debug.breakpoints.add(1);
      debug.watchRegister(20);
      expect(() => debug.stepEdge(['PB0'], 1000)).toThrow(Fault);
      debug.machine.reset();
      debug.machine.registers[20] = 0;
      expect([debug.run(1000).kind, debug.run(1000).kind]).toEqual(['watch', 'breakpoint']);
    });
  });

  it('stopped at every instruction by watches, leaves the machine where it would be', () => {
    const { debug, machine } = debugged({ engine });
    debug.watch('the clock', () => machine.cycle);
    while (debug.run(5000).kind !== 'limit');
    const free = new Machine({ words: debugged().words });
    free.run(5000);
    expect(machine.save()).toEqual(free.save());
  });
});
