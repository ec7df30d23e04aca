/**
 * A second opinion: avr8js, instruction by instruction, on registers, flags,
 * stack, program counter and clocks.
 */
import { AVRTimer, avrInstruction, avrInterrupt, CPU, timer0Config } from 'avr8js';
import { describe, expect, it } from 'vitest';
import { decode, disassemble, encode, Fault, instructions, Machine } from '../../vm-host/index.ts';
import { flags, machineWith, Random, withoutFault } from './helpers.ts';

/** Where avr8js keeps SREG and the stack pointer, as data addresses. */
const SREG = 0x5f;
const SP = 0x5d;
const STACK_TOP = 0x1ff;

const H = 0x20;
const S = 0x10;
const V = 0x08;

/** Instructions whose H avr8js computes from bit 0 instead of bit 3, see the differences below. */
const setsHalfCarry = new Set(['add', 'adc', 'sub', 'subi', 'sbc', 'sbci', 'neg', 'cp', 'cpc', 'cpi']);

/** A million by the environment; see docs/engines.md. */
const SEQUENCES = Number(process.env.SEQUENCES ?? 20_000);
const PER_IMAGE = 200;

/** Registers that are plain storage in both: PORTB, DDRB, EEDR, and by IN and OUT only TCNT0 (stopped) and SREG. */
const plainBelow20 = [0x18, 0x17, 0x1d];
const plain = [...plainBelow20, 0x32, 0x3f];

/** Both processors with one image, side by side. */
class Pair {
  readonly ours: Machine;
  readonly theirs: CPU;

  constructor(readonly words: Uint16Array) {
    this.ours = new Machine({ words });
    this.theirs = new CPU(words, 0x200);
  }

  /** The same random state for both; one return address on the stack, R31 zero. */
  scramble(random: Random, pc: number): void {
    const { ours, theirs } = this;
    const before = this.ours.save();
    const r = Uint8Array.from({ length: 32 }, () => random.below(256));
    r[30] = random.below(34);
    r[31] = 0;
    const sreg = random.below(256);
    const back = random.below(512);
    const cpu = { ...before.cpu, r, sreg, pc, cycle: 0, depth: 1, stack: Uint16Array.of(back, 0, 0) };
    ours.restore({ ...before, cpu });
    theirs.data.fill(0);
    theirs.data.set(r);
    theirs.data[SREG] = sreg;
    theirs.dataView.setUint16(SP, STACK_TOP - 2, true);
    theirs.data[STACK_TOP] = back & 0xff;
    theirs.data[STACK_TOP - 1] = back >> 8;
    theirs.pc = pc;
    theirs.cycles = 0;
    for (const address of plain.filter(each => each !== 0x3f)) {
      theirs.data[0x20 + address] = this.read(address);
    }
  }

  /** One instruction on both; what avr8js is known to get wrong is set right, so that it does not spread. */
  step(): void {
    const { row, operands } = decode(this.words[this.ours.pc])!;
    const [d] = operands;
    this.ours.step();
    avrInstruction(this.theirs);
    if (setsHalfCarry.has(row.name)) this.takeOver(H);
    if (row.name === 'neg' && this.theirs.data[d] === 0x80) this.takeOver(V | S);
    if (row.name === 'cbi') this.theirs.cycles++;
    this.theirs.pc &= 0x1ff;
  }

  private takeOver(mask: number): void {
    this.theirs.data[SREG] = (this.theirs.data[SREG] & ~mask) | (this.ours.sreg & mask);
  }

  /** The differences in words; empty when there are none. */
  differences(): string[] {
    const { ours, theirs } = this;
    const wrong: string[] = [];
    const check = (what: string, our: unknown, their: unknown) => {
      if (our !== their) wrong.push(`${what}: ${our}, avr8js ${their}`);
    };
    for (let i = 0; i < 32; i++) check(`r${i}`, ours.registers[i], theirs.data[i]);
    check('SREG', flags(ours.sreg), flags(theirs.data[SREG]));
    check('pc', ours.pc, theirs.pc);
    check('clocks', ours.cycle, theirs.cycles);
    check('stack', ours.stack.join(), this.theirStack().join());
    for (const address of plain.filter(each => each !== 0x3f)) {
      check(`I/O ${address}`, this.read(address), theirs.data[0x20 + address]);
    }
    return wrong;
  }

