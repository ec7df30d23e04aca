/** Breakpoints, watches, steps, profile and coverage, on a small program with a map of its own. */
import { describe, expect, it } from 'vitest';
import {
  assemble,
  type EngineName,
  lcov,
  Machine,
  Profile,
  SourceMap,
  type StackOverflow,
  Stepper,
} from '../../vm-host/index.ts';
import { debugged, labels, lineOf, lines, map, words } from './blink.ts';

describe('a debugger', () => {
  it('stops before the line of a breakpoint, and goes on from there to the next time round', () => {
    const { machine, debug } = debugged();
    expect(debug.breakAtLine('blink.asm', lineOf('blink'))).toBe(1);
    const cycles = [debug.run(1000), debug.run(1000)].map(({ kind, pc, cycle }) => {
      expect([kind, pc]).toEqual(['breakpoint', labels.blink]);
      return cycle;
    });
    expect(cycles[1] - cycles[0]).toBe(3 + 1 + 2 + 2 + 2 + 4);
    expect(machine.cycle).toBe(cycles[1]);
  });

  it('says when a line has no code', () => {
    expect(debugged().debug.breakAtLine('blink.asm', 1)).toBe(0);
  });

  it('stops after the instruction that changes a register', () => {
    const { machine, debug } = debugged();
    debug.watchRegister(20);
    expect(debug.run(1000)).toMatchObject({ kind: 'watch', what: 'r20' });
    expect(machine.registers[20]).toBe(1);
    expect(machine.pc).toBe(labels.loop + 2);
  });

  it('stops when a pin changes, after the clock of its edge', () => {
    const { debug, machine } = debugged();
    debug.watchPin('PB0');
    expect(debug.run(1000)).toMatchObject({ kind: 'watch', what: 'PB0' });
    expect(machine.pins.PB0.drive).toBe('low');
    debug.run(1000);
    expect(machine.pins.PB0.drive).toBe('high');
  });

  it('stops when a wire changes', () => {
    const { debug, machine } = debugged();
    const net = { name: 'LED', level: 0 };
    machine.pins.PB0.onDrive = drive => {
      net.level = drive === 'high' ? 1 : 0;
    };
    debug.watchNet(net);
    expect(debug.run(1000)).toMatchObject({ kind: 'watch', what: 'LED' });
  });

  it('steps by instruction, by line and to the next edge', () => {
    const { debug, machine } = debugged();
    expect(debug.stepInstruction()).toMatchObject({ kind: 'step', pc: labels.main, cycle: 2 });
    expect(debug.stepLine(1000)).toMatchObject({ kind: 'step', pc: labels.main + 1 });
    expect(debug.stepEdge(['PB0'], 1000)).toMatchObject({ kind: 'watch', what: 'PB0' });
    expect(machine.cycle).toBeLessThan(10);
  });

  it('without anything to look for runs at full speed to its limit', () => {
    const { debug, machine } = debugged();
    expect(debug.run(100_000)).toMatchObject({ kind: 'limit' });
    expect(machine.cycle).toBeGreaterThanOrEqual(100_000);
  });

  it('changes nothing: stopped a hundred times, the machine is where it would be', () => {
    const { debug, machine } = debugged();
    debug.breakAtLine('blink.asm', lineOf('loop'));
    while (debug.run(5000).kind !== 'limit');
    const free = new Machine({ words });
    free.run(5000);
    expect(machine.save().cpu).toEqual(free.save().cpu);
  });
});

/** Runs under observation. */
function profiled(clocks: number): { profile: Profile; machine: Machine } {
  const machine = new Machine({ words });
  const profile = new Profile(words.length);
  new Stepper(machine, [profile], words).run(clocks);
  return { profile, machine };
}

/** The same for any program. */
function watched(source: string, clocks: number, engine: EngineName, onStackOverflow?: StackOverflow) {
  const { words, labels } = assemble(source);
  const machine = new Machine({ words, engine, onStackOverflow });
  const profile = new Profile(words.length);
  new Stepper(machine, [profile], words).run(clocks);
  return { profile, machine, labels };
}

