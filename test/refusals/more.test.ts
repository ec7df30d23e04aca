/**
 * Refusals beyond one for each code: other ways to the same mistakes, and what AssemblyScript
 * refuses before we see it. `// C201` or `// TS1109` stands on the line that the message must name.
 */

import { describe, expect, it } from 'vitest';
import { BuildError, CompileError } from '../../compiler/index.ts';
import { build, outputsOf } from '../compiler/source.ts';

const main = (body: string): string => `export function main(): void {\n${body}\n}`;
const TWO_ACTS = 'function a(): void { out(PORTB, 1); }\nfunction b(): void { out(PORTB, 2); }\n';

/** What is refused, the source, and words of the message. */
const OURS: readonly [what: string, source: string, says: RegExp][] = [
  ['a store to an address', main('store<u8>(in_(PIND), 3); // C201'), /i32\.store8 needs memory/],
  ['memory that grows', main('memory.grow(1); // C201'), /memory\.grow needs memory/],
  ['a copied block', main('memory.copy(in_(PIND), 7, 30); // C201'), /memory\.copy needs memory/],
  ['the length of a string', main("const s = 'isp';\nout(PORTB, <u8>s.length); // C201"), /i32\.load needs/],
  [
    'a static array',
    `const t: StaticArray<u8> = [1, 2];\n${main('out(PORTB, t[in_(PIND) & 1]); // C201')}`,
    /needs memory; .* turn tables into a switch/,
  ],
  [
    'a function in a local',
    `${TWO_ACTS}${main('const f: () => void = in_(PIND) ? a : b;\nf(); // C204')}`,
    /call_indirect calls through a table; the AT90S1200 has no ICALL\. Call the function by its name/,
  ],
  [
    'a function in a module-level variable',
    `${TWO_ACTS}let act: () => void = a;\n${main('if (in_(PIND)) act = b;\nact(); // C204')}`,
    /has no ICALL/,
  ],
  [
    'a square root',
    main('nop();\nout(PORTB, <u8>Math.sqrt(in_(PIND))); // C202'),
    /f64\.convert_i32_u is floating/,
  ],
  [
    'a floating-point parameter',
    `function half(x: f32): f32 {\nout(PORTD, 1);\nout(PORTD, 2);\nreturn x / 2; // C202\n}
      ${main('out(PORTB, <u8>half(in_(PIND)));\nout(PORTB, <u8>half(in_(PINB)));')}`,
    /f32\.const is floating-point|f32\.mul is floating-point/,
  ],
  [
    '64 bits in a local, at the operation and not at its declaration',
    main('let sum: u64 = 0;\nfor (;;) {\nsum += in_(PIND); // C203\nout(PORTB, <u8>(sum >> 33));\n}'),
    /i64\.extend_i32_u is 64 bits wide/,
  ],
  [
    'a bit number from a pin',
    main('sbi(PORTB, in_(PIND) & 7); // C207'),
    /the bit number must be a constant/,
  ],
  [
    'an address that a function is given, where it is not inlined',
    `function set(address: u8, value: u8): void {\nout(address, value); // C207\nout(address, ~value);\nout(address, value);\n}
      ${main('for (;;) {\nset(PORTB, in_(PIND));\nset(PORTD, in_(PIND));\n}')}`,
    /the I\/O address must be a constant/,
  ],
  [
    'an address that depends on the way',
    main('let a: u8 = PORTB;\nif (in_(PIND)) a = PORTD;\nout(a, 1); // C207'),
    /the I\/O address must be a constant/,
  ],
  [
    'an address beyond all I/O',
    main('out(0x40, 8); // C208'),
    /= 64 is out of range 0\.\.63\. SBI and CBI reach/,
  ],
  ['a throw', main("out(PORTB, 8);\nif (in_(PIND) == 3) throw new Error('x'); // C210"), /Remove the throw/],
  [
    'an unreachable() that can be reached',
    main('nop();\nif (in_(PIND)) unreachable(); // C210'),
    /must not be reached/,
  ],
  [
    'console.log',
    main("sbi(PORTB, 3);\nconsole.log('x'); // C104\nsbi(PORTB, 4);"),
    /unknown import env\.console\.log/,
  ],
  [
    'a main that calls itself',
    main('out(PORTB, 1);\nif (in_(PIND)) main(); // C205'),
    /recursion: program\/main → program\/main/,
  ],
  [
    'an exported RESET',
    `export function RESET(): void {\nsbi(PORTB, 1); // C305\n}\n${main('nop();')}`,
    /RESET is an exported/,
  ],
  [
    'a handler with a result',
    `export function INT0(): u8 {\nreturn in_(PIND); // C305\n}\n${main('nop();')}`,
    /INT0 is an exported/,
  ],
  [
    'a timed region with a loop',
    main(
      'for (;;) {\ntimedBegin(); // C306\nfor (let i = in_(PIND); i > 0; i--) out(PORTB, i);\ntimedEnd(30);\n}',
    ),
    /takes no fixed number of clocks; 30 were asked for/,
  ],
  [
    'a timed region with ways of two lengths',
    main('for (;;) {\ntimedBegin(); // C306\nif (in_(PIND) & 1) out(PORTB, 7);\ntimedEnd(50);\n}'),
    /takes \d+ to \d+ clocks; 50 were asked for\. Even out its ways with nop\(\)/,
  ],
  [
    'the end of a timed region that never began',
    main('out(PORTB, 7);\ntimedEnd(5); // C306'),
    /5 were asked for/,
  ],
];

