/**
 * A host that speaks AVR910, built in, so that the main job needs nothing else.
 *
 * Each function is a conversation (see exchange.ts): it can be run on a board, on a
 * real serial port, or answered by a test. It signs on as avrdude does.
 */

import { type Answer, answerLength, avr910Command, avr910Request, DONE, REFUSED } from './avr910.ts';
import { at90s1200 } from './devices/at90s1200.ts';
import { avr910CodeOf } from './devices/avr910-codes.ts';
import { encodeInstruction } from './devices/bit-strings.ts';
import { type Device, instructionFor } from './devices/device.ts';
import type { Exchange, Host, Reply } from './exchange.ts';

/** What a job does, in its order. */
export type Step =
  | 'sign on'
  | 'erase'
  | 'write flash'
  | 'verify flash'
  | 'write EEPROM'
  | 'verify EEPROM'
  | 'lock'
  | 'leave';

export interface ProgramOptions {
  /** Default AT90S1200. */
  readonly device?: Device;
  /** Bytes for the EEPROM, from address 0. */
  readonly eeprom?: Uint8Array;
  /** Default true. A part that is not erased can only lose ones. */
  readonly erase?: boolean;
  /** Default true. */
  readonly verify?: boolean;
  /** Do not write bytes that are FF: an erased part has them already. Default false. */
  readonly skipBlank?: boolean;
  /** Set the address before each byte, as avrdude does, before each word, or once. Default 'word'. */
  readonly addressing?: 'byte' | 'word' | 'once';
  /** Protection at the end: 2 forbids writing, 3 reading too. Default none. */
  readonly lockMode?: 2 | 3;
  /** Write the lock bits with l, or with the universal command as avrdude does. Default 'l'. */
  readonly lockWith?: 'l' | '.';
  readonly onProgress?: (step: Step, done: number, total: number) => void;
}

/** What was found out about the programmer while signing on. */
export interface Programmer910 {
  readonly id: string;
  readonly software: string;
  readonly hardware: string;
  readonly type: string;
  readonly autoIncrement: boolean;
  readonly blockMode: boolean;
  readonly codes: readonly number[];
  readonly signature: readonly [number, number, number];
}

export interface HostProblem {
  readonly step: Step;
  /** One sentence: what, where, expected and actual. */
  readonly message: string;
  /** Byte address in the image, when the problem has one. */
  readonly address?: number;
  readonly expected?: number;
  readonly actual?: number;
}

export interface ProgramResult {
  readonly ok: boolean;
  readonly problem?: HostProblem;
  /** What answered, as far as signing on came. */
  readonly programmer?: Programmer910;
  readonly written: number;
  readonly verified: number;
}

/** Ends a conversation early; {@link program} turns it into a result. */
export class HostError extends Error {
  override readonly name = 'HostError';

  constructor(
    message: string,
    readonly details: Omit<Partial<HostProblem>, 'message' | 'step'> = {},
  ) {
    super(message);
  }
}

