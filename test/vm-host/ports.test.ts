import { describe, expect, it } from 'vitest';
import { existingBits } from '../../vm-host/chip.ts';
import { AT90S1200, EventQueue } from '../../vm-host/index.ts';
import { goTo, machineWith, record, runTo } from './helpers.ts';

describe('a port pin', () => {
  it('floats after reset', () => {
    const machine = machineWith('nop');
    expect(Object.values(machine.pins).map(pin => pin.drive)).toEqual(Array(15).fill('float'));
    expect(Object.keys(machine.pins)).not.toContain('PD7');
  });

  it('drives PORT where DDR is one, and pulls up where only PORT is one', () => {
    const machine = runTo(`
        ldi r16, 0b0011
        out DDRB, r16
        ldi r16, 0b0101
        out PORTB, r16
        nop
end:    nop`);
    const drives = ['PB0', 'PB1', 'PB2', 'PB3'].map(name => machine.pins[name].drive);
    expect(drives).toEqual(['high', 'low', 'pull-up', 'float']);
  });

  it('changes one clock after the start of OUT, two after SBI and CBI', () => {
    const machine = machineWith(`
        ldi r16, 0x10
        out DDRB, r16      ; clock 1
        out PORTB, r16     ; clock 2
        cbi PORTB, 4       ; clock 3
        sbi PORTB, 4       ; clock 5
loop:   rjmp loop`);
    const trace = record(machine, 'PB4');
    machine.run(20);
    expect(trace).toEqual(['PB4=low@2', 'PB4=high@3', 'PB4=low@5', 'PB4=high@7']);
  });

  it('tells which instruction changed it', () => {
    const machine = machineWith('sbi DDRD, 3\n nop\n sbi PORTD, 3\nloop: rjmp loop');
    const places: number[] = [];
    machine.pins.PD3.onDrive = (_, __, pc) => places.push(pc);
    machine.run(10);
    expect(places).toEqual([0, 2]);
  });

  it('says nothing when a write changes nothing', () => {
    const machine = machineWith('sbi DDRB, 0\n sbi DDRB, 0\n ldi r16, 1\n out DDRB, r16\nloop: rjmp loop');
    const trace = record(machine, ...Object.keys(machine.pins));
    machine.run(20);
    expect(trace).toEqual(['PB0=low@2']);
  });

  it('changes all pins of a port at one clock', () => {
    const machine = machineWith('ser r16\n out DDRD, r16\nloop: rjmp loop');
    const trace = record(machine, ...Object.keys(machine.pins));
    machine.run(20);
    expect(trace).toEqual([0, 1, 2, 3, 4, 5, 6].map(bit => `PD${bit}=low@2`));
  });

  it('that does not exist reads zero and holds nothing', () => {
    const machine = runTo(`
        ser r16
        out PORTD, r16
        out DDRD, r16
        in  r17, PORTD
        in  r18, DDRD
        in  r19, PIND
end:    nop`);
    expect([...machine.registers.subarray(17, 20)]).toEqual([0x7f, 0x7f, 0x7f]);
  });

  it('is changed by SBI through a read of the latch, not of the pins', () => {
    const machine = machineWith('sbi PORTB, 0\n in r16, PORTB\nend: nop');
    machine.pins.PB7.level = true;
    goTo(machine, 2);
    expect(machine.registers[16]).toBe(1);
  });

  it.each(['B', 'D'])('PIN%s cannot be written: latch, direction and pins stay as they are', port => {
    const machine = machineWith(
      `ser r16\n out PIN${port}, r16\n sbi PIN${port}, 3\n out PIN${port}, r0\nend: nop`,
    );
    const trace = record(machine, ...Object.keys(machine.pins));
    machine.pins[`P${port}1`].level = true;
    goTo(machine, 4);
    const { io } = machine.chip;
    const values = [`PORT${port}`, `DDR${port}`, `PIN${port}`].map(name => machine.readIo(io[name]));
    expect([...values, trace]).toEqual([0, 0, 2, []]);
  });
});

describe('a bit that does not exist', () => {
  it.each(AT90S1200.ioRows)('of $name reads zero whatever was written', row => {
    const machine = machineWith(`out ${row.name}, r16\n in r17, ${row.name}\nend: nop`);
    machine.registers[16] = 0xff;
    for (const pin of Object.values(machine.pins)) pin.level = true;
    goTo(machine, 2);
    expect(machine.registers[17] & ~existingBits(row)).toBe(0);
  });
});

describe('a read of PIN', () => {
  it.each([
    ['IN', 'in r16, PINB'],
    ['SBIS', 'sbis PINB, 0\n inc r16'],
    ['SBIC', 'sbic PINB, 0\n inc r16'],
  ])('by %s sees a change that is due at its clock, and not one of the clock after', (name, lines) => {
    const seen = [9, 10, 11, 12].map(clock => {
      const machine = machineWith(`${' nop\n'.repeat(10)} ${lines}\n nop\nend: nop`);
      machine.queue
        .timer(() => {
          machine.pins.PB0.level = true;
        })
        .at(clock);
      machine.run(13);
      return machine.registers[16];
    });
    expect(seen).toEqual(name === 'SBIS' ? [0, 0, 1, 1] : [1, 1, 0, 0]);
  });

  it('sees what the program itself drove with the instruction before', () => {
    const machine = runTo(
      'sbi DDRB, 3\n sbi PORTB, 3\n in r16, PINB\n cbi PORTB, 3\n in r17, PINB\nend: nop',
    );
    expect([machine.registers[16], machine.registers[17]]).toEqual([8, 0]);
  });

  it('of a pin with pull-up is one when nothing else holds the wire', () => {
    const machine = machineWith('sbi PORTB, 5\n in r16, PINB\n in r17, PINB\nend: nop');
    machine.step();
    machine.step();
    machine.pins.PB5.level = false;
    machine.step();
    expect([machine.registers[16], machine.registers[17]]).toEqual([0x20, 0]);
  });

  it("believes the board's wire alone once somebody is connected", () => {
    const machine = machineWith('sbi DDRB, 0\n sbi PORTB, 0\n in r16, PINB\nend: nop');
    machine.pins.PB0.onDrive = () => undefined;
    goTo(machine, 3);
    expect(machine.registers[16]).toBe(0);
  });
});

describe('a board', () => {
  it('may answer an edge at the very clock at which it comes', () => {
    const machine = machineWith('sbi DDRB, 0\n sbi PORTB, 0\n in r16, PINB\nend: nop');
    machine.pins.PB0.onDrive = drive => {
      machine.pins.PB6.level = drive === 'high';
    };
    goTo(machine, 3);
    expect(machine.registers[16] & 0x40).toBe(0x40);
  });

  it('may hold several machines on one queue; equal times keep their order', () => {
    const queue = new EventQueue();
    const source = 'sbi DDRD, 0\nloop: rjmp loop';
    const machines = [machineWith(source, { queue }), machineWith(source, { queue })];
    const order: string[] = [];
    machines.forEach((machine, i) => {
      machine.pins.PD0.onDrive = (drive, now) => order.push(`${i}: ${drive}@${now}`);
    });
    for (const machine of machines) machine.step();
    for (const machine of machines) machine.run(4);
    expect(order).toEqual(['0: low@2', '1: low@2']);
  });
});
