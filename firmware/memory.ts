/**
 * The memories of the target: reading and writing at an address, and the time that
 * writing takes. A write is begun and left alone; before the target is needed again
 * `endWrite` waits for what is left of it.
 */

import { beginWait, busy, endWait, nextBit, wait } from './clock';
import { clearBlank, hasPages, isBlank, polls } from './devices';
import { control, instruction, transfer } from './isp';
import {
  BYTE_WRITE_MS,
  ERASE_MS,
  OVERLAP,
  PAGE_DEVICE_ERASE_MS,
  PAGE_WRITE_MS,
  POLLED_BYTE_WRITE_MS,
  POLLING,
  SKIP_BLANK,
} from './options';

// The first byte of the instructions that write. READS turns each into the one that reads the same place.
export const LOW_BYTE: u8 = 0x40;
export const HIGH_BYTE: u8 = 0x48;
export const EEPROM: u8 = 0xc0;
export const PAGE: u8 = 0x4c;
export const LOCK: u8 = 0xac;
export const READS: u8 = 0x60;

/** The address of the next access: a word of flash or a byte of EEPROM. */
let addressHigh: u8 = 0;
let addressLow: u8 = 0;

export function setAddressHigh(byte: u8): void {
  addressHigh = byte;
}

export function setAddressLow(byte: u8): void {
  addressLow = byte;
}

/** An instruction at the address. Returns what came back with its fourth byte. */
export function access(operation: u8, data: u8): u8 {
  return instruction(operation, addressHigh, addressLow, data);
}

/** Reads a byte, and goes on to the next address. */
export function readAndNext(operation: u8): u8 {
  const data = access(operation, 0);
  nextAddress();
  return data;
}

export function nextAddress(): void {
  if (!++addressLow) addressHigh++;
}

/** Begins to write a byte, or loads it into the page buffer. FF is in an erased part already. */
export function writeByte(operation: u8, data: u8): void {
  if (SKIP_BLANK && data === 0xff && isBlank()) return;
  access(operation, data);
  if (POLLING) remember(operation, data);
  if (operation === EEPROM) {
    if (SKIP_BLANK) clearBlank(); // its bytes erase themselves
  } else if (hasPages()) return;
  beginWrite(POLLING && polls() ? POLLED_BYTE_WRITE_MS : BYTE_WRITE_MS);
}

/** Begins to write the page buffer. */
export function writePage(): void {
  access(PAGE, 0);
  beginWrite(PAGE_WRITE_MS);
}

/** Erases the chip, and waits. What ends it is a pulse on RESET (0838H p45). */
export function erase(): void {
  control(0x80);
  wait(hasPages() ? PAGE_DEVICE_ERASE_MS : ERASE_MS);
}

/** Waits for a write whose end cannot be asked for: lock bits, fuses, whatever a universal command may be. */
export function waitForWrite(): void {
  if (SKIP_BLANK) clearBlank();
  wait(ERASE_MS);
}

// --- While the target writes ------------------------------------------------------

/** The instruction that wrote last; 0 when its end cannot be asked for. */
let last: u8 = 0;
let lastHigh: u8 = 0;
let lastLow: u8 = 0;
/** What it reads when the target is ready. */
let written: u8 = 0;

/**
 * Remembers how to ask for the end of a write. Until then the place reads as one of 00, 7F, 80, FF, depending
 * on the device (data polling in its datasheet), so these values cannot be asked for.
 */
function remember(operation: u8, data: u8): void {
  last = 0;
  lastHigh = addressHigh;
  lastLow = addressLow;
  written = data;
  if (polls() && (data + 1) & 0x7e) last = operation ^ READS;
}

/** The target is busy with a write, for so many milliseconds at most. */
function beginWrite(milliseconds: u8): void {
  beginWait(milliseconds);
  if (!OVERLAP) endWrite();
}

/** Waits until the target has done what it was told last. */
export function endWrite(): void {
  while (busy) {
    if (POLLING && last && readLast() === written) {
      endWait();
      return;
    }
    nextBit();
  }
}

/** Written out, for there is no return address left for instruction(). */
function readLast(): u8 {
  transfer(last);
  transfer(lastHigh);
  transfer(lastLow);
  return transfer(0);
}