/** What AssemblyScript itself refuses: its code and text, in our form. */
const ASSEMBLYSCRIPTS: readonly [what: string, source: string, says: RegExp][] = [
  ['a syntax error', main('out(PORTB, ; // TS1109'), /Expression expected/],
  ['an unknown name', main('nop();\nabort(); // TS2304'), /Cannot find name 'abort'/],
  ['an exception handler', main('try { nop(); } catch (e) {} // AS100'), /Not implemented: Exceptions/],
  ['a closure', main('let n: u8 = 0;\nconst f = (): void => { n++; }; // AS100\nf();'), /Closures/],
  [
    'a missing file',
    `import { x } from './nowhere'; // TS6054\n${main('out(PORTB, x);')}`,
    /nowhere\.ts' not found/,
  ],
  ['a user-defined error', main("ERROR('no such clock'); // AS102"), /no such clock/],
];

/** The code and the line that a source marks; the first line of the file is not part of the source. */
function marked(source: string): { code: string; line: number } {
  const lines = source.split('\n');
  const index = lines.findIndex(line => /\/\/ [A-Z]+\d+$/.test(line));
  return { code: lines[index].replace(/^.*\/\/ /, ''), line: index + 2 };
}

async function messageOf(source: string, kind: typeof CompileError | typeof BuildError): Promise<string> {
  const thrown: unknown = await build(source).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(kind);
  return (thrown as Error).message;
}

describe('the compiler refuses', () => {
  it.for(OURS)('%s', async ([, source, says]) => {
    const { code, line } = marked(source);
    const message = await messageOf(source, CompileError);
    expect(message).toMatch(new RegExp(`^\\S*program\\.ts:${line}:\\d+ ${code} [^\\n]+\\. [^\\n]+\\.$`));
    expect(message).toMatch(says);
  });
});

describe('AssemblyScript refuses', () => {
  it.for(ASSEMBLYSCRIPTS)('%s', async ([, source, says]) => {
    const { code, line } = marked(source);
    const lines = (await messageOf(source, BuildError)).split('\n');
    const first = lines.find(each => new RegExp(`^\\S*program\\.ts:${line}:\\d+ ${code} `).test(each));
    expect(first, lines.join('\n')).toMatch(says);
    // each line is a message of its own, without a drawing of the source
    for (const each of lines) expect(each).toMatch(/^\S+\.ts:\d+:\d+ (TS|AS)\d+ /);
  });
});

describe('the compiler accepts', () => {
  it('a table that nobody reads', async () => {
    const { image } = await build(`const table: StaticArray<u8> = [1, 2];\n${main('out(PORTB, 1);')}`);
    expect(image.words.length).toBeLessThan(5);
  });

  it('statements outside functions, which run before main', async () => {
    const built = await build(
      `let count: u8 = in_(PIND) + 1;\nout(PORTB, 7);\n${main('for (;;) out(PORTB, count++);')}`,
    );
    expect(outputsOf(built, 41, 3)).toEqual([7, 42, 43]);
  });

  it('a trap that cannot be reached', async () => {
    const { image } = await build(
      main('const xtal: u8 = 4;\nif (xtal < 2) unreachable();\nout(PORTB, xtal);'),
    );
    expect(image.words.length).toBeLessThan(5);
  });
});
