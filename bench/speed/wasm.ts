/**
 * WebAssembly or JavaScript for translated programs? One function, written once as the translator would write it,
 * in both languages: first a loop that only computes, then one that waits for the timer and asks parts of the
 * chip, which are JavaScript objects.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { median, wallSeconds } from './clock.ts';

const ROUNDS = 5;
const SECONDS = 0.2;
/** Clocks of one call: short, as between two events, so that the compilers see many calls. */
const SPAN = 20_000;

/** CRC-16 as in programs.ts: registers in local variables, clocks counted, the deadline asked every bit. */
const crc = `
  let t: i32 = 0;
  const r18: i32 = LOAD(18);
  const r19: i32 = LOAD(19);
  let r20: i32 = LOAD(20);
  let r21: i32 = LOAD(21);
  let r24: i32 = LOAD(24);
  let r25: i32 = LOAD(25);
  while (t + 16 < left) {
    const carry: i32 = r24 & 1;
    r24 = (r24 >> 1) | ((r25 & 1) << 7);
    r25 = r25 >> 1;
    if (carry != 0) {
      r24 ^= r18;
      r25 ^= r19;
      t += 5;
    } else t += 4;
    r21 = (r21 - 1) & 255;
    if (r21 != 0) t += 3;
    else {
      r20 = (r20 + 1) & 255;
      r24 ^= r20;
      r21 = 8;
      t += 7;
    }
  }
  STORE(20, r20);
  STORE(21, r21);
  STORE(24, r24);
  STORE(25, r25);
  return t;`;

/** R18 and R19 of the CRC. */
const polynomial = [0x01, 0xa0];

/** A bit of 208 clocks: waits for TCNT0 to come past a mark, then writes PORTB. */
const wait = `
  let t: i32 = 0;
  let r17: i32 = LOAD(17);
  let r20: i32 = LOAD(20);
  while (t + 400 < left) {
    r20 = (r20 - 48) & 255;
    t += 3;
    while (true) {
      const passed: i32 = (read(base + t) - r20) & 255;
      if (passed < 47) break;
      const rounds: i32 = (after(base + t, ((255 - passed) & 255) + 1) - 1) / 5;
      t += 5 * (rounds > 0 ? rounds + 1 : 1);
    }
    t += 6;
    r17 ^= 8;
    show(r17, base + t);
  }
  STORE(17, r17);
  STORE(20, r20);
  return t;`;

/** What both ask of the chip. */
interface Parts {
  read(now: number): number;
  after(now: number, ticks: number): number;
  show(value: number, now: number): void;
}

type Run = (base: number, left: number) => number;

interface Made {
  readonly run: Run;
  /** Seconds from the text or the bytes to a function. */
  readonly seconds: number;
}

function inJavaScript(body: string, parts: Parts): Made {
  const text = body
    .replace(/: i32/g, '')
    .replace(/LOAD\((\d+)\)/g, 'R[$1]')
    .replace(/STORE\((\d+), (\w+)\)/g, 'R[$1] = $2')
    .replace(/= (\(after.*) \/ 5;/, '= ($1 / 5) | 0;');
  const registers = new Uint8Array(32);
  registers.set(polynomial, 18);
  let run: Run | undefined;
  const seconds = wallSeconds(() => {
    const names = ['R', ...Object.keys(parts)];
    const make = new Function(...names, `return function run(base, left) {${text}}`);
    run = make(registers, ...Object.values(parts)) as Run;
    run(0, 1000);
  });
  return { run: run!, seconds };
}

/** By asc in a process of its own: it keeps processors busy long after it is done. */
function compiled(text: string): Uint8Array {
  const cwd = join(process.cwd(), 'build/bench'); // away from the firmware's asconfig.json
  const asc = join(process.cwd(), 'node_modules/assemblyscript/bin/asc.js');
  writeFileSync(join(cwd, 'translated.ts'), text);
  const options = ['-O3', '--runtime', 'stub', '--initialMemory', '1', '-o', 'translated.wasm'];
  const { status, stderr } = spawnSync(process.execPath, [asc, 'translated.ts', ...options], {
    cwd,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return readFileSync(join(cwd, 'translated.wasm'));
}

function inWebAssembly(body: string, parts: Parts): Made {
  const imports = [
    'read(now: f64): i32',
    'after(now: f64, ticks: i32): i32',
    'show(value: i32, now: f64): void',
  ];
  const text = [
    ...imports.map(each => `@external("parts", "${each.split('(')[0]}") declare function ${each};`),
    'export function run(base: f64, left: i32): i32 {',
    body.replace(/LOAD\((\d+)\)/g, 'load<u8>($1)').replace(/STORE\((\d+), (\w+)\)/g, 'store<u8>($1, $2)'),
    '}',
  ].join('\n');
  const binary = compiled(text);
  let run: Run | undefined;
  const seconds = wallSeconds(() => {
    const instance = new WebAssembly.Instance(new WebAssembly.Module(binary as BufferSource), {
      parts: parts as unknown as WebAssembly.ModuleImports,
    });
    run = instance.exports.run as Run;
    new Uint8Array((instance.exports.memory as WebAssembly.Memory).buffer).set(polynomial, 18);
    run(0, 1000);
  });
  return { run: run!, seconds };
}

/** Stand-ins for Timer/Counter0 with every clock and for a port, as much work as the real ones. */
function stubs(): Parts {
  const timer = { origin: 0, rate: 1, offset: 7 };
  const port = { output: 0, level: false };
  return {
    read: now => ((now - timer.origin) * timer.rate + timer.offset) & 0xff,
    after: (now, ticks) => (timer.rate === 1 ? ticks : now),
    show: value => {
      if (value === port.output) return;
      port.output = value;
      port.level = (value & 8) !== 0;
    },
  };
}

/** Clocks per second. */
function speed(run: Run): number {
  for (const begin = performance.now(); performance.now() - begin < 1000 * SECONDS; ) run(0, SPAN);
  const rates = Array.from({ length: ROUNDS }, () => {
    let clocks = 0;
    const begin = performance.now();
    while (performance.now() - begin < 1000 * SECONDS) clocks += run(clocks, SPAN);
    return (1000 * clocks) / (performance.now() - begin);
  });
  return median(rates);
}

export function reportWasm(): void {
  console.log(
    '\nthe same function in both languages: simulated MHz, and milliseconds from text or bytes to a result\n',
  );
  const cells = (...texts: string[]) =>
    texts.map((text, i) => (i ? text.padStart(13) : text.padEnd(26))).join('');
  console.log(cells('', 'JavaScript', 'WebAssembly', 'JS ms', 'Wasm ms'));
  for (const [name, body] of [
    ['CRC-16', crc],
    ['waiting for the timer', wait],
  ]) {
    const both = [inJavaScript(body, stubs()), inWebAssembly(body, stubs())];
    const rates = both.map(({ run }) => (speed(run) / 1e6).toFixed(0));
    console.log(cells(name, ...rates, ...both.map(({ seconds }) => (1000 * seconds).toFixed(2))));
  }
}
