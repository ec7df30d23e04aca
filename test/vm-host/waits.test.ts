import { describe, expect, it } from 'vitest';
import { goTo, machineWith } from './helpers.ts';

/** Whether the program waits for a pin after so many clocks. */
function waits(source: string, clocks = 20): boolean {
  const machine = machineWith(source);
  machine.run(clocks);
  return machine.waitsForPin();
}

const vectors = 'rjmp main\n rjmp stay\n rjmp stay\nstay: reti\n';

describe('waiting for a pin', () => {
  it.each([
    ['SBIS on a pin', 'loop: sbis PIND, 0\n rjmp loop'],
    ['SBIS and two jumps', 'loop: sbis PIND, 0\n rjmp far\n nop\nfar: rjmp loop'],
    ['IN, AND and a branch', 'loop: in r16, PIND\n andi r16, 1\n breq loop'],
    ['a loop that calls', 'loop: rcall poll\n rjmp loop\npoll: in r17, PIND\n ret'],
    ['two pins in turn', 'loop: sbic PIND, 0\n rjmp b\nb: sbis PINB, 5\n rjmp loop'],
    ['a jump to itself', 'loop: rjmp loop'],
    ['a write that changes nothing', 'loop: out PORTB, r0\n sbic PIND, 0\n rjmp loop\n rjmp loop'],
    ['registers at rest', 'loop: in r16, TCNT0\n in r17, EECR\n in r18, TIFR\n in r19, SREG\n rjmp loop'],
    ['a timer that runs unseen', 'ldi r16, 2\n out TCCR0, r16\nloop: sbic PIND, 0\n rjmp loop\n rjmp loop'],
    ['WDR while the watchdog is off', 'loop: wdr\n sbic PIND, 0\n rjmp loop\n rjmp loop'],
    [
      'INT0 that may come',
      `${vectors}main: ldi r16, 0x40\n out GIMSK, r16\n ldi r16, 2\n out MCUCR, r16\n sei\nl: rjmp l`,
    ],
    [
      'idle with INT0',
      `${vectors}main: ldi r16, 0x40\n out GIMSK, r16\n ldi r16, 0x22\n out MCUCR, r16\n sei\n sleep\n nop`,
    ],
  ])('is %s', (_, source) => {
    expect(waits(source)).toBe(true);
  });

  it.each([
    ['a counter in the loop', 'loop: inc r20\n sbic PIND, 0\n rjmp loop\n rjmp loop'],
    ['the value of a running timer', 'ldi r16, 2\n out TCCR0, r16\nloop: in r17, TCNT0\n rjmp loop'],
    ['the flag of a running timer', 'ldi r16, 2\n out TCCR0, r16\nloop: in r17, TIFR\n rjmp loop'],
    [
      'an interrupt of the timer',
      `${vectors}main: ldi r16, 2\n out TCCR0, r16\n out TIMSK, r16\n sei\nloop: rjmp loop`,
    ],
    ['a running watchdog', 'ldi r16, 8\n out WDTCR, r16\nloop: sbic PIND, 0\n rjmp loop\n rjmp loop'],
    ['a pin that toggles', 'loop: sbi PORTB, 0\n cbi PORTB, 0\n rjmp loop'],
    ['a busy EEPROM', 'sbi EECR, EEWE\nloop: sbic EECR, EEWE\n rjmp loop\n rjmp loop'],
    ['the comparator', 'loop: sbic ACSR, ACO\n rjmp loop\n rjmp loop'],
    ['a fault ahead', `${'nop\n'.repeat(25)} ret`],
    ['a loop longer than the look ahead', `loop: ${' nop\n'.repeat(70)} rjmp loop`],
    [
      'idle with the timer',
      `${vectors}main: ldi r16, 2\n out TCCR0, r16\n out TIMSK, r16\n ldi r16, 0x20\n out MCUCR, r16\n sei\n sleep`,
    ],
  ])('is not %s', (_, source) => {
    expect(waits(source)).toBe(false);
  });

  it('looks as far as it is told', () => {
    const machine = machineWith(`loop: ${' nop\n'.repeat(70)} rjmp loop`);
    expect([machine.waitsForPin(70), machine.waitsForPin(300)]).toEqual([false, true]);
  });

  it('finds a loop that it has not entered yet', () => {
    const machine = machineWith(
      ' nop\n nop\n ldi r16, 9\nloop: dec r16\n brne loop\nstay: sbic PIND, 0\n rjmp stay\n rjmp stay',
    );
    expect([machine.waitsForPin(10), machine.waitsForPin(64)]).toEqual([false, true]);
  });

  it('is not yet, while an output is still on its way to its pin', () => {
    const machine = machineWith('sbi DDRB, 0\nloop: rjmp loop');
    machine.step();
    expect(machine.waitsForPin()).toBe(false);
    machine.step();
    expect(machine.waitsForPin()).toBe(true);
  });

  it('changes nothing by looking', () => {
    const machine = machineWith(
      'ldi r16, 2\n out TCCR0, r16\n ldi r16, 0\n out TCCR0, r16\nloop: in r17, TCNT0\n in r18, PIND\n rcall sub\n rjmp loop\nsub: ret',
    );
    goTo(machine, 4);
    const before = machine.save();
    machine.waitsForPin(1000);
    expect(machine.save()).toEqual(before);
  });
});
