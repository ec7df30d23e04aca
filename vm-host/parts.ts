/** The parts of one chip, made and connected. */
import type { Chip } from './chip.ts';
import type { Cpu } from './cpu.ts';
import type { IoRegisters } from './io.ts';
import { Comparator } from './peripherals/comparator.ts';
import { Eeprom } from './peripherals/eeprom.ts';
import { ExternalInterrupt } from './peripherals/external-interrupt.ts';
import type { Part, Surroundings } from './peripherals/part.ts';
import { Pin, Port } from './peripherals/ports.ts';
import { Power, type Processor } from './peripherals/power.ts';
import { Timer0 } from './peripherals/timer0.ts';
import { Watchdog } from './peripherals/watchdog.ts';
import type { Cycle } from './time.ts';

/** What parts do to the processor beyond their surroundings. */
export interface PartsHooks extends Processor {
  /** The watchdog has run out. */
  bite(now: Cycle): void;
}

export interface Parts {
  readonly pins: Readonly<Record<string, Pin>>;
  readonly eeprom: Eeprom;
  readonly watchdog: Watchdog;
  readonly power: Power;
  /** All of them, in the order in which they are reset, saved and restored. */
  readonly all: readonly Part[];
  /** The interrupt of this vector was taken. */
  acknowledge(vector: string, now: Cycle): void;
}

export function makeParts(
  chip: Chip,
  eepromContent: ArrayLike<number>,
  around: Surroundings,
  hooks: PartsHooks,
): Parts {
  const { timing } = chip;
  if (!timing)
    throw new RangeError(`the machine simulates the AT90S1200; it cannot stand for an ${chip.name}`);
  const pins = Object.fromEntries(chip.pins.map(({ name }) => [name, new Pin(name)]));
  const pin = (job: string) => pins[chip.pins.find(({ alternate }) => alternate === job)!.name];
  const ports = makePorts(chip, pins, around);
  const { TOIE0, TOV0 } = chip.bits;
  const timer0 = new Timer0(pin('T0'), around, { TOIE0: TOIE0.bit, TOV0: TOV0.bit });
  const int0 = new ExternalInterrupt(pin('INT0'), around);
  const comparator = new Comparator(pin('AIN0'), pin('AIN1'), around);
  const eeprom = new Eeprom(chip.eepromBytes, eepromContent, timing.eepromWrite, around);
  const watchdog = new Watchdog(timing.watchdog, around, hooks.bite);
  const power = new Power(timing.startUp, around, int0, [timer0, int0], hooks);
  pin('INT0').watch(() => power.watchLevel(around.now()));
  const flags: Readonly<Record<string, { acknowledge(now: Cycle): void }>> = {
    INT0: int0,
    TIMER0_OVF: timer0,
    ANA_COMP: comparator,
  };
  return {
    ...{ pins, eeprom, watchdog, power },
    all: [...ports, timer0, int0, comparator, eeprom, watchdog, power] as readonly Part[],
    acknowledge: (vector, now) => flags[vector].acknowledge(now),
  };
}

function makePorts(chip: Chip, pins: Readonly<Record<string, Pin>>, around: Surroundings): Port[] {
  return (['B', 'D'] as const).map(letter => {
    const rows = chip.pins.filter(({ port }) => port === letter);
    return new Port(
      letter,
      rows.map(({ name }) => pins[name]),
      around,
    );
  });
}

/** SREG is the processor's own, but it lies in the I/O space like the others. */
export function statusRegister(cpu: () => Cpu): IoRegisters {
  return { SREG: { read: () => cpu().sreg, write: value => cpu().writeSreg(value) } };
}