  private theirStack(): number[] {
    const { data, dataView } = this.theirs;
    const depth = (STACK_TOP - dataView.getUint16(SP, true)) / 2;
    return Array.from({ length: depth }, (_, i) => {
      const low = STACK_TOP - 2 * i;
      return (data[low] + 256 * data[low - 1]) & 0x1ff;
    });
  }

  /** A register of ours, read on a copy so that nothing moves. */
  private read(address: number): number {
    reader.restore({ ...this.ours.save(), cpu: { ...this.ours.save().cpu, pc: plain.indexOf(address) } });
    reader.step();
    return reader.registers[0];
  }
}

/** Reads each of the plain registers into R0. */
const reader = new Machine({ words: plain.map(address => encode('in', [0, address])) });

/** A random word of one row, within what both processors have. R31 is never a destination: see the differences. */
function wordOf(random: Random, name: string): number {
  const row = instructions.find(each => each.name === name)!;
  const operands = row.fields.map(field => {
    if (field.name === 'A') return random.pick(field.max > 31 ? plain : plainBelow20);
    const value = field.min + random.below(field.max - field.min + 1);
    return field.name === 'Rd' && value === 31 ? 16 : value;
  });
  return encode(name, operands);
}

describe('avr8js', () => {
  it.each(instructions.map(({ name }) => name))('agrees on %s', name => {
    const random = new Random(0x1200 + name.length * 7919);
    for (let i = 0; i < 40; i++) {
      const words = Uint16Array.from({ length: 512 }, () => wordOf(random, name));
      const pair = new Pair(words);
      for (let j = 0; j < 25; j++) {
        const pc = random.below(512);
        pair.scramble(random, pc);
        try {
          pair.step();
        } catch (error) {
          if (error instanceof Fault && error.kind === 'pointer-range') continue;
          throw error;
        }
        const differences = pair.differences();
        if (differences.length > 0) expect([disassemble(words[pc], pc), ...differences]).toEqual([]);
      }
    }
  });

  it(`agrees on ${SEQUENCES} random sequences of instructions`, () => {
    const seed = Number(process.env.SEED ?? 1200);
    const random = new Random(seed);
    const steps: number[] = [];
    for (let image = 0; image * PER_IMAGE < SEQUENCES; image++) {
      const words = Uint16Array.from({ length: 512 }, () => wordOf(random, random.pick(instructions).name));
      const pair = new Pair(words);
      for (let i = 0; i < PER_IMAGE; i++) {
        steps.push(sequence(pair, random, `SEED=${seed}, image ${image}, sequence ${i}`));
      }
    }
    // all are compared, but for those whose first instruction faults there is nothing to compare
    expect(steps.length).toBeGreaterThanOrEqual(SEQUENCES);
    expect(steps.filter(count => count > 0).length).toBeGreaterThan(0.95 * SEQUENCES);
    expect(steps.reduce((sum, count) => sum + count)).toBeGreaterThan(12 * SEQUENCES);
  }, 3_600_000);

  /** Sixteen instructions, fewer when ours faults or when R31 is no longer zero, and then a comparison; how many. */
  function sequence(pair: Pair, random: Random, label: string): number {
    pair.scramble(random, random.below(512));
    const story: string[] = [label];
    let done = 0;
    while (done < 16 && pair.ours.registers[31] === 0) {
      const { pc } = pair.ours;
      story.push(disassemble(pair.words[pc], pc));
      if (!withoutFault(() => pair.step())) break;
      done++;
    }
    const differences = pair.differences();
    if (differences.length > 0) expect([...story, ...differences]).toEqual([]);
    return done;
  }
});

