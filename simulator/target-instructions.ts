/** What each ISP instruction does to a part: what byte 4 answers, and what begins when all four bytes are there. */

import type { Cycle } from '../vm-host/time.ts';
import type { InstructionFields } from './devices/bit-strings.ts';
import type { Device, Operation } from './devices/device.ts';
import type { TargetMemory } from './target-memory.ts';

/** What the instructions work on. */
export interface Part {
  readonly device: Device;
  readonly memory: TargetMemory;
  readonly signature: readonly number[];
}

type Fields = Required<InstructionFields>;

const byteOf = ({ address, high }: Fields) => 2 * address + +high;

/** What a ready part answers. */
const answers: Partial<Record<Operation, (part: Part, fields: Fields, now: Cycle) => number | undefined>> = {
  'Read Program Memory': ({ memory }, fields, now) => memory.read('flash', byteOf(fields), now),
  'Read EEPROM': ({ memory }, { address }, now) => memory.read('EEPROM', address, now),
  'Read Signature': ({ signature }, { address }) => signature[address] ?? 0xff,
  'Read Lock Bits': ({ memory }) => memory.lockBits,
  'Read Fuse Bits': ({ memory }) => memory.fuses.low,
  'Read Fuse High Bits': ({ memory }) => memory.fuses.high,
  'Read Calibration Byte': ({ device }, { address }) => device.calibration?.[address] ?? 0xff,
  'Poll RDY/BSY': ({ memory }) => (memory.activity ? 1 : 0),
};

/** Instructions that a part answers while it is busy. The first two only about the cell that is being written. */
const POLLS: ReadonlySet<Operation> = new Set(['Read Program Memory', 'Read EEPROM', 'Poll RDY/BSY']);

/** The answer of an instruction; undefined = it has none, and the bits that came in go out again. */
export function answerOf(part: Part, operation: Operation, fields: Fields, now: Cycle): number | undefined {
  const { memory } = part;
  if (memory.activity && !POLLS.has(operation)) return undefined;
  return isHidden(part, operation) ? undefined : answers[operation]?.(part, fields, now);
}

/** Whether an instruction, with the answer it got, is one that a busy part obeys. */
export function isPoll(operation: Operation, answer: number | undefined): boolean {
  return POLLS.has(operation) && answer !== undefined;
}

/** Lock mode 3 forbids reading the memories, and on older parts the signature. */
function isHidden({ device, memory }: Part, operation: Operation): boolean {
  if (memory.lockMode < 3) return false;
  if (operation === 'Read Signature') return device.lock.hidesSignature;
  return operation === 'Read Program Memory' || operation === 'Read EEPROM';
}

/** What lock modes 2 and 3 forbid. The lock bits themselves can still be programmed. */
const LOCKED: ReadonlySet<Operation> = new Set([
  'Write Program Memory',
  'Load Program Memory Page',
  'Write Program Memory Page',
  'Write EEPROM',
  'Write Fuse Bits',
  'Write Fuse High Bits',
]);

/** Whether the lock bits forbid an instruction. */
export function isLocked({ memory }: Part, operation: Operation): boolean {
  return memory.lockMode > 1 && LOCKED.has(operation);
}

/** @returns why the instruction did nothing, if so */
type Effect = (part: Part, fields: Fields, start: Cycle) => string | undefined;

/** Most instructions do all that they say. */
const all =
  (begin: (part: Part, fields: Fields, start: Cycle) => void): Effect =>
  (part, fields, start) => {
    begin(part, fields, start);
    return undefined;
  };

const effects: Partial<Record<Operation, Effect>> = {
  'Chip Erase': all(({ memory }, _, start) => memory.begin({ what: 'chip erase', start })),
  'Write Program Memory': all(({ memory }, fields, start) =>
    memory.begin({ what: 'flash', address: byteOf(fields), data: fields.data, start }),
  ),
  'Load Program Memory Page': ({ memory }, { address, high, data }) => memory.page.load(address, high, data),
  'Write Program Memory Page': all(({ device, memory }, { address }, start) => {
    const first = 2 * (device.flash.page ?? 0) * address;
    memory.begin({ what: 'flash page', address: first, data: memory.page.take(), start });
  }),
  'Write EEPROM': all(({ memory }, { address, data }, start) =>
    memory.begin({ what: 'EEPROM', address, data, start }),
  ),
  'Write Lock Bits': all(({ memory }, { data }, start) => {
    if (memory.lockMode < 3) memory.begin({ what: 'lock bits', data, start });
  }),
  'Write Fuse Bits': all(({ memory }, { data }, start) => memory.begin({ what: 'fuse bits', data, start })),
  'Write Fuse High Bits': all(({ memory }, { data }, start) =>
    memory.begin({ what: 'fuse high bits', data, start }),
  ),
};

/**
 * Begins what an instruction says; for reading there is nothing to begin.
 * @returns why a byte for the page buffer was lost, if it was
 */
export function execute(part: Part, operation: Operation, fields: Fields, start: Cycle): string | undefined {
  return effects[operation]?.(part, fields, start);
}
