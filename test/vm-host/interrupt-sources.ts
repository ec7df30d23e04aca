/** The interrupts as a test sees them: a program that allows all of them, and each at a chosen clock. */
import { assemble, type Cycle, Machine } from '../../vm-host/index.ts';

/** By priority: the place in the list is that of the vector. */
export const sources = ['INT0', 'Timer0', 'comparator'] as const;
export type Source = (typeof sources)[number];

/** Where OUT TCNT0, R20 of {@link allowing} begins. */
const TCNT0_WRITTEN = 14;

/** R5 = 0, R3 = 0xFF, R17 = 1, R18 = 2, Z points to R5, PD6 drives high, T is set; then `body` with I still clear. */
export const allowing = (body: string): string => `
        rjmp main
        reti
        reti
        reti
main:   ldi  r16, 0x23     ; SE, idle; INT0 by its rising edge
        out  MCUCR, r16
        ldi  r16, 0x40
        out  GIMSK, r16
        ldi  r16, 0x0B     ; ACIE, a rising output
        out  ACSR, r16
        ldi  r17, 1
        out  TCCR0, r17
        ldi  r18, 2
        out  TIMSK, r18
        ldi  r30, 5
        nop
        out  TCNT0, r20
        ser  r16
        mov  r3, r16
        ldi  r16, 0x60
        out  PORTD, r16
        set
        ${body}`;

/** Lets an interrupt ask from `clock` on, which lies 20 to 250 clocks after the program began. */
export function asks(machine: Machine, source: Source, clock: Cycle): void {
  if (source === 'Timer0') {
    // TCNT0 holds from the edge after the OUT
    machine.registers[20] = 256 - (clock - TCNT0_WRITTEN - 1);
    return;
  }
  const [pin, at] = source === 'INT0' ? ['PD2', clock - 1] : ['PB0', clock];
  machine.queue
    .timer(() => {
      machine.pins[pin].level = true;
    })
    .at(at);
}

/** A machine with that program; each source asks at its clock. */
export function asked(body: string, clocks: Partial<Record<Source, Cycle>> = {}): Machine {
  const machine = new Machine({ words: assemble(allowing(body)).words });
  for (const source of sources) {
    const clock = clocks[source];
    if (clock !== undefined) asks(machine, source, clock);
  }
  return machine;
}

export interface Entry {
  readonly source: Source;
  /** The boundary at which the response began, and the clock of the vector's first instruction. */
  readonly from: Cycle;
  readonly at: Cycle;
  readonly returns: number;
}

/** Runs on to the next entry into an interrupt; undefined when none begins before `limit`. */
export function entryBefore(machine: Machine, limit: Cycle): Entry | undefined {
  while (machine.cycle < limit) {
    const { cycle: from, pc: returns, depth } = machine;
    machine.run(from + 1);
    const { pc, cycle: at } = machine;
    if (machine.depth > depth && pc >= 1 && pc <= 3) return { source: sources[pc - 1], from, at, returns };
  }
  return undefined;
}

/** The same when one must come soon. */
export function nextEntry(machine: Machine): Entry {
  const entry = entryBefore(machine, machine.cycle + 300);
  if (!entry) throw new Error('no interrupt came in 300 clocks');
  return entry;
}

/** The clock at which the program comes to `label`, and where each of its next instructions begins. */
export function quietly(body: string, label: string, instructions = 3): { start: Cycle; places: number[] } {
  const machine = asked(body);
  const target = assemble(allowing(body)).labels[label];
  while (machine.pc !== target) machine.run(machine.cycle + 1);
  const start = machine.cycle;
  const places = [machine.pc];
  for (let i = 1; i < instructions; i++) {
    machine.run(machine.cycle + 1);
    places.push(machine.pc);
  }
  return { start, places };
}
