/**
 * The target devices of AVR910, by the codes of the published firmware (version
 * 2.2/2.3). The chip has neither RAM nor LPM, so the list is code: one walk along
 * it answers both `t`, which wants to see every code, and `T`, which asks for one.
 */

import { send } from './serial';

/** The code of the selected device; 0 while there is none, or none that we know. */
export let device: u8 = 0;

/** The code that `T` asks for, or 0: send them all. */
let wanted: u8 = 0;

/** Forgets the selected device. */
export function deselect(): void {
  device = 0;
}

/** Looks for a code in the list and selects that device. With 0 it sends all codes instead. */
export function walkDevices(code: u8): void {
  wanted = code;
  visit(0x55); // ATtiny12
  visit(0x56); // ATtiny15
  visit(0x13); // AT90S1200
  visit(0x20); // AT90S2313
  visit(0x28); // AT90S4414
  visit(0x38); // AT90S8515
  visit(0x48); // AT90S2323
  visit(0x4c); // AT90S2343
  visit(0x34); // AT90S2333
  visit(0x30); // AT90S4433
  visit(0x6c); // AT90S4434
  visit(0x68); // AT90S8535
  visit(0x65); // ATmega83
  visit(0x60); // ATmega161
  visit(0x64); // ATmega163
  visit(0x41); // ATmega103
  visit(0x42); // ATmega603
}

function visit(code: u8): void {
  if (!wanted) send(code);
  else if (code === wanted) device = code;
}

/**
 * Whether the flash is written by pages: 65, 60, 64, 41 and 42. In the list above
 * exactly these have bit 6 set and bits 4 and 3 clear.
 */
export function pageMode(): bool {
  return (device & 0x58) === 0x40;
}

/**
 * Whether the third byte of Programming Enable comes back as 53 and an extra pulse on SCK
 * helps when it does not: the devices with codes 0x20 to 0x7F. The AT90S1200 (0x13) keeps
 * MISO released until it has accepted the instruction, so its echo says nothing.
 */
export function echoesEnable(): bool {
  return device >= 0x20;
}
