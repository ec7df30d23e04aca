/** A third opinion: simavr's core on random sequences of the instructions that both have. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  decode,
  disassemble,
  encode,
  instructions,
  Machine,
  type MachineState,
} from '../../vm-host/index.ts';
import { simavrWanted } from '../chips/simavr.ts';
import { flags, Random, withoutFault } from '../vm-host/helpers.ts';

const SEED = Number(process.env.SEED ?? 1200);
/** A hundred thousand and more by the environment; see docs/engines.md. */
const SEQUENCES = Number(process.env.SEQUENCES ?? 20_000);
const PER_IMAGE = 200;
const STEPS = 16;

/** simavr sleeps whether SE lets it or not; here SLEEP does nothing without. */
const common = instructions.filter(({ name }) => name !== 'sleep');

/** Plain registers at the same addresses in both: PORTB, DDRB, EEDR, and by IN and OUT alone SREG. */
const IO = [0x18, 0x17, 0x1d];
const ALL_IO = [...IO, 0x3f];

/** Where things lie in what goes to simavr and comes back; see simavr-core.c. */
const [PC, R, SREG, STACK, CLOCKS, ANSWER_BYTES] = [0, 2, 34, 39, 45, 47];
const LEVELS = 3;

const folder = mkdtempSync(join(tmpdir(), 'isp-simavr-'));
const judge = join(folder, 'simavr-core');