describe('avr8js is known to differ:', () => {
  const theirs = (...words: number[]) => new CPU(Uint16Array.from([...words, ...Array(8).fill(0)]), 0x200);

  it('an interrupt costs it two clocks; the datasheet says four (page 17)', () => {
    const cpu = theirs(0);
    avrInterrupt(cpu, 1);
    expect(cpu.cycles).toBe(2);
    const machine = machineWith('ldi r16, 0x40\n out GIMSK, r16\n sei\n nop\n nop');
    machine.run(5);
    expect([machine.pc, machine.cycle]).toEqual([1, 8]);
  });

  it('a word that is no instruction passes as a NOP; here it is a fault', () => {
    const cpu = theirs(0xffff);
    avrInstruction(cpu);
    expect([cpu.pc, cpu.cycles]).toEqual([1, 1]);
    expect(() => new Machine({ words: [] }).step()).toThrow(Fault);
  });

  it('its pointer Z has sixteen bits and reaches memory; here it is R30 and reaches R0 to R31 (page 7)', () => {
    const cpu = theirs(encode('ld', [0]));
    cpu.data[31] = 1;
    cpu.data[30] = 5;
    cpu.data[5] = 55;
    avrInstruction(cpu);
    expect(cpu.data[0]).toBe(0);
    const machine = new Machine({ words: [encode('ld', [0])] });
    machine.registers.set([5, 1], 30);
    machine.registers[5] = 55;
    machine.step();
    expect(machine.registers[0]).toBe(55);
  });

  it('a skip over what later parts have as a long instruction takes it three clocks; here nothing is long', () => {
    const callOfLaterParts = 0x940e;
    const cpu = theirs(encode('cpse', [0, 0]), callOfLaterParts, 0);
    avrInstruction(cpu);
    expect([cpu.pc, cpu.cycles]).toEqual([3, 3]);
    const machine = new Machine({ words: [encode('cpse', [0, 0]), callOfLaterParts, 0] });
    machine.step();
    expect([machine.pc, machine.cycle]).toEqual([2, 2]);
  });

  it('its H is the carry out of bit 0; the half carry is that out of bit 3 (instruction set manual)', () => {
    const halves = ([a, b]: number[]) => {
      const cpu = theirs(encode('add', [0, 1]));
      const machine = new Machine({ words: [encode('add', [0, 1])] });
      cpu.data.set([a, b]);
      machine.registers.set([a, b]);
      avrInstruction(cpu);
      machine.step();
      return [cpu.data[SREG] & H, machine.sreg & H];
    };
    expect(halves([0x01, 0x01])).toEqual([H, 0]);
    expect(halves([0x08, 0x08])).toEqual([0, H]);
  });

  it('its NEG of -128 does not overflow; +128 does not fit a byte', () => {
    const cpu = theirs(encode('neg', [0]));
    const machine = new Machine({ words: [encode('neg', [0])] });
    cpu.data[0] = machine.registers[0] = 0x80;
    avrInstruction(cpu);
    machine.step();
    expect([cpu.data[SREG] & V, machine.sreg & V]).toEqual([0, V]);
  });

  it('its CBI takes one clock; the datasheet says two', () => {
    const cpu = theirs(encode('cbi', [0x18, 0]));
    avrInstruction(cpu);
    expect(cpu.cycles).toBe(1);
  });

  it('a jump back over address 0 leaves its flash; here the program counter has nine bits (page 8)', () => {
    const cpu = theirs(encode('rjmp', [-3]));
    avrInstruction(cpu);
    expect(cpu.pc).toBe(-2);
    const machine = new Machine({ words: [encode('rjmp', [-3])] });
    machine.step();
    expect(machine.pc).toBe(510);
  });

  it('it runs instructions of later parts, ADIW for one; here they are faults', () => {
    const cpu = theirs(0x9601);
    avrInstruction(cpu);
    expect(cpu.cycles).toBe(2);
    expect(() => new Machine({ words: [0x9601] }).step()).toThrow('this word is no instruction');
  });

  it('its timer begins its count of clocks again when TCCR is written; here the prescaler runs free (page 20)', () => {
    const counted = (...writes: number[]) => {
      const cpu = theirs();
      new AVRTimer(cpu, { ...timer0Config, TCCRB: 0x53, TCNT: 0x52 });
      for (const at of writes) {
        cpu.cycles = at;
        cpu.writeData(0x53, 2);
        cpu.cycles++;
        cpu.tick();
      }
      cpu.cycles = 14;
      return cpu.readData(0x52);
    };
    expect([counted(0), counted(0, 7)]).toEqual([1, 0]);
    const machine = machineWith(
      `ldi r16, 2\n out TCCR0, r16\n ${'nop\n'.repeat(5)} out TCCR0, r16\n ${'nop\n'.repeat(6)} in r0, TCNT0`,
    );
    machine.run(15);
    expect(machine.registers[0]).toBe(1);
  });
});
