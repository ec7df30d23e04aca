/**
 * The target devices. The chip has neither RAM nor LPM, so their list, in options.ts, is code: one walk
 * along it answers both `t`, which wants to see every code, and `T`, which asks for one.
 */

import { ECHOES, listDevices, PAGES, POLLS } from './options';
import { send } from './serial';

/** What the selected device is like; 0 while none is selected, or one that we do not know. */
export let device: u8 = 0;

/** There is nothing but FF in the EEPROM: it has been erased, and nothing was written since. */
const BLANK: u8 = 16;

/** The code that `T` asks for, or 0: send them all. */
let wanted: u8 = 0;
/** What the devices are like that come next in the list. */
let kind: u8 = 0;

/** Walks the list of the options. It has no state and no memory: laid out where it is used, calls are all that is left. */
class List {
  @inline family(like: u8): void {
    kind = like;
  }

  @inline device(code: u8): void {
    visit(code);
  }
}

/** Selects the device with this code if it is in the list, and sends all codes if it is 0. */
export function walkDevices(code: u8): void {
  wanted = code;
  listDevices(changetype<List>(0));
}

function visit(code: u8): void {
  if (!wanted) send(code);
  else if (code === wanted) device = kind;
}

/** Forgets the selected device. */
export function deselect(): void {
  device = 0;
}

export function echoesEnable(): bool {
  return (device & ECHOES) !== 0;
}

export function hasPages(): bool {
  return (device & PAGES) !== 0;
}

export function polls(): bool {
  return (device & POLLS) !== 0;
}

export function isBlank(): bool {
  return (device & BLANK) !== 0;
}

export function setBlank(): void {
  device |= BLANK;
}

export function clearBlank(): void {
  device &= ~BLANK;
}
