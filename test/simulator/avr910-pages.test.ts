/** The host and a part with pages, against a programmer of paper: no wires, no time. */

import { describe, expect, it } from 'vitest';
import {
  atmega8,
  avr910CodeOf,
  type Host,
  type ProgramOptions,
  type ProgramResult,
  program,
  type Reply,
} from '../../simulator/index.ts';

const CR = 0x0d;
const WORDS = 32;

/** A programmer with page mode; what is loaded reaches flash with `m`. */
class PaperProgrammer {
  readonly flash = new Uint8Array(8192).fill(0xff);
  readonly eeprom = new Uint8Array(512).fill(0xff);
  sent = '';
  private buffer = new Map<number, number>();
  private address = 0;

  constructor(private readonly refuses = '') {}

  answer([letter, ...data]: Uint8Array): number[] {
    const name = String.fromCharCode(letter);
    this.sent += name;
    if (this.refuses.includes(name)) return [0x3f];
    return this.commands[name]?.(data) ?? [CR];
  }

  private readonly text = (text: string) => () => [...text].map(letter => letter.charCodeAt(0));

  private readonly commands: Record<string, (data: number[]) => number[] | undefined> = {
    S: this.text('AVR ISP'),
    V: this.text('10'),
    v: this.text('10'),
    p: this.text('S'),
    a: this.text('Y'),
    b: this.text('?'),
    t: () => [avr910CodeOf('ATmega8').code, 0],
    s: () => [0x07, 0x93, 0x1e],
    A: ([high, low]) => void (this.address = high * 256 + low),
    c: ([data]) => void this.buffer.set(2 * (this.address % WORDS), data),
    C: ([data]) => void this.buffer.set(2 * (this.address++ % WORDS) + 1, data),
    m: () => {
      const first = 2 * WORDS * Math.floor(this.address / WORDS);
      for (const [at, byte] of this.buffer) this.flash[first + at] = byte;
      this.buffer.clear();
      return undefined;
    },
    R: () => {
      const at = 2 * this.address++;
      return [this.flash[at + 1], this.flash[at]];
    },
    D: ([data]) => void (this.eeprom[this.address++] = data),
    d: () => [this.eeprom[this.address++]],
  };
}

function talk<R>(host: Host<R>, programmer: PaperProgrammer): R {
  let inbox: number[] = [];
  let reply: Reply = new Uint8Array();
  for (;;) {
    const { done, value } = host.next(reply);
    if (done) return value;
    inbox = [...inbox, ...(value.send.length > 0 ? programmer.answer(value.send) : [])];
    reply = Uint8Array.from(inbox.splice(0, value.expect));
  }
}

const image = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 3)) & 0xff);

function job(
  length: number,
  options: ProgramOptions = {},
  programmer = new PaperProgrammer(),
): ProgramResult {
  return talk(program(image(length), { device: atmega8, ...options }), programmer);
}

describe('the host and a part with pages', () => {
  it.each([
    [2, 1],
    [64, 1],
    [66, 2],
    [1024, 16],
    [8192, 128],
  ])('writes %i bytes with %i pages', (length, pages) => {
    const programmer = new PaperProgrammer();
    expect(job(length, {}, programmer)).toMatchObject({ ok: true, written: length, verified: length });
    expect(programmer.sent.replaceAll(/[^m]/g, '')).toHaveLength(pages);
    expect(programmer.flash.subarray(0, length)).toEqual(image(length));
  });

  it.each(['byte', 'word', 'once'] as const)(
    'writes them when it sets the address for each %s',
    addressing => {
      const programmer = new PaperProgrammer();
      expect(job(200, { addressing }, programmer).ok).toBe(true);
      expect(programmer.flash.subarray(0, 200)).toEqual(image(200));
    },
  );

  it('writes a page before it turns to the EEPROM, with the address that comes next', () => {
    const programmer = new PaperProgrammer();
    const options = { verify: false, eeprom: Uint8Array.of(1, 2), addressing: 'once' } as const;
    expect(job(4, options, programmer).ok).toBe(true);
    expect(programmer.sent).toMatch(/AcCcCA?AmA?A?DDL$/);
    expect([...programmer.eeprom.subarray(0, 3)]).toEqual([1, 2, 0xff]);
  });

  it('leaves out pages that are blank when it skips what is blank', () => {
    const programmer = new PaperProgrammer();
    const bytes = new Uint8Array(256).fill(0xff);
    bytes[130] = 0x12;
    const host = program(bytes, { device: atmega8, skipBlank: true });
    expect(talk(host, programmer).ok).toBe(true);
    expect(programmer.sent.replaceAll(/[^m]/g, '')).toBe('m');
    expect(programmer.flash.findIndex(byte => byte !== 0xff)).toBe(130);
  });

  it('tells that the programmer refused to write a page, and leaves', () => {
    const programmer = new PaperProgrammer('m');
    const { ok, problem } = job(128, {}, programmer);
    expect(ok).toBe(false);
    expect(problem).toMatchObject({ step: 'write flash' });
    expect(problem?.message).toContain("refused 'm'");
    expect(programmer.sent.at(-1)).toBe('L');
  });
});
