/**
 * Every refusal of the compiler, provoked where a user would meet it. `// C201` in a source
 * stands on the line that the message must name.
 */

import { describe, expect, it } from 'vitest';
import { MESSAGES } from '../../compiler/diagnostic.ts';
import { type Code, CompileError, compile } from '../../compiler/index.ts';
import { build } from './source.ts';
import { constantTree, encodeModule, type TestModule, tree } from './wasm-program.ts';

interface Case {
  title: string;
  source: string;
  /** What the message says of the limit: how much, how much there is, how much too many. */
  says: RegExp;
}

const times = (count: number, line: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n');
const main = (body: string): string => `export function main(): void {\n${body}\n}`;

/** A number below `limit` that looks as if drawn at random. */
const mixed = (i: number, limit: number): number => {
  const once = Math.imul(i + limit, 0x9e3779b1);
  return (Math.imul(once ^ (once >>> 15), 0x85ebca6b) >>> 13) % limit;
};

/** A function that is far too long to be put into its callers. */
const longFunction = (name: string, calls: string): string =>
  `function ${name}(): void {\n${times(210, i => `${i % 2 ? 'sbi' : 'cbi'}(PORTB, ${i % 7});`)}\n${calls}\n}`;

const CASES: readonly Case[] = [
  {
    title: 'no main',
    source: 'export function start(): void {}',
    says: /^C103 no exported function main\. Write 'export function main\(\): void'/,
  },
  {
    title: 'a main with parameters, which reset cannot give',
    source: 'export function main(a: u8): void {\nout(PORTB, a); // C103\n}',
    says: /no exported function main\./,
  },
  {
    title: 'an instruction that the chip has not',
    source: `@external('mcu', 'push') declare function push(a: u8): void;\n${main('push(1); // C104')}`,
    says: /unknown import mcu\.push\. Use the functions of firmware\/chip\.ts: in, out,/,
  },
  {
    title: 'an instruction with an operand too many',
    source: `@external('mcu', 'nop') declare function pause(a: u8): void;\n${main('pause(1); // C104')}`,
    says: /unknown import mcu\.nop/,
  },
  {
    title: 'a table',
    source: `const table: u8[] = [3, 1, 4, 1, 5];\n${main('out(PORTB, table[in_(PIND)]); // C201')}`,
    says: /needs memory; values live in the 32 registers of the AT90S1200\. .*turn tables into a switch/,
  },
  {
    title: 'a string',
    source: main('const text = "isp";\nout(PORTB, <u8>text.charCodeAt(in_(PIND))); // C201'),
    says: /needs memory/,
  },
  {
    title: 'an object, far down in the library',
    source: `class Pair { constructor(public a: u8, public b: u8) {} }
      let last: Pair | null = null;
      ${main('last = new Pair(in_(PIND), 2); // C201\nout(PORTB, last!.b);')}`,
    says: /needs memory/,
  },
  {
    title: 'a load from an address',
    source: main('out(PORTB, load<u8>(in_(PIND))); // C201'),
    says: /needs memory/,
  },
  {
    title: 'a block of memory',
    source: main('memory.fill(in_(PIND), 1, 5); // C201'),
    says: /needs memory/,
  },
  {
    title: 'a floating-point value',
    source: main('const half = <f32>in_(PIND) * 0.5; // C202\nout(PORTB, <u8>half);'),
    says: /is floating-point; the AT90S1200 computes on bytes\. Use scaled integers/,
  },
  {
    title: 'a floating-point value of the module',
    source: `let factor: f64 = 1.5;\n${main('factor = factor * 2.0; // C202\nif (factor > 100.0) sbi(PORTB, 1);')}`,
    says: /factor is floating-point/,
  },
  {
    title: 'a 64-bit value',
    source: main('const big: u64 = <u64>in_(PIND) << 40; // C203\nout(PORTB, <u8>(big >> 35));'),
    says: /is 64 bits wide; values have at most 32\. Use u32, better u16 or u8/,
  },
  {
    title: 'a 64-bit value of the module',
    source: `let total: u64 = 5;\n${main('total += in_(PIND); // C203\nif (total > 9) sbi(PORTB, 1);')}`,
    says: /total is 64 bits wide/,
  },
  {
    title: 'recursion',
    source: `function down(a: u8): u8 {\nreturn a > 1 ? down(a - 1) + in_(PINB) : 1; // C205\n}\n${main('out(PORTB, down(in_(PIND)));')}`,
    says: /recursion: \S*down → \S*down; the AT90S1200 has 3 return addresses\. Use a loop/,
  },
  {
    title: 'recursion through another function',
    source: `function odd(a: u8): bool {\nnop();\nreturn a == 0 ? false : even(a - 1);\n}
      function even(a: u8): bool {\nsbi(PORTB, 2);\nreturn a == 0 ? true : odd(a - 1); // C205\n}
      ${main('if (odd(in_(PIND))) nop();')}`,
    says: /recursion: \S*(odd|even) → /,
  },
  {
    title: 'an address that is only known at run time',
    source: main('out(in_(PIND), 1); // C207'),
    says: /the I\/O address must be a constant\. Pass a literal or a const/,
  },
  {
    title: 'a delay that is only known at run time',
    source: main('delayCycles(in_(PIND)); // C207'),
    says: /the number of clocks must be a constant/,
  },
  {
    title: 'a bit that a byte has not',
    source: main('sbi(PORTB, 8); // C208'),
    says: /the bit number = 8 is out of range 0\.\.7/,
  },
  {
    title: 'a register that SBI does not reach',
    source: main('nop();\nsbi(0x33, 0); // C208'),
    says: /the I\/O address = 51 is out of range 0\.\.31/,
  },
  {
    title: 'a delay that three registers cannot count',
    source: main('delayCycles(90000000); // C208'),
    says: /the number of clocks = 90000000 is out of range 0\.\.83000000/,
  },
  {
    title: 'calls nested deeper than the stack, in functions too long to be merged',
    source: `${longFunction('a', 'nop();')}
      ${longFunction('b', 'a(); nop(); a();')}
      ${longFunction('c', 'b(); nop(); b();')}
      ${longFunction('d', 'c(); nop(); c();')}
      ${longFunction('e', 'd(); nop(); d();')}
      ${main('for (;;) { e(); nop(); e(); }')}`,
    says: /5 nested calls \(\S*main → \S*e → \S*d → \S*c → \S*b → \S*a\) need 5 return addresses; the AT90S1200 has 3: 2 too many\. Merge/,
  },
  {
    title: 'more values alive than there are registers',
    source: main(
      `${times(40, i => `const v${i} = in_(PIND);`)}\n${times(2, () => times(40, i => `out(PORTB, v${i});`))}`,
    ),
    says: /4\d registers are needed here and AT90S1200 has 32: \d+ too many\. Shorten the lives of values/,
  },
  {
    title: 'more words than the flash holds',
    // in an order without repetitions, which could be shared
    source: main(
      times(600, i => `${mixed(i, 2) ? 'sbi' : 'cbi'}(PORT${'BD'[mixed(i, 3) % 2]}, ${mixed(i, 7)});`),
    ),
    says: /the program has [56]\d\d words; the AT90S1200 holds 512: \d+ too many\. The largest functions are \S*main \(\d+ words\), .+; the lines that take most are \S+\.ts:\d+ \(\d+\), .+\. Leave one of them out/,
  },
  {
    title: 'an I/O register that the chip has not',
    source: main('out(0x05, 1); // C304'),
    says: /address 0x5 does not exist on the AT90S1200/,
  },
  {
    title: 'a handler with parameters',
    source: `export function INT0(a: u8): void {\nout(PORTB, a); // C305\n}\n${main('nop();')}`,
    says: /INT0 is an exported function but no interrupt handler of the AT90S1200\. .*: INT0, TIMER0_OVF, ANA_COMP/,
  },
  {
    title: 'a handler whose name is misspelt',
    source: `export function TIMER0_OVR(): void {\nsbi(PORTB, 1); // C305\n}\n${main('nop();')}`,
    says: /TIMER0_OVR is an exported function but no interrupt handler/,
  },
  {
    title: 'a timed region that takes another time than it says',
    source: main('for (;;) {\ntimedBegin(); // C306\nnop();\ntimedEnd(3);\n}'),
    says: /takes 1 clocks; 3 were asked for/,
  },
];

/** The line that a source marks with a code, and the code. */
function marked(source: string): { code: string; line: number } | undefined {
  const lines = source.split('\n');
  const index = lines.findIndex(line => /\/\/ C\d{3}$/.test(line));
  // the first line of the file imports the chip's functions
  return index < 0 ? undefined : { code: lines[index].slice(-4), line: index + 2 };
}

async function refusalOf(source: string): Promise<CompileError> {
  const error = await build(source).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CompileError);
  return error as CompileError;
}

