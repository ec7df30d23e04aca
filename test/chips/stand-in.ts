/**
 * Our machine in the place of another chip. It simulates the AT90S1200; what the firmware touches works alike on its
 * kin, at other addresses and pins. So the AT90S1200's parts are put where the other chip has them, and images for it
 * are built as if it had that chip's stack in hardware: the same program, less the stack pointer.
 */

import { type Chip, chipOf, type IoRow } from '../../vm-host/chip.ts';
import { AT90S1200 } from '../../vm-host/index.ts';

/** Registers whose names got a letter or a number when the timers got more of them. */
const LATER_NAMES: Readonly<Record<string, string>> = { TCCR0: 'TCCR0B', TIFR: 'TIFR0' };

/** Port B of a board with an ATmega, bit by bit, in the names that the AVR910 board has for the same wires. */
const ATMEGA_WIRES = ['PB0', 'PB1', 'PB4', 'PB6', 'PB5', 'PB7', 'PB2', 'PB3'];

/** The address of one of the AT90S1200's registers on another chip, if that has it within reach. */
export function addressOn(chip: Chip, name: string): number | undefined {
  return chip.io[name] ?? chip.io[LATER_NAMES[name]];
}

export function standIn(chip: Chip): Chip {
  const moved = AT90S1200.ioRows.map(row => addressOn(chip, row.name));
  const free = Array.from({ length: 64 }, (_, address) => address).filter(
    address => !moved.includes(address),
  );
  return chipOf({
    ...AT90S1200,
    name: chip.name,
    flashWords: chip.flashWords,
    stackLevels: chip.stackLevels,
    // what the other chip keeps elsewhere is of no use to this firmware, but it must be somewhere
    ioRows: AT90S1200.ioRows.map((row, i) => ({
      ...row,
      address: moved[i] ?? free.shift()!,
      bits: bitsOn(chip, row),
    })),
    pins: chip.name.startsWith('ATmega') ? AT90S1200.pins.map(rewired) : AT90S1200.pins,
  });
}

/** The overflow bits lie where the other chip has them. */
function bitsOn(chip: Chip, row: IoRow): readonly string[] {
  if (row.name !== 'TIFR' && row.name !== 'TIMSK') return row.bits;
  const name = row.name === 'TIFR' ? 'TOV0' : 'TOIE0';
  const place = chip.bits[name]?.bit ?? 0;
  return row.bits.map((_, i) => (7 - i === place ? name : '-'));
}

function rewired(row: Chip['pins'][number]): Chip['pins'][number] {
  if (row.port !== 'B') return row;
  const name = ATMEGA_WIRES[row.bit];
  return { ...AT90S1200.pins.find(other => other.name === name)!, bit: row.bit };
}
