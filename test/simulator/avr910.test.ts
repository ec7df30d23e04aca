/** The host and its command table, against a programmer of paper: no wires, no time. */

import { describe, expect, it } from 'vitest';
import {
  avr910Codes,
  avr910Commands,
  avr910Request,
  type Host,
  type ProgramOptions,
  type ProgramResult,
  program,
  type Reply,
} from '../../simulator/index.ts';

const CR = 0x0d;

/** An AVR910 programmer with an AT90S1200 as plain arrays. Override a letter to make it misbehave. */
class PaperProgrammer {
  readonly flash = new Uint8Array(1024).fill(0xff);
  readonly eeprom = new Uint8Array(64).fill(0xff);
  readonly sent: string[] = [];
  signature = [0x1e, 0x90, 0x01];
  lock = 0xff;
  private address = 0;

  constructor(private readonly overrides: Record<string, (data: number[]) => number[]> = {}) {}

  /** How often each letter was sent. */
  get counts(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const [letter] of this.sent) counts[letter] = (counts[letter] ?? 0) + 1;
    return counts;
  }

  answer(bytes: Uint8Array): number[] {
    if (bytes.length === 0) return [];
    const [letter, ...data] = [String.fromCharCode(bytes[0]), ...bytes.subarray(1)];
    this.sent.push([letter, ...data].join(' '));
    return (this.overrides[letter as string] ?? this.commands[letter as string])(data as number[]);
  }

  private readonly text = (text: string) => () => [...text].map(letter => letter.charCodeAt(0));
  private readonly done = () => [CR];

  readonly commands: Record<string, (data: number[]) => number[]> = {
    S: this.text('AVR ISP'),
    V: this.text('23'),
    v: this.text('10'),
    p: this.text('S'),
    a: this.text('Y'),
    b: this.text('?'),
    t: () => [...avr910Codes.map(({ code }) => code), 0],
    T: this.done,
    P: this.done,
    L: this.done,
    s: () => [...this.signature].reverse(),
    e: () => {
      this.flash.fill(0xff);
      this.eeprom.fill(0xff);
      this.signature = [0x1e, 0x90, 0x01];
      return [CR];
    },
    A: ([high, low]) => {
      this.address = high * 256 + low;
      return [CR];
    },
    c: ([data]) => this.write(this.flash, 2 * this.address, data),
    C: ([data]) => this.write(this.flash, 2 * this.address++ + 1, data),
    R: () => {
      const at = 2 * this.address++;
      return [this.flash[at + 1], this.flash[at]];
    },
    D: ([data]) => this.write(this.eeprom, this.address++, data),
    d: () => [this.eeprom[this.address++]],
    l: ([data]) => {
      this.lock &= data;
      return [CR];
    },
    '.': ([, lock]) => {
      this.lock &= lock;
      return [0, CR];
    },
  };

  private write(memory: Uint8Array, at: number, data: number): number[] {
    memory[at] = data;
    return [CR];
  }
}

/** Lets a host talk to a programmer of paper. */
function talk<R>(host: Host<R>, programmer: PaperProgrammer): R {
  let inbox: number[] = [];
  let reply: Reply = new Uint8Array();
  for (;;) {
    const { done, value } = host.next(reply);
    if (done) return value;
    inbox = [...inbox, ...programmer.answer(value.send)];
    reply = Uint8Array.from(inbox.splice(0, value.expect));
  }
}

const image = Uint8Array.from({ length: 1024 }, (_, i) => (i * 7 + (i >> 3)) & 0xff);

function job(options: ProgramOptions = {}, programmer = new PaperProgrammer()): ProgramResult {
  return talk(program(image, options), programmer);
}

describe('the command table', () => {
  it('has each letter once', () => {
    const letters = avr910Commands.map(({ letter }) => letter);
    expect(new Set(letters).size).toBe(letters.length);
  });

  it('lists the device codes in the order of the published firmware', () => {
    const codes = avr910Codes.map(({ code }) => code.toString(16).padStart(2, '0')).join(' ');
    expect(codes).toBe('55 56 13 20 28 38 48 4c 34 30 6c 68 65 60 64 41 42');
  });

  it('makes requests of the right length only', () => {
    expect(avr910Request('A', 1, 2)).toEqual(Uint8Array.of(0x41, 1, 2));
    expect(() => avr910Request('A', 1)).toThrow("'A' takes 2 bytes, not 1");
    expect(() => avr910Request('z')).toThrow("no AVR910 command 'z'");
  });
});