beforeAll(() => {
  if (!simavrWanted) return;
  const { stderr, status } = spawnSync('gcc', ['-O2', '-o', judge, 'test/fast/simavr-core.c', '-lsimavr'], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
});
afterAll(() => rmSync(folder, { recursive: true }));

function randomWord(random: Random): number {
  const row = random.pick(common);
  const operands = row.fields.map(({ name, min, max }) =>
    name === 'A' ? random.pick(max > 31 ? ALL_IO : IO) : min + random.below(max - min + 1),
  );
  return encode(row.name, operands);
}

/** A state of the processor. */
interface State {
  readonly pc: number;
  readonly r: Uint8Array;
  readonly sreg: number;
  /** PORTB, DDRB and EEDR. */
  readonly io: readonly number[];
  /** Return addresses, the latest last. */
  readonly stack: readonly number[];
}

function randomStart(random: Random): State {
  const r = Uint8Array.from({ length: 32 }, () => random.below(256));
  // mostly a pointer that reaches registers here, and the same ones there
  if (random.below(4) > 0) r.set([random.below(32), 0], 30);
  const io = IO.map(() => random.below(256));
  const stack = Array.from({ length: 1 + random.below(2) }, () => random.below(512));
  return { pc: random.below(512), r, sreg: random.below(256), io, stack };
}

/** A state as bytes; what has two bytes has its low one first. */
function bytesOf({ pc, r, sreg, io, stack }: State): number[] {
  const words = Array.from({ length: LEVELS }, (_, level) => stack[level] ?? 0);
  return [pc, pc >> 8, ...r, sreg, ...io, stack.length, ...words.flatMap(word => [word, word >> 8])].map(
    byte => byte & 0xff,
  );
}

/** Writes the three I/O registers, so that their state can be given to a machine with another program. */
const writer = new Machine({ words: [...IO.map((address, i) => encode('out', [address, i])), 0, 0] });
const fresh = writer.save();

function partsWith(io: readonly number[]): MachineState {
  writer.restore(fresh);
  writer.registers.set(io);
  for (let i = 0; i <= IO.length; i++) writer.step();
  return writer.save();
}

interface Run {
  /** How many instructions ran before one that faults here, sixteen at most. */
  readonly steps: number;
  /** The state then, and the clocks. */
  readonly bytes: readonly number[];
}

function ours(machine: Machine, words: Uint16Array, start: State, steps = STEPS): Run {
  const { pc, r, sreg, io, stack } = start;
  const { cpu, ...parts } = partsWith(io);
  const levels = Uint16Array.from({ length: LEVELS }, (_, level) => stack[level] ?? 0);
  const [depth, cycle, heldBoundary] = [stack.length, 0, -1];
  machine.restore({ ...parts, cpu: { ...cpu, pc, r, sreg, stack: levels, depth, cycle, heldBoundary } });
  let done = 0;
  const step = () => machine.step();
  // a pointer of sixteen bits has an upper half, which simavr heeds
  const differs = () => isAccess(words[machine.pc]) && machine.registers[31] !== 0;
  while (done < steps && !differs() && withoutFault(step)) done++;
  const after = {
    pc: machine.pc,
    r: machine.registers,
    sreg: machine.sreg,
    io: IO.map(address => machine.readIo(address)!),
    stack: machine.stack,
  };
  return { steps: done, bytes: [...bytesOf(after), machine.cycle & 0xff, machine.cycle >> 8] };
}

function isAccess(word: number): boolean {
  return ['ld', 'st'].includes(decode(word)?.row.name ?? '');
}

function theirs(words: Uint16Array, starts: readonly State[], steps: readonly number[]): number[][] {
  const image = [0x49, ...new Uint8Array(words.buffer)];
  const runs = starts.flatMap((start, i) => [0x53, ...bytesOf(start), steps[i]]);
  const { stdout, status } = spawnSync(judge, { input: Uint8Array.from([...image, ...runs]) });
  expect(status).toBe(0);
  return starts.map((_, i) => [...stdout.subarray(i * ANSWER_BYTES, (i + 1) * ANSWER_BYTES)]);
}

/** The first instruction after which the two differ, and in what. */
function story(words: Uint16Array, machine: Machine, start: State): string {
  for (let steps = 1; steps <= STEPS; steps++) {
    const before = ours(machine, words, start, steps - 1).bytes;
    const our = ours(machine, words, start, steps).bytes;
    const [their] = theirs(words, [start], [steps]);
    if (our.join() === their.join()) continue;
    const pc = before[PC] | (before[PC + 1] << 8);
    const wrong = our.flatMap((value, i) =>
      value === their[i] ? [] : [`${nameOf(i)}: ${show(i, value)}, simavr ${show(i, their[i])}`],
    );
    const registers = before.slice(R, SREG).join(' ');
    return `${disassemble(words[pc], pc)} with ${flags(before[SREG])}, registers ${registers}: ${wrong.join(', ')}`;
  }
  return 'nothing differs';
}

function nameOf(i: number): string {
  if (i < R) return 'pc';
  if (i < SREG) return `r${i - R}`;
  return (
    ['SREG', 'PORTB', 'DDRB', 'EEDR', 'depth'][i - SREG] ??
    (i < CLOCKS ? `stack ${(i - STACK) >> 1}` : 'clocks')
  );
}

const show = (i: number, value: number) => (i === SREG ? flags(value) : value);

if (!simavrWanted) console.warn('simavr: left out, for gcc or libsimavr-dev is missing');

describe.runIf(simavrWanted)('simavr', () => {
  it(`agrees on ${SEQUENCES} random sequences of instructions`, () => {
    const random = new Random(SEED);
    let compared = 0;
    for (let done = 0; done < SEQUENCES; done += PER_IMAGE) {
      const words = Uint16Array.from({ length: 512 }, () => randomWord(random));
      const machine = new Machine({ words });
      const starts = Array.from({ length: PER_IMAGE }, () => randomStart(random));
      const our = starts.map(start => ours(machine, words, start));
      const answers = theirs(
        words,
        starts,
        our.map(({ steps }) => steps),
      );
      our.forEach(({ steps, bytes }, i) => {
        compared += steps;
        if (bytes.join() !== answers[i].join())
          expect.fail(`SEED=${SEED}, sequence ${done + i}: ${story(words, machine, starts[i])}`);
      });
    }
    expect(compared).toBeGreaterThan(12 * SEQUENCES);
  }, 3_600_000);
});
