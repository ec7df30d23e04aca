/** Everything outside the programmer's chip: nets, target, serial line, board, host, observers. */

export { type AnnotatedVcdOptions, writeAnnotatedVcd } from './annotated-vcd.ts';
export {
  type Answer,
  type Avr910Command,
  avr910Command,
  avr910Commands,
  avr910Request,
  DONE,
  ESCAPE,
  REFUSED,
} from './avr910.ts';
export {
  asksForBlocks,
  checkSignature,
  command,
  HostError,
  type HostProblem,
  type Programmer910,
  type ProgramOptions,
  type ProgramResult,
  readSignature,
  type Step,
  setAddress,
  signOn,
  supportedCodes,
} from './avr910-host.ts';
export { byPages, program } from './avr910-pages.ts';
export {
  Board,
  type BoardNets,
  type BoardOptions,
  type BoardState,
  type Faults,
  type NetName,
  type Quiet,
  type Sample,
} from './board.ts';
export {
  type Conditions,
  type Constraint,
  type ConstraintGroup,
  type ConstraintId,
  type ConstraintRow,
  constraintRows,
  constraintsFor,
  type Unit,
} from './constraints.ts';
export * from './decoders/index.ts';
export * from './devices/index.ts';
export { ANSWER_TIMEOUT, type Exchange, type Host, type Reply } from './exchange.ts';
export { type Finding, type FindingKind, Findings, findingKinds } from './findings.ts';
export {
  type Contention,
  type Drive,
  type DriveChange,
  type Edge,
  type Level,
  Net,
  type NetDriver,
} from './net.ts';
export type { PinDrive, PinRead, Programmer, ProgrammerPin } from './programmer.ts';
export { type NetSlice, type RecordedEdge, Recording, type Slice } from './recording.ts';
export { type SckLevel, SckMeter, type SckMeterOptions, type SckViolation } from './sck.ts';
export { SerialLine, type SerialLineOptions } from './serial-line.ts';
export { formatSession, hexOf, parseSession, type ReplayResult, replay, SessionError } from './session.ts';
export { sigrokSession } from './sigrok-session.ts';
export { type IspNets, type ObservedInstruction, Target, type TargetOptions } from './target.ts';
export { TargetClock } from './target-clock.ts';
export type { Activity, LockMode } from './target-memory.ts';
export {
  type Histogram,
  type Measurement,
  type Occasion,
  type Place,
  TimingChecker,
  type TimingFigures,
  type TimingOptions,
  type TimingReport,
} from './timing.ts';
export { type Timescale, timescaleFor, type VcdOptions, VcdTrace } from './trace.ts';
export { BitTimes, type Character } from './uart-frame.ts';
