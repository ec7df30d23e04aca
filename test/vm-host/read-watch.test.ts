import { describe, expect, it } from 'vitest';
import { assemble, Machine, type PinRead } from '../../vm-host/index.ts';

const PROGRAM = `
  nop
  in r16, 0x16      ; PINB
  sbis 0x10, 3      ; PIND
  nop
  in r17, 0x18      ; PORTB is no pin
  sbi 0x18, 2
loop: rjmp loop
`;

const machine = () => new Machine({ words: assemble(PROGRAM).words });

describe('watching reads of pins', () => {
  it('tells port, bit, clock and place of each', () => {
    const seen: PinRead[] = [];
    const watched = machine();
    watched.watchReads(read => seen.push(read));
    watched.run(20);
    expect(seen).toEqual([
      { port: 'B', bit: undefined, time: 1, pc: 1 },
      { port: 'D', bit: 3, time: 2, pc: 2 },
    ]);
  });

  it('changes nothing', () => {
    const [watched, plain] = [machine(), machine()];
    watched.watchReads(() => undefined);
    watched.run(20);
    plain.run(20);
    expect(watched.save()).toEqual(plain.save());
  });

  it('does not tell of looking ahead', () => {
    const watched = machine();
    let told = 0;
    watched.watchReads(() => told++);
    watched.waitsForPin();
    expect(told).toBe(0);
  });

  it('ends for each watcher by itself', () => {
    const watched = machine();
    const told = [0, 0];
    const off = watched.watchReads(() => told[0]++);
    watched.watchReads(() => told[1]++);
    watched.run(2);
    off();
    off();
    watched.run(20);
    expect(told).toEqual([1, 2]);
  });
});