const provoked = new Set<string>();
/** Titles of the cases above whose message names no place. */
const placeless: string[] = [];

describe('the compiler refuses', () => {
  it.each(CASES)('$title, with file, line, limit and remedy', async ({ title, source, says }) => {
    const { code, place, message } = await refusalOf(source);
    provoked.add(code);
    if (!place) placeless.push(title);
    expect(message).toMatch(says);
    expect(message).not.toMatch(/\n|undefined|\{\}/);
    expect(message).toMatch(new RegExp(`${code} .+\\. .+\\.$`));
    const mark = marked(source);
    if (!mark) return;
    expect({ code, line: place?.line }).toEqual(mark);
    expect(message).toMatch(new RegExp(`^\\S*program\\.ts:${mark.line}:\\d+ ${code} `));
  });

  it('nothing without a place but a main that is not there', () => {
    expect(placeless).toEqual(['no main']);
  });
});

describe('the compiler refuses modules that asc does not write:', () => {
  const module = (code: TestModule['functions'][number]['body']): TestModule => ({
    functions: [{ name: 'main', params: 0, result: false, locals: 1, body: code, exported: 'main' }],
    globals: [],
  });
  const good = encodeModule(module([tree('mcu.out', [0x18], [constantTree(1)], false)]));
  /** A module of the given sections, after a type (no parameters, no result) and an exported main. */
  const withCode = (code: number[], before: number[] = []): Uint8Array =>
    Uint8Array.from([
      ...good.subarray(0, 8),
      ...[1, 4, 1, 0x60, 0, 0],
      ...before,
      ...[3, 2, 1, 0],
      ...[7, 8, 1, 4, 0x6d, 0x61, 0x69, 0x6e, 0, before.length > 0 ? 1 : 0],
      ...[10, code.length + 4, 1, code.length + 2, 0, ...code, 0x0b],
    ]);
  const codeOf = (bytes: Uint8Array): Code | undefined => {
    try {
      compile(bytes);
      return undefined;
    } catch (error) {
      expect(error).toBeInstanceOf(CompileError);
      expect((error as Error).message).not.toMatch(/\n|undefined|\{\}/);
      provoked.add((error as CompileError).code);
      return (error as CompileError).code;
    }
  };

  it('bytes that are no module', () => {
    expect(codeOf(Uint8Array.from([0x7f, 0x45, 0x4c, 0x46]))).toBe('C101');
    expect(codeOf(new Uint8Array())).toBe('C101');
  });

  it('a module whose code does not validate, with the byte', () => {
    const bytes = withCode([0x6a]);
    expect(codeOf(bytes)).toBe('C102');
    expect(() => compile(bytes)).toThrow(/^C102 malformed WebAssembly at byte \d+: .*i32\.add/);
  });

  it('more code than any program for the chip has', () => {
    const nops = new Array<number>(16_400).fill(1);
    const threeBytes = (n: number) => [(n & 127) | 128, ((n >> 7) & 127) | 128, n >> 14];
    const bytes = Uint8Array.from([
      ...good.subarray(0, 8),
      ...[1, 4, 1, 0x60, 0, 0],
      ...[3, 2, 1, 0],
      ...[7, 8, 1, 4, 0x6d, 0x61, 0x69, 0x6e, 0, 0],
      ...[10, ...threeBytes(nops.length + 6), 1, ...threeBytes(nops.length + 2), 0, ...nops, 0x0b],
    ]);
    expect(codeOf(bytes)).toBe('C307');
    expect(() => compile(bytes)).toThrow(/needs more than 16384: 1\d too many/);
  });

  it('an import of env.abort that is called', () => {
    const abort = [2, 13, 1, 3, 0x65, 0x6e, 0x76, 5, 0x61, 0x62, 0x6f, 0x72, 0x74, 0, 0];
    expect(codeOf(withCode([0x10, 0], abort))).toBe('C210');
  });

  it('a call through a table', () => {
    const table = [4, 4, 1, 0x70, 0, 1];
    const bytes = Uint8Array.from([
      ...good.subarray(0, 8),
      ...[1, 4, 1, 0x60, 0, 0],
      ...[3, 2, 1, 0],
      ...table,
      ...[7, 8, 1, 4, 0x6d, 0x61, 0x69, 0x6e, 0, 0],
      ...[10, 9, 1, 7, 0, 0x41, 0, 0x11, 0, 0, 0x0b],
    ]);
    expect(codeOf(bytes)).toBe('C204');
  });

  it('a vector instruction', () => {
    // v128.const 0, drop
    expect(codeOf(withCode([0xfd, 12, ...new Array<number>(16).fill(0), 0x1a]))).toBe('C206');
  });

  it('a value type that is neither integer nor floating-point', () => {
    expect(codeOf(withCode([0xd0, 0x70, 0x1a]))).toBe('C206');
  });
});

describe('every code of the table', () => {
  it('has been provoked above', () => {
    expect([...provoked].sort()).toEqual(Object.keys(MESSAGES).sort());
  });
});