describe('the host', () => {
  it('signs on like avrdude, programs, verifies and leaves', () => {
    const programmer = new PaperProgrammer();
    const result = job({ eeprom: image.subarray(0, 64) }, programmer);
    expect(result).toMatchObject({ ok: true, written: 1088, verified: 1088 });
    expect(result.programmer).toMatchObject({ id: 'AVR ISP', software: '23', signature: [0x1e, 0x90, 0x01] });
    expect(programmer.sent.slice(0, 10)).toEqual(['S', 'V', 'v', 'p', 'a', 'b', 't', 'T 19', 'P', 's']);
    expect(programmer.sent.at(-1)).toBe('L');
    expect(programmer.flash).toEqual(image);
    expect(programmer.eeprom).toEqual(image.subarray(0, 64));
  });

  it.each([
    ['byte', 2048, 1024],
    ['word', 1024, 512],
    ['once', 2, 512],
  ] as const)('addresses each %s: A %i times, R %i times', (addressing, A, R) => {
    const programmer = new PaperProgrammer();
    expect(job({ addressing }, programmer).ok).toBe(true);
    expect(programmer.counts).toMatchObject({ A, R, c: 512, C: 512, e: 1 });
  });

  it('can skip blank bytes', () => {
    const programmer = new PaperProgrammer();
    const blank = new Uint8Array(64).fill(0xff);
    blank[7] = 0x12;
    expect(talk(program(blank, { skipBlank: true }), programmer).ok).toBe(true);
    expect([programmer.counts.c, programmer.counts.C, programmer.flash[7]]).toEqual([undefined, 1, 0x12]);
  });

  it('takes an image with an odd number of bytes', () => {
    const programmer = new PaperProgrammer();
    const result = talk(program(image.subarray(0, 5)), programmer);
    expect(result).toMatchObject({ ok: true, written: 5, verified: 5 });
    expect(programmer.flash[5]).toBe(0xff);
  });

  it.each([
    [2, 'l', 0xfd],
    [3, 'l', 0xf9],
    [2, '.', 0xfd],
    [3, '.', 0xf9],
  ] as const)('locks to mode %i with %s', (lockMode, lockWith, lock) => {
    const programmer = new PaperProgrammer();
    expect(job({ lockMode, lockWith }, programmer).ok).toBe(true);
    expect(programmer.lock).toBe(lock);
  });

  it('reads the size where the programmer offers block mode', () => {
    const programmer = new PaperProgrammer({ b: () => [0x59, 0x00, 0x80] });
    expect(job({}, programmer).programmer?.blockMode).toBe(true);
  });

  it('erases a locked part before it believes the signature', () => {
    const programmer = new PaperProgrammer();
    programmer.signature = [0, 1, 2];
    expect(job({}, programmer).ok).toBe(true);
  });

  it('reports progress step by step', () => {
    const steps: string[] = [];
    job({ onProgress: (step, done, total) => done === total && steps.push(`${step} ${total}`) });
    expect(steps).toEqual(['sign on 1', 'erase 1', 'write flash 1024', 'verify flash 1024', 'leave 1']);
  });
});

describe('what goes wrong is said', () => {
  const silent = () => [];
  const refuse = () => [0x3f];

  it.each<[string, Record<string, (data: number[]) => number[]>, string, string]>([
    ['silence', { S: silent }, 'sign on', "no answer to 'S' (Software identifier)"],
    [
      'half an answer',
      { S: () => [0x41, 0x56] },
      'sign on',
      "the answer to 'S' (Software identifier) stopped after 2 of 7 bytes",
    ],
    ['a refusal', { P: refuse }, 'sign on', "the programmer refused 'P' (Enter programming mode) with '?'"],
    [
      'a refused signature',
      { s: refuse },
      'sign on',
      "the programmer refused 's' (Read signature bytes) with '?'",
    ],
    [
      'no carriage return',
      { e: () => [0x0a] },
      'erase',
      "the answer to 'e' (Chip erase) ended in 0x0A and not in carriage return",
    ],
    [
      'an unlisted part',
      { t: () => [0x20, 0] },
      'sign on',
      'the programmer does not list the AT90S1200 (code 0x13)',
    ],
    [
      'an endless list',
      { t: () => new Array(300).fill(0x13) },
      'sign on',
      'the list of device codes does not end',
    ],
    [
      'a broken list',
      { t: () => [0x13, 0x20] },
      'sign on',
      'the list of device codes broke off after 0x13 0x20',
    ],
    [
      'no target',
      { s: () => [0xff, 0xff, 0xff] },
      'sign on',
      'the signature is 0xFF 0xFF 0xFF, the AT90S1200 has 0x1E 0x90 0x01: no target answers, or it has no signature',
    ],
    [
      'a wrong part',
      { s: () => [0x01, 0x91, 0x1e] },
      'sign on',
      'the signature is 0x1E 0x91 0x01, the AT90S1200 has 0x1E 0x90 0x01: another part is in the socket',
    ],
    ['no farewell', { L: silent }, 'leave', "no answer to 'L'"],
  ])('%s', (_, overrides, step, message) => {
    const result = job({}, new PaperProgrammer(overrides));
    expect(result.problem).toEqual({ step, message });
    expect(result.ok).toBe(false);
  });

  it('names address, expected and actual of the first byte that differs', () => {
    const result = job({}, new PaperProgrammer({ C: () => [CR] }));
    expect(result.problem).toEqual({
      step: 'verify flash',
      message: 'flash byte 0x001 is 0xFF, not 0x07',
      address: 1,
      expected: 0x07,
      actual: 0xff,
    });
  });

  it('does the same for the EEPROM', () => {
    const result = job({ eeprom: Uint8Array.of(1, 2) }, new PaperProgrammer({ d: () => [1] }));
    expect(result.problem?.message).toBe('EEPROM byte 0x001 is 0x01, not 0x02');
  });

  it('refuses an image that does not fit before anything is sent', () => {
    const programmer = new PaperProgrammer();
    const result = talk(program(new Uint8Array(1025)), programmer);
    expect(result.problem?.message).toBe('the flash image has 1025 bytes, the part has room for 1024');
    expect(programmer.sent).toEqual(['L']);
  });

  it('leaves even so', () => {
    const programmer = new PaperProgrammer({ e: refuse });
    job({}, programmer);
    expect(programmer.sent.at(-1)).toBe('L');
  });
});