const show = (byte: number) => `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
const list = (bytes: Iterable<number>) => Array.from(bytes, show).join(' ');
const nameOf = (request: Uint8Array) => {
  const row = avr910Command(request[0]);
  return row ? `'${row.letter}' (${row.name})` : list(request);
};

/** Sends a command and gives the bytes that its answer carries. @throws HostError for silence and refusal. */
export function* command(letter: string, ...data: number[]): Host<Reply> {
  const send = avr910Request(letter, ...data);
  const { gives } = avr910Command(send[0])!;
  const expect = answerLength(gives) ?? 1;
  const reply = yield { send, expect };
  if (reply.length === 0 && expect > 0) throw new HostError(`no answer to ${nameOf(send)}`);
  if (refused(gives, reply)) throw new HostError(`the programmer refused ${nameOf(send)} with '?'`);
  if (reply.length < expect) {
    throw new HostError(`the answer to ${nameOf(send)} stopped after ${reply.length} of ${expect} bytes`);
  }
  return checkDone(send, gives, reply);
}

function refused(gives: Answer, reply: Reply): boolean {
  if (reply[0] !== REFUSED) return false;
  return gives.kind === 'done' || reply.length < (answerLength(gives) ?? 1);
}

/** The answer without its carriage return, which must be one. */
function checkDone(send: Uint8Array, gives: Answer, reply: Reply): Reply {
  if (gives.kind !== 'done' && gives.kind !== 'bytes, done') return reply;
  const last = reply[reply.length - 1];
  if (last !== DONE) {
    throw new HostError(`the answer to ${nameOf(send)} ended in ${show(last)} and not in carriage return`);
  }
  return reply.subarray(0, reply.length - 1);
}

const listen = (expect: number): Exchange => ({ send: new Uint8Array(), expect });
const textOf = (reply: Reply) => String.fromCharCode(...reply);

/** `t`: all codes up to the closing 00. @throws HostError when the list does not end. */
export function* supportedCodes(): Host<number[]> {
  const codes: number[] = [];
  let [code] = yield* command('t');
  while (code !== 0 && codes.length < 256) {
    codes.push(code);
    [code = -1] = yield listen(1);
    if (code === -1) throw new HostError(`the list of device codes broke off after ${list(codes)}`);
  }
  if (code !== 0) throw new HostError('the list of device codes does not end');
  return codes;
}

/** `b`: whether the programmer offers block mode; its size is read and not used. */
export function* asksForBlocks(): Host<boolean> {
  const [answer] = yield* command('b');
  if (answer !== 'Y'.charCodeAt(0)) return false;
  yield listen(2);
  return true;
}

/** S V v p a b t T P s, as avrdude opens. */
export function* signOn(device: Device = at90s1200): Host<Programmer910> {
  const { code } = avr910CodeOf(device.name);
  const id = textOf(yield* command('S'));
  const software = textOf(yield* command('V'));
  const hardware = textOf(yield* command('v'));
  const type = textOf(yield* command('p'));
  const autoIncrement = textOf(yield* command('a')) === 'Y';
  const blockMode = yield* asksForBlocks();
  const codes = yield* supportedCodes();
  if (!codes.includes(code)) {
    throw new HostError(`the programmer does not list the ${device.name} (code ${show(code)})`);
  }
  yield* command('T', code);
  const [entered] = yield { send: avr910Request('P'), expect: 1 };
  if (entered !== DONE) yield* explainRefusal(entered);
  const signature = yield* readSignature();
  return { id, software, hardware, type, autoIncrement, blockMode, codes, signature };
}

/**
 * A programmer may refuse P because nobody listens to it. The signature says that better, so it goes on in that
 * case, as avrdude does. @throws HostError when there is somebody, or no answer at all
 */
function* explainRefusal(answer: number | undefined): Host<void> {
  if (answer === undefined) throw new HostError(`no answer to ${nameOf(avr910Request('P'))}`);
  const signature = answer === REFUSED ? yield* readSignature() : [];
  const mute = signature.length > 0 && signature.every(byte => byte === signature[0]);
  if (mute) return;
  if (answer === REFUSED)
    throw new HostError(`the programmer refused ${nameOf(avr910Request('P'))} with '?'`);
  throw new HostError(
    `the answer to ${nameOf(avr910Request('P'))} ended in ${show(answer)} and not in carriage return`,
  );
}

/** `s`, in the order of the addresses. */
export function* readSignature(): Host<[number, number, number]> {
  const [third, second, first] = yield* command('s');
  return [first, second, third];
}

/** What a part in lock mode 3 answers instead of its signature. */
const isLocked = (signature: readonly number[]) => signature.every((byte, i) => byte === i);

/** @throws HostError with the likely reason when the signature is not the device's. */
export function checkSignature(device: Device, signature: readonly number[]): void {
  if (signature.every((byte, i) => byte === device.signature[i])) return;
  const seen = list(signature);
  const hints: Record<string, string> = {
    '0xFF 0xFF 0xFF': 'no target answers, or it has no signature',
    '0x00 0x01 0x02': 'the target is locked; erase it first',
    '0x00 0x00 0x00': 'MISO is stuck low',
  };
  const hint = hints[seen] ? `: ${hints[seen]}` : ': another part is in the socket';
  throw new HostError(`the signature is ${seen}, the ${device.name} has ${list(device.signature)}${hint}`);
}

/** `A`. @param address word address for flash, byte address for EEPROM */
export function* setAddress(address: number): Host<void> {
  yield* command('A', address >> 8, address & 0xff);
}

/** Erases, signs on, writes, verifies, locks and leaves: the whole job. It throws nothing and always tries to leave. */
export function* program(image: Uint8Array, options: ProgramOptions = {}): Host<ProgramResult> {
  const job = new Job(image, options);
  try {
    yield* job.run();
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    job.fail(error);
  }
  yield* job.leave();
  return job.result;
}

class Job {
  private step: Step = 'sign on';
  private problem: HostProblem | undefined;
  private programmer: Programmer910 | undefined;
  private written = 0;
  private verified = 0;
  private readonly device: Device;

  constructor(
    private readonly image: Uint8Array,
    private readonly options: ProgramOptions,
  ) {
    this.device = options.device ?? at90s1200;
  }

  get result(): ProgramResult {
    const { problem, programmer, written, verified } = this;
    return { ok: problem === undefined, problem, programmer, written, verified };
  }

  fail(error: HostError): void {
    this.problem ??= { step: this.step, message: error.message, ...error.details };
  }

  *run(): Host<void> {
    const { image, options, device } = this;
    const { eeprom = new Uint8Array(), erase = true, verify = true, lockMode } = options;
    checkSize('flash', image, device.flash.bytes);
    checkSize('EEPROM', eeprom, device.eeprom.bytes);
    this.programmer = yield* this.signOn();
    const locked = isLocked(this.programmer.signature);
    if (!(locked && erase)) checkSignature(device, this.programmer.signature);
    if (erase) yield* this.erase();
    if (locked) checkSignature(device, yield* readSignature());
    if (image.length > 0) yield* this.writeFlash();
    if (image.length > 0 && verify) yield* this.verifyFlash();
    if (eeprom.length > 0) yield* this.writeEeprom(eeprom);
    if (eeprom.length > 0 && verify) yield* this.verifyEeprom(eeprom);
    if (lockMode) yield* this.lock(lockMode);
  }

  /** `L`, so that the target runs, whatever happened. */
  *leave(): Host<void> {
    const progress = this.problem ? () => undefined : this.begin('leave', 1);
    const reply = yield { send: avr910Request('L'), expect: 1 };
    if (reply[0] === DONE) progress(1);
    if (reply[0] === DONE || this.problem) return;
    this.fail(new HostError(reply.length ? `'L' was answered with ${show(reply[0])}` : "no answer to 'L'"));
  }

  private begin(step: Step, total: number): (done: number) => void {
    this.step = step;
    this.options.onProgress?.(step, 0, total);
    return done => this.options.onProgress?.(step, done, total);
  }

  private *signOn(): Host<Programmer910> {
    const progress = this.begin('sign on', 1);
    const programmer = yield* signOn(this.device);
    progress(1);
    return programmer;
  }

  private *erase(): Host<void> {
    const progress = this.begin('erase', 1);
    yield* command('e');
    progress(1);
  }

  private *writeFlash(): Host<void> {
    const { image, options } = this;
    const progress = this.begin('write flash', image.length);
    for (let address = 0; address < image.length; address++) {
      const blank = options.skipBlank && image[address] === 0xff;
      if (!blank) yield* this.writeFlashByte(address);
      progress(address + 1);
    }
  }

  private *writeFlashByte(address: number): Host<void> {
    const high = address % 2 === 1;
    if (this.needsAddress(address, this.options.skipBlank)) yield* setAddress(address >> 1);
    yield* command(high ? 'C' : 'c', this.image[address]);
    this.written++;
  }

  /** The programmer increments after each high byte; what was skipped was not incremented. */
  private needsAddress(address: number, skipping = false): boolean {
    const { addressing = 'word' } = this.options;
    if (addressing === 'byte' || address === 0 || skipping) return true;
    return addressing === 'word' && address % 2 === 0;
  }

  private *verifyFlash(): Host<void> {
    const { image } = this;
    const progress = this.begin('verify flash', image.length);
    const perByte = this.options.addressing === 'byte';
    for (let address = 0; address < image.length; address += perByte ? 1 : 2) {
      if (this.needsAddress(address)) yield* setAddress(address >> 1);
      const [high, low] = yield* command('R');
      if (address % 2 === 0) this.compare('flash', address, image[address], low);
      if (!perByte || address % 2 === 1) this.compare('flash', address | 1, image[address | 1], high);
      progress(Math.min(image.length, address + 2));
    }
  }

  private *writeEeprom(eeprom: Uint8Array): Host<void> {
    const progress = this.begin('write EEPROM', eeprom.length);
    for (const [address, data] of eeprom.entries()) {
      if (address === 0 || this.options.addressing !== 'once') yield* setAddress(address);
      yield* command('D', data);
      this.written++;
      progress(address + 1);
    }
  }

  private *verifyEeprom(eeprom: Uint8Array): Host<void> {
    const progress = this.begin('verify EEPROM', eeprom.length);
    for (const [address, data] of eeprom.entries()) {
      if (address === 0 || this.options.addressing !== 'once') yield* setAddress(address);
      const [actual] = yield* command('d');
      this.compare('EEPROM', address, data, actual);
      progress(address + 1);
    }
  }

  /** `expected` is undefined beyond the end of an image with an odd number of bytes. */
  private compare(what: string, address: number, expected: number | undefined, actual: number): void {
    if (expected === undefined) return;
    if (expected !== actual) {
      const text = `${what} byte 0x${address.toString(16).padStart(3, '0')} is ${show(actual)}, not ${show(expected)}`;
      throw new HostError(text, { address, expected, actual });
    }
    this.verified++;
  }

  private *lock(mode: 2 | 3): Host<void> {
    const progress = this.begin('lock', 1);
    const { LB1, LB2 } = this.device.lock;
    const data = 0xff & ~LB1 & ~(mode === 3 ? LB2 : 0);
    if (this.options.lockWith === '.') {
      const { format } = instructionFor(this.device, 'Write Lock Bits');
      yield* command('.', ...encodeInstruction(format, { data }));
    } else {
      yield* command('l', data);
    }
    progress(1);
  }
}

function checkSize(what: string, bytes: Uint8Array, room: number): void {
  if (bytes.length <= room) return;
  throw new HostError(`the ${what} image has ${bytes.length} bytes, the part has room for ${room}`);
}
