/** The virtual microcontroller: every public name, values first, types apart. */

export type { AssembleOptions, Assembly } from './assemble.ts';
export { assemble } from './assemble.ts';
export type { Chip, IoBit, IoRow, PinRow, Vector } from './chip.ts';
export { AT90S1200 } from './chip.ts';
export { chips } from './chips/index.ts';
export type { StackOverflow } from './cpu.ts';
export * from './debug/index.ts';
export type { FaultKind, FaultReport } from './fault.ts';
export { Fault } from './fault.ts';
export type { AliasRow, Decoded, InstructionRow } from './isa.ts';
export { aliases, decode, disassemble, encode, instructions, mnemonics } from './isa.ts';
export type { LogicExports, LogicOptions } from './logic.ts';
export { LogicMachine } from './logic.ts';
export type { EngineName, MachineOptions, MachineState, ResetCause } from './machine.ts';
export { Machine } from './machine.ts';
export type { McuPin, PinDrive } from './peripherals/ports.ts';
export type { Activity } from './peripherals/power.ts';
export type { PinRead } from './read-watch.ts';
export { renderIsa } from './render-isa.ts';
export type { Cycle, QueueState, Timer, TimerCallback } from './time.ts';
export { EventQueue, Ratio } from './time.ts';
