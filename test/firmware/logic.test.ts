import { describe, expect, it } from 'vitest';
import { LogicMachine } from '../../vm-host/logic.ts';
import { buildWasm } from './build.ts';

/** A program of its own in AssemblyScript, with the chip's functions at hand. */
async function machine(source: string): Promise<LogicMachine> {
  const imports = `import { bit, cbi, delayCycles, now, out, sbi, PINB, PIND, PORTB, DDRB, TCCR0 } from './chip';`;
  return new LogicMachine({ wasm: await buildWasm({ entry: `${imports}\n${source}` }) });
}

describe('logic mode', () => {
  it('returns what an exported function returns', async () => {
    const logic = await machine('export function twice(value: u8): u8 { return 2 * value; }');
    expect(logic.exports.twice(21)).toBe(42);
  });

  it('shows what the program does to its pins, an instruction later', async () => {
    const logic = await machine(
      'export function main(): void { out(DDRB, 1); sbi(PORTB, 0); cbi(PORTB, 0); while (bit(PIND, 0)) {} }',
    );
    const seen: [string, number][] = [];
    logic.pins.PB0.onDrive = (drive, now) => seen.push([drive, now]);
    logic.pins.PD0.level = true;
    logic.run(100);
    expect(seen).toEqual([
      ['low', 1],
      ['high', 3],
      ['low', 5],
    ]);
  });

  it('counts a delay exactly and the timer by its prescaler', async () => {
    const logic = await machine(
      'export function ticks(): u8 { out(TCCR0, 2); const before = now(); delayCycles(800); return now() - before; }',
    );
    expect(logic.exports.ticks()! & 0xff).toBe(100);
  });

  it('lets no time pass in a loop over a pin but to the next event', async () => {
    const logic = await machine('export function main(): void { while (bit(PIND, 0)) {} }');
    logic.pins.PD0.level = true;
    let polls = 0;
    const event = logic.queue.timer(() => {
      logic.pins.PD0.level = false;
    });
    const read = logic.queue.timer(() => polls++);
    event.at(40_000_000);
    read.at(100);
    logic.run(Number.POSITIVE_INFINITY);
    expect(logic.cycle).toBeLessThan(40_000_010);
    expect(polls).toBe(1);
  });

  it('comes back when nothing can ever end the loop over a pin', async () => {
    const logic = await machine('export function main(): void { while (bit(PIND, 0)) {} }');
    logic.pins.PD0.level = true;
    logic.run(Number.POSITIVE_INFINITY);
    expect(logic.waitsForPin()).toBe(true);
  });

  it('goes on after a run that ended at such a loop', async () => {
    const logic = await machine('export function main(): void { while (bit(PIND, 0)) {} sbi(PORTB, 0); }');
    logic.pins.PD0.level = true;
    logic.run(1000);
    logic.pins.PD0.level = false;
    logic.run(2000);
    logic.queue.runUntil(logic.cycle);
    expect(logic.pins.PB0.drive).toBe('pull-up');
  });

  it('refuses to go on from the middle of something else until it is reset', async () => {
    const logic = await machine(
      'export function main(): void { while (true) { sbi(PORTB, 0); cbi(PORTB, 0); } }',
    );
    logic.run(1000);
    expect(() => logic.run(2000)).toThrow('in the middle of a command');
    logic.reset();
    expect(() => logic.run(2000)).not.toThrow();
  });

  it('stops at the next access when an event says so', async () => {
    const logic = await machine('export function main(): void { while (true) delayCycles(10); }');
    logic.queue.timer(() => logic.stop()).at(500);
    logic.run(Number.POSITIVE_INFINITY);
    expect(logic.cycle).toBe(500);
  });

  it('has its globals and ports as new after a reset', async () => {
    const logic = await machine(
      'let calls: u8 = 0; export function call(): u8 { sbi(DDRB, 0); return ++calls; }',
    );
    logic.exports.call();
    logic.reset();
    expect(logic.pins.PB0.drive).toBe('float');
    expect(logic.exports.call()).toBe(1);
  });

  it('names a register that it does not have', async () => {
    const logic = await machine('export function call(): void { out(0x3b, 1); }');
    expect(() => logic.exports.call()).toThrow('0x3b');
  });
});
