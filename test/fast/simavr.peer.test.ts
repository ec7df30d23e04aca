/** A third opinion: simavr's core on random sequences of the instructions that both have. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disassemble, encode, instructions, Machine } from '../../vm-host/index.ts';
import { flags, Random } from '../vm-host/helpers.ts';

const SEED = Number(process.env.SEED ?? 1200);
/** A hundred thousand and more by the environment; see docs/engines.md. */
const SEQUENCES = Number(process.env.SEQUENCES ?? 20_000);
const PER_IMAGE = 200;
const STEPS = 16;
const ANSWER_BYTES = 37;

/** I/O, stack and pointer lie elsewhere on simavr's chips; sleep and WDR belong to parts. */
const LEFT_OUT = [
  'in',
  'out',
  'sbi',
  'cbi',
  'sbic',
  'sbis',
  'ld',
  'st',
  'rcall',
  'ret',
  'reti',
  'sleep',
  'wdr',
];
const common = instructions.filter(({ name }) => !LEFT_OUT.includes(name));

const folder = mkdtempSync(join(tmpdir(), 'isp-simavr-'));
const judge = join(folder, 'simavr-core');

beforeAll(() => {
  const { stderr, status } = spawnSync('gcc', ['-O2', '-o', judge, 'test/fast/simavr-core.c', '-lsimavr'], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
});
afterAll(() => rmSync(folder, { recursive: true }));

function randomWord(random: Random): number {
  const row = random.pick(common);
  return encode(
    row.name,
    row.fields.map(({ min, max }) => min + random.below(max - min + 1)),
  );
}

interface Start {
  readonly pc: number;
  readonly r: Uint8Array;
  readonly sreg: number;
}

function randomStart(random: Random): Start {
  const r = Uint8Array.from({ length: 32 }, () => random.below(256));
  return { pc: random.below(512), r, sreg: random.below(256) };
}

/** What ours makes of it: R0 to R31, SREG, pc, clocks. */
function ours(machine: Machine, { pc, r, sreg }: Start, steps = STEPS): number[] {
  const before = machine.save();
  machine.restore({ ...before, cpu: { ...before.cpu, r, sreg, pc, cycle: 0, heldBoundary: -1 } });
  for (let i = 0; i < steps; i++) machine.step();
  return [...machine.registers, machine.sreg, machine.pc, machine.cycle];
}

function theirs(words: Uint16Array, starts: readonly Start[], steps = STEPS): number[][] {
  const image = [0x49, ...new Uint8Array(words.buffer)];
  const runs = starts.flatMap(({ pc, r, sreg }) => [0x53, pc & 0xff, pc >> 8, ...r, sreg, steps]);
  const { stdout, status } = spawnSync(judge, { input: Uint8Array.from([...image, ...runs]) });
  expect(status).toBe(0);
  return starts.map((_, i) => {
    const answer = stdout.subarray(i * ANSWER_BYTES, (i + 1) * ANSWER_BYTES);
    const pc = (answer[33] | (answer[34] << 8)) & 0x1ff;
    return [...answer.subarray(0, 33), pc, answer[35] | (answer[36] << 8)];
  });
}

/** The first instruction after which the two differ, and in what. */
function story(words: Uint16Array, machine: Machine, start: Start): string {
  for (let steps = 1; steps <= STEPS; steps++) {
    const before = ours(machine, start, steps - 1);
    const our = ours(machine, start, steps);
    const [their] = theirs(words, [start], steps);
    if (our.join() === their.join()) continue;
    const pc = before[PC];
    const wrong = our.flatMap((value, i) =>
      value === their[i] ? [] : [`${nameOf(i)}: ${show(i, value)}, simavr ${show(i, their[i])}`],
    );
    const registers = before.slice(0, 32).join(' ');
    return `${disassemble(words[pc], pc)} with ${flags(before[SREG])}, registers ${registers}: ${wrong.join(', ')}`;
  }
  return 'nothing differs';
}

const SREG = 32;
const PC = 33;
const nameOf = (i: number) => (i < SREG ? `r${i}` : ['SREG', 'pc', 'clocks'][i - SREG]);
const show = (i: number, value: number) => (i === SREG ? flags(value) : value);

describe('simavr', () => {
  it(`agrees on ${SEQUENCES} random sequences of instructions`, () => {
    const random = new Random(SEED);
    for (let done = 0; done < SEQUENCES; done += PER_IMAGE) {
      const words = Uint16Array.from({ length: 512 }, () => randomWord(random));
      const machine = new Machine({ words });
      const starts = Array.from({ length: PER_IMAGE }, () => randomStart(random));
      const answers = theirs(words, starts);
      starts.forEach((start, i) => {
        const our = ours(machine, start);
        if (our.join() !== answers[i].join())
          expect.fail(`SEED=${SEED}, sequence ${done + i}: ${story(words, machine, start)}`);
      });
    }
  }, 3_600_000);
});
