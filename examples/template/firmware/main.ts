/**
 * A small programmer of your own for the AT90S1200 in the socket: it signs on, reads the signature, erases,
 * writes and reads flash and EEPROM. 4 MHz, 19200 baud, bits timed by counting clocks. Change it and run `npm test`.
 */

import { bit, cbi, DDRB, DDRD, delayCycles, out, PINB, PIND, PORTB, PORTD, sbi } from './chip';

const RESET: u8 = 4;
const MISO: u8 = 5;
const MOSI: u8 = 6;
const SCK: u8 = 7;
const RXD: u8 = 0;
const TXD: u8 = 1;

const MILLISECOND: u32 = 4040; // one per cent more, for a resonator that is a little fast
const BIT: u32 = 208; // 4 MHz / 19200
/** What the loops below take themselves, in clocks; `npm test` tells when it is wrong. */
const RECEIVE_WORK: u32 = 6;
const SEND_WORK: u32 = 9;

const DONE: u8 = 0x0d;
const UNKNOWN: u8 = 0x3f;

let addressHigh: u8 = 0;
let addressLow: u8 = 0;

export function main(): void {
  sbi(PORTB, MISO); // pull-up
  sbi(PORTD, TXD);
  sbi(DDRD, TXD);
  while (true) transmit(carryOut(receive()));
}

/** Carries out one command and returns the last byte of its answer. */
function carryOut(command: u8): u8 {
  if (command === 0x53) return identify(); // S
  if (command === 0x56 || command === 0x76) return pair(0x31, 0x30); // V, v
  if (command === 0x70) return 0x53; // p: serial
  if (command === 0x61) return 0x59; // a: yes, addresses increment
  if (command === 0x74) return pair(0x13, 0); // t: the AT90S1200, end of list
  if (command === 0x54) return select(); // T
  if (command === 0x50) return enter(); // P
  if (command === 0x4c) return leave(); // L
  if (command === 0x41) return setAddress(); // A
  if (command === 0x63) return write(0x40); // c
  if (command === 0x43) return write(0x48); // C
  if (command === 0x52) return read(); // R
  if (command === 0x44) return write(0xc0); // D
  if (command === 0x64) return readNext(0xa0); // d
  if (command === 0x73) return signature(); // s
  if (command === 0x65) return erase(); // e
  return UNKNOWN;
}

function identify(): u8 {
  send(0x4d); // MY ISP1
  send(0x59);
  send(0x20);
  send(0x49);
  send(0x53);
  send(0x50);
  return 0x31;
}

function pair(first: u8, second: u8): u8 {
  send(first);
  return second;
}

function select(): u8 {
  receive();
  return DONE;
}

function setAddress(): u8 {
  addressHigh = receive();
  addressLow = receive();
  return DONE;
}

function write(operation: u8): u8 {
  instruction(operation, addressHigh, addressLow, receive());
  wait(6); // t_WD_PROG at 4 V
  if (operation !== 0x40) next(); // a word has two bytes, the low one comes first
  return DONE;
}

/** A word of flash: its high byte, then its low byte. */
function read(): u8 {
  send(instruction(0x28, addressHigh, addressLow, 0));
  return readNext(0x20);
}

function readNext(operation: u8): u8 {
  const byte = instruction(operation, addressHigh, addressLow, 0);
  next();
  return byte;
}

function next(): void {
  if (!++addressLow) addressHigh++;
}

function signature(): u8 {
  send(instruction(0x30, 0, 2, 0));
  send(instruction(0x30, 0, 1, 0));
  return instruction(0x30, 0, 0, 0);
}

/** Only a pulse on RESET ends the erase cycle. */
function erase(): u8 {
  instruction(0xac, 0x80, 0, 0);
  wait(20);
  return enter();
}

function enter(): u8 {
  out(DDRB, (1 << RESET) | (1 << SCK) | (1 << MOSI));
  sbi(PORTB, RESET);
  wait(1);
  cbi(PORTB, RESET);
  wait(20);
  instruction(0xac, 0x53, 0, 0);
  return DONE;
}

function leave(): u8 {
  cbi(PORTB, MOSI);
  out(DDRB, 0);
  return DONE;
}

/** Four bytes to the target; returns what came back with the fourth. */
function instruction(first: u8, second: u8, third: u8, fourth: u8): u8 {
  transfer(first);
  transfer(second);
  transfer(third);
  return transfer(fourth);
}

function transfer(byte: u8): u8 {
  let bits: u8 = 8;
  do {
    if (byte & 0x80) sbi(PORTB, MOSI);
    else cbi(PORTB, MOSI);
    byte <<= 1;
    delayCycles(4); // MOSI is set up for 1.25 clocks of a target at 1 MHz
    sbi(PORTB, SCK);
    delayCycles(14); // SCK is high for more than 4 clocks of a target at 1 MHz
    if (bit(PINB, MISO)) byte |= 1;
    cbi(PORTB, SCK);
  } while (--bits);
  return byte;
}

function wait(milliseconds: u8): void {
  do delayCycles(MILLISECOND);
  while (--milliseconds);
}

function receive(): u8 {
  while (bit(PIND, RXD)) {}
  delayCycles(BIT / 2); // from the edge to the middle of the start bit
  let byte: u8 = 0;
  let bits: u8 = 8;
  do {
    delayCycles(BIT - RECEIVE_WORK);
    byte >>= 1;
    if (bit(PIND, RXD)) byte |= 0x80;
  } while (--bits);
  while (!bit(PIND, RXD)) {} // the stop bit
  return byte;
}

/** Returns when the stop bit begins: the PC may already answer in the middle of it. */
function transmit(byte: u8): void {
  cbi(PORTD, TXD);
  let bits: u8 = 9;
  do {
    delayCycles(BIT - SEND_WORK);
    if (byte & 1) sbi(PORTD, TXD);
    else cbi(PORTD, TXD);
    byte = (byte >> 1) | 0x80; // the ninth bit is the stop bit
  } while (--bits);
}

/** A byte that is not the last one of an answer. */
function send(byte: u8): void {
  transmit(byte);
  delayCycles(BIT);
}
