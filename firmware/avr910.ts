/**
 * The AVR910 protocol: a letter from the PC, its data, an answer. The PC waits for
 * the answer before it sends the next letter.
 */

import { deselect, device, hasPages, setBlank, walkDevices } from './devices';
import { enter, instruction, programming, release } from './isp';
import { ledOff, ledOn } from './led';
import {
  access,
  EEPROM,
  endWrite,
  erase,
  HIGH_BYTE,
  LOCK,
  LOW_BYTE,
  nextAddress,
  READS,
  readAndNext,
  setAddressHigh,
  setAddressLow,
  waitForWrite,
  writeByte,
  writePage,
} from './memory';
import {
  HARDWARE_MAJOR,
  HARDWARE_MINOR,
  OVERLAP,
  RESYNC,
  SKIP_BLANK,
  SOFTWARE_MAJOR,
  SOFTWARE_MINOR,
} from './options';
import { INSTRUCTION_OUTLASTS_BIT } from './rates';
import { dropped, receive, receiveLast, send, transmit } from './serial';

/** The commands: all rows of the protocol's table except the special test command, and ESC. */
export enum Command {
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

/**
 * Carries out one command. Returns the last byte of its answer; what comes before
 * that byte has been sent.
 */
export function carryOut(command: u8): u8 {
  // The data first, that of frequent commands before all: at a high rate the next byte is already on the line.
  // It is taken from the line even when the command is refused.
  if (command === Command.SetAddress) return setAddress();
  if (command === Command.SelectDevice || command === Command.ListDevices) return devices(command);
  const operation = writeOperation(command);
  let data: u8 = 0;
  if (operation) {
    data = receiveLast();
  } else {
    if (command === Command.Universal || command === Command.NewUniversal) return universal(command);
    if (command === Command.SetLed || command === Command.ClearLed) return led(command);
    if (command === Command.WriteFuses) return refuseFuses();

    // Commands that are answered without a target
    if (command === Command.AutoIncrement) return YES;
    if (command === Command.ProgrammerType) return SERIAL;
    if (command === Command.Identifier) return identify();
    if (command === Command.SoftwareVersion) return version(SOFTWARE_MAJOR, SOFTWARE_MINOR);
    if (command === Command.HardwareVersion) return version(HARDWARE_MAJOR, HARDWARE_MINOR);
    if (command === Command.Leave) return leave();
    if (command === Command.Enter) return device ? enable() : UNKNOWN;
  }

  // Commands for the target, which may have a write to finish first
  if (RESYNC && dropped) return UNKNOWN;
  if (OVERLAP) endWrite();
  if (!programming()) return UNKNOWN;
  if (operation === LOCK) return writeLock(data);
  if (operation) return write(operation, data);
  if (command === Command.ReadFlash) return readFlash();
  if (command === Command.ReadEeprom) return readAndNext(EEPROM ^ READS);
  if (command === Command.WritePage) return page();
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
    code = receiveLast();
    leave();
    deselect();
    if (!code) return DONE;
  }
  walkDevices(code);
  return code ? DONE : 0;
}

/** A */
function setAddress(): u8 {
  setAddressHigh(receive());
  setAddressLow(receiveLast());
  return DONE;
}

/** x, y: whatever its number, for there is one LED at most. */
function led(command: u8): u8 {
  receiveLast();
  if (command === Command.SetLed) ledOn();
  else ledOff();
  return DONE;
}

/** L */
function leave(): u8 {
  if (OVERLAP) endWrite();
  release();
  return DONE;
}

/** P. Refused when nobody listens; what the target is then, its signature tells. */
function enable(): u8 {
  if (OVERLAP) endWrite();
  return enter() ? DONE : UNKNOWN;
}

/** The first byte of the instruction that c, C, D and l carry out; 0 for any other letter. */
function writeOperation(command: u8): u8 {
  if (command === Command.WriteLowByte) return LOW_BYTE;
  if (command === Command.WriteHighByte) return HIGH_BYTE;
  if (command === Command.WriteEeprom) return EEPROM;
  if (command === Command.WriteLock) return LOCK;
  return 0;
}

/** c, C, D: the address goes on after C and D. */
function write(operation: u8, data: u8): u8 {
  writeByte(operation, data);
  if (operation !== LOW_BYTE) nextAddress();
  return DONE;
}

/** m */
function page(): u8 {
  if (!hasPages()) return UNKNOWN;
  writePage();
  return DONE;
}

/** R: high byte, low byte */
function readFlash(): u8 {
  const high = access(HIGH_BYTE ^ READS, 0);
  if (INSTRUCTION_OUTLASTS_BIT) transmit(high);
  else send(high);
  return readAndNext(LOW_BYTE ^ READS);
}

/** s: addresses 2, 1, 0 */
function readSignature(): u8 {
  send(instruction(0x30, 0, 2, 0));
  send(instruction(0x30, 0, 1, 0));
  return instruction(0x30, 0, 0, 0);
}

/** e: the host does not send P again, so programming is enabled once more. A page device may keep its EEPROM. */
function chipErase(): u8 {
  erase();
  const answer = enable();
  if (SKIP_BLANK && !hasPages()) setBlank();
  return answer;
}

/**
 * l: bits 1 and 2 are the lock bits. The AT90S1200 wants 1111 1211 (0838H p46), its
 * siblings 111x x21x, later parts take the bits from the fourth byte: this serves all.
 */
function writeLock(bits: u8): u8 {
  instruction(LOCK, 0xf9 | (bits & 6), 0, bits);
  waitForWrite();
  return DONE;
}

/** f: fuses are written with a universal command. */
function refuseFuses(): u8 {
  receiveLast();
  return UNKNOWN;
}

/** : and . with three and four bytes; the fourth of : is 00 */
function universal(command: u8): u8 {
  const first = receive();
  const second = receive();
  let third: u8;
  let fourth: u8 = 0;
  if (command === Command.NewUniversal) {
    third = receive();
    fourth = receiveLast();
  } else {
    third = receiveLast();
  }
  if (RESYNC && dropped) return UNKNOWN;
  if (OVERLAP) endWrite();
  if (!programming()) return UNKNOWN;
  const answer = instruction(first, second, third, fourth);
  if (first & WRITES) waitForWrite();
  send(answer);
  return DONE;
}

/** Reading memory or signature, 20, 28, 30, A0, is without these bits; all that write have one of them. */
const WRITES: u8 = 0x44;
