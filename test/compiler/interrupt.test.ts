/** Interrupt handlers written in TypeScript: vectors, SREG, registers and globals that they share with the program. */

import { describe, expect, it } from 'vitest';
import { Machine } from '../../vm-host/index.ts';
import { build, instructionsOf } from './source.ts';

/** Counts to eight by comparing and carries a 16-bit sum: flags and registers are alive nearly everywhere. */
const PROGRAM = `
  let ticks: u8 = 0;
  export function TIMER0_OVF(): void {
    ticks = (ticks + 3) ^ (ticks << 1);
    if (ticks > 100) ticks -= 100;
    out(0x32, 0xf0);
  }
  export function main(): void {
    out(0x33, 1);
    out(0x39, 2);
    sei();
    let sum: u16 = 0;
    for (;;) {
      for (let i: u8 = 0; i < 8; i++) sum = (sum << 1) ^ (sum > 0x4000 ? 0x1021 : i);
      out(PORTB, <u8>(sum >> 8));
      out(PORTD, <u8>sum);
    }
  }`;

/** The first `count` bytes that the program sends to port B, with interrupts or with TIMSK kept at zero. */
function bytesSent(
  words: Uint16Array,
  enabled: boolean,
  count: number,
): { bytes: number[]; interrupts: number } {
  const machine = new Machine({ words });
  const bytes: number[] = [];
  let interrupts = 0;
  for (let steps = 0; bytes.length < count; steps++) {
    if (steps > 200_000) throw new Error(`only ${bytes.length} bytes after ${steps} instructions`);
    const word = words[machine.pc];
    const address = word >> 11 === 0b10111 ? ((word >> 5) & 0x30) | (word & 0x0f) : -1;
    const register = (word >> 4) & 31;
    // TIMSK: the test decides whether interrupts come at all
    if (address === 0x39 && !enabled) machine.registers[register] = 0;
    const value = machine.registers[register];
    const depth = machine.depth;
    machine.step();
    // a step is an instruction or the entry of an interrupt
    if (machine.pc === 2 && machine.depth > depth) interrupts++;
    else if (address === 0x18) bytes.push(value);
  }
  return { bytes, interrupts };
}

describe('an interrupt handler', () => {
  it('stands behind its vector and ends with RETI', async () => {
    const { image } = await build(PROGRAM);
    const lines = image.toListing().split('\n');
    expect(lines.some(line => /^ {2}002 .*rjmp .*TIMER0_OVF/.test(line))).toBe(true);
    expect(lines.some(line => /reti/.test(line))).toBe(true);
  });

  it('disturbs nothing, whichever instruction it interrupts', async () => {
    for (let nops = 0; nops < 18; nops++) {
      const { image } = await build(PROGRAM.replace('sei();', `sei(); ${'nop();'.repeat(nops)}`));
      const quiet = bytesSent(image.words, false, 12);
      const busy = bytesSent(image.words, true, 12);
      expect(quiet.interrupts).toBe(0);
      expect(busy.interrupts).toBeGreaterThan(10);
      expect(busy.bytes).toEqual(quiet.bytes);
    }
  });

  it('saves SREG first and gives it back last', async () => {
    const code = instructionsOf(await build(PROGRAM));
    expect(code.filter(line => /^in r\d+, 0x3F$/.test(line))).toHaveLength(1);
    expect(code.filter(line => /^out 0x3F, r\d+$/.test(line))).toHaveLength(1);
  });

  it('shares a global with the program', async () => {
    const { image } = await build(`
      let ticks: u8 = 0;
      export function TIMER0_OVF(): void { ticks++; }
      export function main(): void {
        out(0x33, 1); out(0x39, 2); sei();
        while (ticks < 3) {}
        out(PORTB, ticks);
        for (;;) {}
      }`);
    const machine = new Machine({ words: image.words });
    machine.run(3 * 256 + 60);
    let written = 0;
    for (let i = 0; i < 8; i++) if (machine.pins[`PB${i}`].drive === 'pull-up') written |= 1 << i;
    expect(written).toBe(3);
  });

  it('sees every value that the program gives to a global', async () => {
    const code = instructionsOf(
      await build(`
      let lamp: u8 = 0;
      export function TIMER0_OVF(): void { out(PORTD, lamp); }
      export function main(): void {
        out(0x33, 1); out(0x39, 2); sei();
        for (;;) {
          lamp = 1; nop(); lamp = 2; nop(); lamp = 2; nop();
          if (bit(PINB, 0)) lamp = 4; else lamp = 5;
        }
      }`),
    );
    const values = code.flatMap(line => /^ldi r\d+, 0x0([1245])$/.exec(line)?.[1] ?? []);
    expect(values.filter(value => value === '1')).toHaveLength(2);
    for (const value of ['2', '4', '5']) expect(values).toContain(value);
    // neither 4 nor 5 may be in the global before the pin has been read
    const [, lamp] = /^out 0x12, (r\d+)/.exec(code.find(line => line.startsWith('out 0x12'))!)!;
    const pin = code.findIndex(line => /^sbi[sc] /.test(line));
    expect(code.slice(0, pin).filter(line => new RegExp(`^ldi ${lamp}, 0x0[45]`).test(line))).toEqual([]);
  });

  it('counts its return address on top of the deepest chain of calls', async () => {
    const { image } = await build(`
      export function TIMER0_OVF(): void { sbi(PORTB, 1); }
      function pulse(): void { sbi(PORTB, 0); delayCycles(9); cbi(PORTB, 0); nop(); nop(); }
      export function main(): void { for (;;) { pulse(); nop(); pulse(); sbi(PORTD, 1); pulse(); } }`);
    expect(image.stackLevels).toBe(2);
  });

  it('takes no function from under the program: what both call is copied into the handler', async () => {
    const { image } = await build(`
      let last: u8 = 0;
      function mix(a: u8): u8 { for (let i: u8 = 0; i < 3; i++) a = (a << 1) ^ (a >> 5) ^ i; return a; }
      export function TIMER0_OVF(): void { last = mix(last); }
      export function main(): void {
        out(0x33, 1); out(0x39, 2); sei();
        let a: u8 = 1;
        for (;;) { a = mix(a); nop(); a = mix(a); out(PORTB, a); nop(); a = mix(a + 1); }
      }`);
    const quiet = bytesSent(image.words, false, 10);
    const busy = bytesSent(image.words, true, 10);
    expect(busy.bytes).toEqual(quiet.bytes);
  });

  it('is refused under a name that is a vector but with parameters', async () => {
    await expect(
      build('export function INT0(a: u8): void { out(PORTB, a); } export function main(): void {}'),
    ).rejects.toThrow(/C305 INT0 .*vector/);
  });
});
