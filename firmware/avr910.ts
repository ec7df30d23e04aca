/**
 * The AVR910 protocol: a letter from the PC, its data, an answer. The PC waits for
 * the answer before it sends the next letter.
 */

import { deselect, device, hasPages, walkDevices } from './devices';
import { control, enter, instruction, programming, release, wait } from './isp';
import {
  BYTE_WRITE_MS,
  ERASE_MS,
  HARDWARE_MAJOR,
  HARDWARE_MINOR,
  PAGE_DEVICE_ERASE_MS,
  PAGE_WRITE_MS,
  SOFTWARE_MAJOR,
  SOFTWARE_MINOR,
} from './options';
import { receive, send } from './serial';

/** The commands: all rows of the protocol's table except the special test command. */
export enum Command {
  Escape = 0x1b,
  NewUniversal = 0x2e, // .
  Universal = 0x3a, // :
  SetAddress = 0x41, // A
  WriteHighByte = 0x43, // C
  WriteEeprom = 0x44, // D
  Leave = 0x4c, // L
  Enter = 0x50, // P
  ReadFlash = 0x52, // R
  Identifier = 0x53, // S
  SelectDevice = 0x54, // T
  SoftwareVersion = 0x56, // V
  AutoIncrement = 0x61, // a
  WriteLowByte = 0x63, // c
  ReadEeprom = 0x64, // d
  ChipErase = 0x65, // e
  WriteFuses = 0x66, // f
  WriteLock = 0x6c, // l
  WritePage = 0x6d, // m
  ProgrammerType = 0x70, // p
  ReadSignature = 0x73, // s
  ListDevices = 0x74, // t
  HardwareVersion = 0x76, // v
  SetLed = 0x78, // x
  ClearLed = 0x79, // y
}

const DONE: u8 = 0x0d; // carriage return
const UNKNOWN: u8 = 0x3f; // ?
const YES: u8 = 0x59; // Y
const SERIAL: u8 = 0x53; // S

/** The address of the next access: a word of flash or a byte of EEPROM. */
let addressHigh: u8 = 0;
let addressLow: u8 = 0;

/**
 * Carries out one command. Returns the last byte of its answer; what comes before
 * that byte has been sent.
 */
export function carryOut(command: u8): u8 {
  // Commands with data, the frequent ones first: at a high rate the next byte is already on the line.
  // The data is taken from the line even when the command is refused.
  if (command === Command.SetAddress) return setAddress();
  const operation = writeOperation(command);
  if (operation) return write(operation);
  if (command === Command.SelectDevice || command === Command.ListDevices) return devices(command);
  if (command === Command.Universal || command === Command.NewUniversal) return universal(command);
  if (command === Command.WriteLock) return writeLock();
  if (command === Command.SetLed || command === Command.ClearLed) return led();
  if (command === Command.WriteFuses) return refuseFuses();

  // Commands that are answered without a target
  if (command === Command.AutoIncrement) return YES;
  if (command === Command.ProgrammerType) return SERIAL;
  if (command === Command.Identifier) return identify();
  if (command === Command.SoftwareVersion) return version(SOFTWARE_MAJOR, SOFTWARE_MINOR);
  if (command === Command.HardwareVersion) return version(HARDWARE_MAJOR, HARDWARE_MINOR);
  if (command === Command.Leave) return leave();
  if (command === Command.Enter) return device ? enable() : UNKNOWN;

  // Commands for the target
  if (!programming()) return UNKNOWN;
  if (command === Command.ReadFlash) return readFlash();
  if (command === Command.ReadEeprom) return readEeprom();
  if (command === Command.WritePage) return writePage();
  if (command === Command.ChipErase) return chipErase();
  if (command === Command.ReadSignature) return readSignature();
  return UNKNOWN;
}

/** S: "AVR ISP" */
function identify(): u8 {
  send(0x41);
  send(0x56);
  send(0x52);
  send(0x20);
  send(0x49);
  send(0x53);
  return 0x50;
}

/** V, v */
function version(major: u8, minor: u8): u8 {
  send(major);
  return minor;
}

/** T, t: both walk the list. A new device begins outside programming mode. */
function devices(command: u8): u8 {
  let code: u8 = 0;
  if (command === Command.SelectDevice) {
    code = receive();
    release();
    deselect();
    if (!code) return DONE;
  }
  walkDevices(code);
  return code ? DONE : 0;
}

/** A */
function setAddress(): u8 {
  addressHigh = receive();
  addressLow = receive();
  return DONE;
}

/** x, y: this board has no LED to set. */
function led(): u8 {
  receive();
  return DONE;
}

/** L */
function leave(): u8 {
  release();
  return DONE;
}

/** P, and the end of e */
function enable(): u8 {
  enter();
  return DONE;
}

/** The first byte of the instruction that c, C and D carry out; 0 for any other letter. */
function writeOperation(command: u8): u8 {
  if (command === Command.WriteLowByte) return 0x40;
  if (command === Command.WriteHighByte) return 0x48;
  if (command === Command.WriteEeprom) return 0xc0;
  return 0;
}

/** c, C, D: the instruction writes one byte, or loads it into the page buffer. */
function write(operation: u8): u8 {
  const data = receive();
  if (!programming()) return UNKNOWN;
  memory(operation, data);
  if (operation === 0xc0 || !hasPages()) wait(BYTE_WRITE_MS);
  if (operation !== 0x40) nextAddress();
  return DONE;
}

/** m */
function writePage(): u8 {
  if (!hasPages()) return UNKNOWN;
  memory(0x4c, 0);
  wait(PAGE_WRITE_MS);
  return DONE;
}

/** R: high byte, low byte */
function readFlash(): u8 {
  send(memory(0x28, 0));
  return memoryAndNext(0x20);
}

/** d */
function readEeprom(): u8 {
  return memoryAndNext(0xa0);
}

/** s: addresses 2, 1, 0 */
function readSignature(): u8 {
  send(instruction(0x30, 0, 2, 0));
  send(instruction(0x30, 0, 1, 0));
  return instruction(0x30, 0, 0, 0);
}

/**
 * e: only a pulse on RESET ends the erase cycle (0838H p45), and the host does
 * not send P again.
 */
function chipErase(): u8 {
  control(0x80);
  wait(hasPages() ? PAGE_DEVICE_ERASE_MS : ERASE_MS);
  return enable();
}

/**
 * l: bits 1 and 2 are the lock bits. The AT90S1200 wants 1111 1211 (0838H p46), its
 * siblings 111x x21x, later parts take the bits from the fourth byte: this serves all.
 */
function writeLock(): u8 {
  const bits = receive();
  if (!programming()) return UNKNOWN;
  instruction(0xac, 0xf9 | (bits & 6), 0, bits);
  wait(ERASE_MS);
  return DONE;
}

/** f: fuses are written with a universal command. */
function refuseFuses(): u8 {
  receive();
  return UNKNOWN;
}

/** : and . with three and four bytes. The wait is for those that write. */
function universal(command: u8): u8 {
  const first = receive();
  const second = receive();
  const third = receive();
  let fourth: u8 = 0;
  if (command === Command.NewUniversal) fourth = receive();
  if (!programming()) return UNKNOWN;
  const answer = instruction(first, second, third, fourth);
  wait(ERASE_MS);
  send(answer);
  return DONE;
}

/** An instruction at the current address. */
function memory(operation: u8, data: u8): u8 {
  return instruction(operation, addressHigh, addressLow, data);
}

function memoryAndNext(operation: u8): u8 {
  const data = memory(operation, 0);
  nextAddress();
  return data;
}

function nextAddress(): void {
  if (!++addressLow) addressHigh++;
}
