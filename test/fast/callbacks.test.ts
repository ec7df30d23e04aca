/** Who is called from inside a run may do anything to the machine; both engines go on from what they find. */
import { describe, expect, it } from 'vitest';
import { assemble, type EngineName, Machine, type MachineState } from '../../vm-host/index.ts';

/** A routine that ends by RETI and comes back to 0, from the last word of the flash. */
function backToZero(): Uint16Array {
  const { words, labels } = assemble(`
        rjmp start
start:  brie on
        inc r20
        rjmp tail
on:     inc r21
        cli
        rjmp start
f:      mov r18, r2
wait:   dec r18
        brne wait
        reti
tail:   nop`);
  const image = new Uint16Array(512);
  image.set(words);
  image[labels.tail] = 0xc000 | ((511 - labels.tail - 1) & 0xfff);
  image[511] = 0xd000 | (labels.f & 0xfff);
  return image;
}

/** Toggles all of port B for ever. */
const { words: edges } = assemble(`
        ldi r16, 255
        out DDRB, r16
l:      inc r17
        inc r18
        inc r19
        out PORTB, r17
        rjmp l`);

const engines: readonly EngineName[] = ['reference', 'fast'];

/** What both engines make of it. */
function both(run: (engine: EngineName) => unknown): readonly unknown[] {
  return engines.map(run);
}

describe('a callback at the boundary after RETI', () => {
  const words = backToZero();

  it.each([
    ['resets the chip', (machine: Machine) => machine.reset()],
    [
      'changes SREG',
      (machine: Machine) => {
        machine.sreg = 0;
      },
    ],
  ])('%s, at any clock', (_, act) => {
    for (let clock = 5000; clock < 5060; clock++) {
      const [reference, fast] = both(engine => {
        const machine = new Machine({ words, engine });
        machine.registers[2] = 5;
        machine.queue.timer(() => act(machine)).at(clock);
        machine.run(9000);
        return machine.save().cpu;
      });
      expect(fast, `clock ${clock}`).toEqual(reference);
    }
  });
});

describe('a callback of an edge', () => {
  /** Runs until the pin has had so many edges more than a callback saw. */
  function withEdges(engine: EngineName, at: (machine: Machine, edge: number, now: number) => void): unknown {
    const machine = new Machine({ words: edges, engine });
    let edge = 0;
    machine.pins.PB0.onDrive = (_, now) => at(machine, edge++, now);
    machine.run(4000);
    return { cycle: machine.cycle, cpu: machine.save().cpu };
  }

  it('goes back to a state kept at an earlier edge', () => {
    const [reference, fast] = both(engine => {
      let kept: MachineState | undefined;
      return withEdges(engine, (machine, edge) => {
        if (edge === 400) kept = machine.snapshot();
        if (edge === 410) machine.restore(kept!);
      });
    });
    expect(fast).toEqual(reference);
  });

  it('stops the run and sets a timer for the same clock: it rings before the run ends', () => {
    const [reference, fast] = both(engine => {
      const rung: number[] = [];
      const end = withEdges(engine, (machine, edge, now) => {
        if (edge !== 400) return;
        machine.queue.timer(at => rung.push(at)).at(now);
        machine.stop();
      });
      return { end, rung };
    });
    expect(fast).toEqual(reference);
  });
});