describe('a profile', () => {
  it('accounts for every clock, interrupts included', () => {
    const { profile, machine } = profiled(10_000);
    expect(profile.total + profile.sleepClocks).toBe(machine.cycle);
    expect(profile.interruptClocks).toBe(4 * profile.runs[labels.tick]);
    expect(profile.runs[labels.tick]).toBe(Math.floor(machine.cycle / 256));
  });

  it.each<EngineName>(['reference', 'fast'])(
    'tells an interrupt before a call from the call, on the %s engine',
    engine => {
      const source = `rjmp main\n rjmp main\n rjmp tick
      main: ldi r16, 1\n out TCCR0, r16\n ldi r16, 2\n out TIMSK, r16\n sei
      loop: rcall f\n sbi PORTB, 0\n rjmp loop\n f: ret\n tick: reti`;
      const { profile, labels } = watched(source, 50_000, engine);
      expect(profile.interruptClocks).toBe(4 * profile.runs[labels.tick]);
      expect(profile.clocks[labels.loop]).toBe(3 * profile.runs[labels.loop]);
    },
  );

  it.each<EngineName>(['reference', 'fast'])(
    'tells an interrupt that overwrites the oldest return address, on the %s engine',
    engine => {
      const source = `rjmp main\n rjmp main\n rjmp tick
      main: ldi r16, 1\n out TCCR0, r16\n ldi r16, 2\n out TIMSK, r16\n sei\n rcall one
      one: rcall two\n two: rcall three\n three: rjmp three\n tick: reti`;
      const { profile, labels } = watched(source, 1000, engine, 'overwrite');
      expect(profile.runs[labels.tick]).toBeGreaterThan(1);
      expect(profile.interruptClocks).toBe(4 * profile.runs[labels.tick]);
      expect(profile.clocks[labels.three]).toBe(2 * profile.runs[labels.three]);
    },
  );

  it.each<EngineName>(['reference', 'fast'])(
    'counts the start after each reset, not the wait for it, on the %s engine',
    engine => {
      const { profile, machine } = watched(
        'ldi r16, 8\n out WDTCR, r16\n wait: rjmp wait',
        1_000_000,
        engine,
      );
      expect(profile.runs[0]).toBeGreaterThan(3);
      expect(profile.runs[1]).toBe(profile.runs[0]);
      expect(profile.clocks[0]).toBe(profile.runs[0]);
      expect(profile.clocks[2]).toBe(2 * profile.runs[2]);
      expect(profile.sleepClocks).toBeGreaterThan(0);
      expect(profile.total + profile.sleepClocks).toBe(machine.cycle);
    },
  );

  it('gives clocks by function and by line, the most expensive first', () => {
    const { profile } = profiled(10_000);
    expect(profile.byFunction(map).map(({ name }) => name)).toEqual(['blink', 'main', 'tick']);
    const [first] = profile.byLine(map);
    expect(first.name).toBe(`blink.asm:${lines[labels.blink + 2]}`);
    expect(first.clocks).toBe(4 * first.instructions);
  });
});

describe('coverage', () => {
  it('is written as lcov reads it, with lines that never ran', () => {
    const { profile } = profiled(200);
    const text = lcov(map, profile);
    expect(text).toMatch(/^TN:isp\nSF:blink\.asm\nFN:\d+,main\n/);
    expect(text).toContain('FNDA:0,tick');
    expect(text).toContain('FNF:3\nFNH:2\n');
    expect(text).toContain(`DA:${lineOf('main')},1\n`);
    expect(text).toContain(`DA:${lineOf('tick')},0\n`);
    expect(text.endsWith('end_of_record\n')).toBe(true);
  });

  it('counts a function where it is entered, which need not be at its first word', () => {
    const entered = { files: ['a.ts'], functions: [{ name: 'a/f', address: 1 }] };
    const profile = new Profile(2);
    profile.runs[1] = 5;
    const lined: [number, number, number][] = [1, 2].map(line => [0, line, 0]);
    expect(lcov(new SourceMap({ ...entered, lines: lined }), profile)).toContain('FN:1,a/f\nFNDA:5,a/f\n');
  });
});
