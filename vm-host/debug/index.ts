/** What looks into a running program. */
export { callgrind } from './callgrind.ts';
export type { Call } from './calls.ts';
export { Calls } from './calls.ts';
export type { Stop, WatchedNet } from './debugger.ts';
export { Debugger } from './debugger.ts';
export type { Incoming } from './gdb-packets.ts';
export { framed, LONGEST_PACKET, PacketReader, printed } from './gdb-packets.ts';
export type { Reaction } from './gdb-stub.ts';
export { GdbStub } from './gdb-stub.ts';
export { lcov } from './lcov.ts';
export type { ProfileRow } from './profile.ts';
export { Profile } from './profile.ts';
export type { FunctionPlace, LineTable, Place } from './source-map.ts';
export { SourceMap } from './source-map.ts';
export type { Observer, Step } from './stepper.ts';
export { Stepper } from './stepper.ts';
