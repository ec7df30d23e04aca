/**
 * What an instruction may touch, and the arithmetic that instructions share.
 *
 * The rows of isa.ts are written against {@link Core}; cpu.ts implements it.
 */

import type { FaultKind } from './fault.ts';

/** The processor as an instruction sees it, between the fetch and the next boundary. */
export interface Core {
  /** R0 to R31. */
  readonly r: Uint8Array;
  sreg: number;
  /** Word address of the next instruction: already past the one that runs. */
  pc: number;
  /** Flash size less one; addresses wrap with it. */
  readonly pcMask: number;
  /** Reads the I/O register at `address` as it is at the start of this instruction. */
  in(address: number): number;
  /** Writes an I/O register; the new value holds `clocks` after the start of this instruction. */
  out(address: number, value: number, clocks: number): void;
  /** Puts a return address onto the hardware stack. Faults when it is full. */
  push(address: number): void;
  /** Takes a return address off the hardware stack. Faults when it is empty. */
  pop(): number;
  /** Keeps interrupts out of the boundary at the end of this instruction of `clocks` clocks. */
  holdInterrupts(clocks: number): void;
  sleep(): void;
  watchdogReset(): void;
  /** Stops with the word at hand. */
  fault(kind: FaultKind, what: string): never;
}

/** Bits of SREG (datasheet page 11). */
export const C = 0x01;
export const Z = 0x02;
export const N = 0x04;
export const V = 0x08;
export const S = 0x10;
export const H = 0x20;
export const T = 0x40;
export const I = 0x80;

/** Z, N and S of a result whose V is 0; S is N xor V. */
const resultFlags = Uint8Array.from({ length: 256 }, (_, value) =>
  value === 0 ? Z : value >= 0x80 ? N | S : 0,
);

/** The sum of two bytes and a carry; sets H S V N Z C. */
export function add(core: Core, a: number, b: number, carry: number): number {
  const sum = a + b + carry;
  const result = sum & 0xff;
  const overflow = (a ^ result) & (b ^ result) & 0x80;
  setArithmeticFlags(core, (a ^ b ^ sum) & 0x10, sum >> 8, overflow, resultFlags[result]);
  return result;
}

/** The difference of two bytes and a borrow; sets H S V N Z C. */
export function subtract(core: Core, a: number, b: number, borrow: number): number {
  const difference = a - b - borrow;
  const result = difference & 0xff;
  const overflow = (a ^ b) & (a ^ result) & 0x80;
  setArithmeticFlags(core, (a ^ b ^ difference) & 0x10, (difference >> 8) & 1, overflow, resultFlags[result]);
  return result;
}

/** A difference that continues one of lower bytes: takes C as borrow, and Z can only stay set. */
export function subtractFurther(core: Core, a: number, b: number): number {
  const keptZero = core.sreg | ~Z;
  const result = subtract(core, a, b, core.sreg & C);
  core.sreg &= keptZero;
  return result;
}

/** `half` is 0x10 or 0, `overflow` 0x80 or 0: both as they fall out of the operands. */
function setArithmeticFlags(core: Core, half: number, carry: number, overflow: number, result: number): void {
  const signAndOverflow = (overflow >> 3) | (overflow >> 4);
  core.sreg = (core.sreg & (I | T)) | (half << 1) | carry | (result ^ signAndOverflow);
}

/** Z, N, S of a result; V becomes 0; H and C stay. */
export function logic(core: Core, result: number): number {
  core.sreg = (core.sreg & (I | T | H | C)) | resultFlags[result];
  return result;
}

/** One's complement: the flags of logic, and C becomes 1. */
export function complement(core: Core, a: number): number {
  const result = logic(core, ~a & 0xff);
  core.sreg |= C;
  return result;
}

/** INC and DEC: Z, N, V, S; C and H stay. V when the result is `overflowed`, the other side of the sign. */
export function count(core: Core, value: number, overflowed: number): number {
  const result = value & 0xff;
  const signAndOverflow = result === overflowed ? V | S : 0;
  core.sreg = (core.sreg & (I | T | H | C)) | (resultFlags[result] ^ signAndOverflow);
  return result;
}

/** One place right, `top` (0x80 or 0) shifts in, bit 0 goes to C; V is N xor C, H stays. */
export function shiftRight(core: Core, a: number, top: number): number {
  const result = (a >> 1) | top;
  const carry = a & 1;
  const signAndOverflow = (result >> 7) ^ carry ? V | S : 0;
  core.sreg = (core.sreg & (I | T | H)) | carry | (resultFlags[result] ^ signAndOverflow);
  return result;
}
