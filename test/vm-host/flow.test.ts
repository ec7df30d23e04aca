import { describe, expect, it } from 'vitest';
import { encode, Fault, Machine } from '../../vm-host/index.ts';
import { machineWith, runTo } from './helpers.ts';

/** A machine with one word at an address, about to run it. */
function at(address: number, word: number): Machine {
  const words = new Uint16Array(512);
  words[address] = word;
  const machine = new Machine({ words });
  machine.pc = address;
  return machine;
}

/** What stops a program. */
function faultOf(source: string): Fault {
  const machine = machineWith(source);
  try {
    machine.run(1000);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error('the program ran without a fault');
}

describe('the program counter', () => {
  it.each([
    ['brbs', [0, -64], 100, 37],
    ['brbs', [0, 63], 100, 164],
    ['rjmp', [-200], 300, 101],
    ['rjmp', [200], 100, 301],
  ])('%s %j at %i goes to %i', (name, operands, from, to) => {
    const machine = at(from, encode(name, operands));
    machine.sreg = 1;
    machine.step();
    expect(machine.pc).toBe(to);
  });

  it.each([
    ['nop', [], 0x1ff, 0x000],
    ['rjmp', [0], 0x1ff, 0x000],
    ['rjmp', [-2], 0x000, 0x1ff],
    ['rjmp', [2047], 0x000, 0x000],
    ['rjmp', [-2048], 0x001, 0x002],
    ['brbs', [0, -64], 0x010, 0x1d1],
    ['brbs', [0, 63], 0x1ff, 0x03f],
    ['cpse', [0, 0], 0x1fe, 0x000],
    ['cpse', [0, 0], 0x1ff, 0x001],
  ])('wraps modulo 512: %s %j at %i goes to %i', (name, operands, from, to) => {
    const machine = at(from, encode(name, operands));
    machine.sreg = 1;
    machine.step();
    expect(machine.pc).toBe(to);
  });

  it('wraps in a return address', () => {
    const machine = at(0x1ff, encode('rcall', [0x0f]));
    machine.step();
    expect([machine.pc, machine.stack]).toEqual([0x00f, [0x000]]);
  });
});

describe('the hardware stack', () => {
  it('holds three return addresses and gives them back in reverse', () => {
    const machine = runTo(`
            rcall one
            rjmp  end
      one:  rcall two
            ret
      two:  rcall three
            ret
      three: ret
      end:  nop`);
    expect([machine.depth, machine.maxDepth, machine.cycle]).toEqual([0, 3, 3 * 3 + 3 * 4 + 2]);
  });

  it('shows its return addresses, the latest last', () => {
    expect(runTo('rcall one\none: nop\n rcall two\ntwo: nop\nend: nop').stack).toEqual([1, 3]);
  });
});

describe('a fault', () => {
  it.each([
    ['.dw 0x9409', 'illegal-word', 0, 0x9409, 0],
    ['nop\n nop', 'illegal-word', 2, 0xffff, 2],
    ['rcall a\na: rcall b\nb: rcall c\nc: rcall d\nd: nop', 'stack-overflow', 3, 0xd000, 9],
    ['nop\n ret', 'stack-underflow', 1, 0x9508, 1],
    ['reti', 'stack-underflow', 0, 0x9518, 0],
    ['in r0, 0x3D', 'absent-register', 0, 0xb60d, 0],
    ['nop\n out 0x00, r1', 'absent-register', 1, 0xb810, 1],
    ['sbi 0x1F, 0', 'absent-register', 0, 0x9af8, 0],
    ['sbic 0x00, 0', 'absent-register', 0, 0x9900, 0],
    ['ldi r30, 32\n ld r0, Z', 'pointer-range', 1, 0x8000, 1],
    ['ldi r30, 255\n st Z, r0', 'pointer-range', 1, 0x8200, 1],
  ])('of %j is %s, with place, word and clock', (source, kind, pc, word, cycle) => {
    const fault = faultOf(source);
    expect({ kind: fault.kind, pc: fault.pc, word: fault.word, cycle: fault.cycle }).toEqual({
      kind,
      pc,
      word,
      cycle,
    });
  });

  it('says what happened and where', () => {
    expect(faultOf('nop\n in r0, 0x3D').message).toBe(
      'the AT90S1200 has no I/O register at 0x3D (pc 0x001, word 0xB60D, clock 1)',
    );
    expect(faultOf('rcall a\na: rcall b\nb: rcall c\nc: rcall d\nd: nop').what).toBe(
      'the stack holds 3 return addresses; it has no level left for this call',
    );
  });

  it('comes for each of the 46 addresses without a register, and for no other', () => {
    const absent = Array.from({ length: 64 }, (_, address) => address).filter(address => {
      try {
        at(0, encode('in', [0, address])).step();
        return false;
      } catch (error) {
        return error instanceof Fault && error.kind === 'absent-register';
      }
    });
    expect(absent.length).toBe(46);
    expect(absent).not.toContain(0x3f);
  });

  it('comes again when the machine is run again, with nothing changed', () => {
    const machine = machineWith('ldi r30, 40\n st Z, r0\n nop');
    expect(() => machine.run(100)).toThrow(Fault);
    const state = machine.save();
    expect(() => machine.run(100)).toThrow('Z points to 40; the register file ends at 31 (pc 0x001');
    expect(machine.save()).toEqual(state);
  });

  it('refuses an image or an EEPROM content that is too long', () => {
    expect(() => new Machine({ words: new Uint16Array(513) })).toThrow(
      'the image has 513 words; the AT90S1200 has 512',
    );
    expect(() => new Machine({ words: [], eeprom: new Uint8Array(65) })).toThrow(
      'the EEPROM has 64 bytes, not 65',
    );
  });
});

describe('running', () => {
  it('starts every instruction before the limit and none at it', () => {
    const machine = machineWith('loop: nop\n rjmp loop');
    machine.run(4);
    expect([machine.cycle, machine.pc]).toEqual([4, 1]);
    machine.run(5);
    expect([machine.cycle, machine.pc]).toEqual([6, 0]);
  });

  it('lets events that are due when an instruction begins come before it', () => {
    const machine = machineWith('loop: nop\n rjmp loop');
    const seen: string[] = [];
    machine.queue.timer(now => seen.push(`${now}: pc ${machine.pc} at ${machine.cycle}`)).at(2);
    machine.queue.timer(now => seen.push(`${now}: pc ${machine.pc} at ${machine.cycle}`)).at(3);
    machine.run(10);
    expect(seen).toEqual(['2: pc 0 at 3', '3: pc 0 at 3']);
  });

  it('ends before the next instruction when a callback stops it, and can go on', () => {
    const machine = machineWith('loop: nop\n rjmp loop');
    machine.queue.timer(() => machine.stop()).at(30);
    machine.run(1000);
    expect(machine.cycle).toBe(30);
    machine.run(33);
    expect(machine.cycle).toBe(33);
  });

  it('stops a run without end when nothing will ever happen', () => {
    const machine = machineWith('ldi r16, 0x20\n out MCUCR, r16\n sleep');
    machine.run(Number.POSITIVE_INFINITY);
    expect([machine.cycle, machine.activity]).toEqual([3, 'idle']);
  });
});
