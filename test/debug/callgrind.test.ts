/** Calls, and the profile that KCachegrind reads. */
import { afterAll, describe, expect, it } from 'vitest';
import {
  assemble,
  Calls,
  callgrind,
  type EngineName,
  Machine,
  Profile,
  SourceMap,
  Stepper,
} from '../../vm-host/index.ts';
import { say } from '../cli/fake-terminal.ts';
import { Workspace } from '../cli/process.ts';
import { labels, map, words } from './blink.ts';
import { functionsOf, summaryOf } from './callgrind-reader.ts';

const workspace = new Workspace();
afterAll(() => workspace.remove());

const NESTED = `
main:   rcall outer
        rjmp main
outer:  nop
        rcall inner
        nop
        ret
inner:  nop
        ret`;

function observed(image: Uint16Array, clocks: number, engine: EngineName = 'fast') {
  const machine = new Machine({ words: image, engine });
  const [profile, calls] = [new Profile(image.length), new Calls()];
  new Stepper(machine, [profile, calls], image).run(clocks);
  return { machine, profile, calls };
}

describe.each<EngineName>(['reference', 'fast'])('calls, on the %s engine', engine => {
  it('cost what passes from the first instruction called to the return', () => {
    const { words, labels } = assemble(NESTED);
    const { calls, machine } = observed(words, 19, engine);
    expect(machine.cycle).toBe(19);
    expect(calls.until(machine.cycle)).toEqual([
      { from: labels.main, to: labels.outer, times: 1, clocks: 1 + (3 + 1 + 4) + 1 + 4 },
      { from: labels.outer + 1, to: labels.inner, times: 1, clocks: 1 + 4 },
    ]);
  });

  it('that have not come back cost what has passed so far', () => {
    const { words, labels } = assemble(NESTED);
    const { calls, machine } = observed(words, 8, engine);
    expect(calls.until(machine.cycle)).toEqual([
      { from: labels.main, to: labels.outer, times: 1, clocks: 5 },
      { from: labels.outer + 1, to: labels.inner, times: 1, clocks: 1 },
    ]);
  });

  it('do not cost what interrupts take, and interrupts are nobody’s calls', () => {
    const { calls, machine, profile } = observed(words, 100_000, engine);
    const [only, ...others] = calls.until(machine.cycle);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ from: labels.loop, to: labels.blink, times: profile.runs[labels.loop] });
    expect(profile.interruptClocks).toBeGreaterThan(0);
    const inside = profile.clocks
      .subarray(labels.blink, labels.tick)
      .reduce((sum, clocks) => sum + clocks, 0);
    expect(only.clocks).toBe(inside);
  });

  it('do not cost sleep, in themselves or in an interrupt that is interrupted', () => {
    const { words, labels } = assemble(`rjmp main\n rjmp main\n rjmp tick
      main: ldi r16, 1\n out TCCR0, r16\n ldi r16, 2\n out TIMSK, r16\n ldi r16, 0x20\n out MCUCR, r16\n sei
      loop: rcall f\n rjmp loop
      f: sleep\n nop\n ret
      tick: sbrc r20, 0\n reti\n ldi r20, 1\n sei\n sleep\n reti`);
    const { calls, machine, profile } = observed(words, 10_000, engine);
    const [only] = calls.until(machine.cycle);
    expect(machine.maxDepth).toBe(3);
    expect(profile.sleepClocks).toBeGreaterThan(5000);
    const inside = profile.clocks.subarray(labels.f, labels.tick).reduce((sum, clocks) => sum + clocks, 0);
    expect(only.clocks).toBe(inside);
  });

  it('end with a reset', () => {
    const source = 'ldi r16, 8\n out WDTCR, r16\n rcall wait\n nop\n wait: rjmp wait';
    const { words } = assemble(source);
    const { calls, machine } = observed(words, 400_000, engine);
    const [only] = calls.until(machine.cycle);
    expect(only.times).toBeGreaterThan(1);
    expect(only.clocks).toBeLessThan(machine.cycle);
  });
});

describe('a profile for KCachegrind', () => {
  const { machine, profile, calls } = observed(words, 100_000);
  const text = callgrind(map, profile, calls.until(machine.cycle));

  it('says what it is and what all costs', () => {
    expect(text).toMatch(/^# callgrind format\nversion: 1\n/);
    expect(summaryOf(text)).toBe(machine.cycle);
  });

  it('gives each function the clocks of its lines, which add up to the run', () => {
    const costs = functionsOf(text).map(({ name, own }) => [name, own]);
    expect(Object.fromEntries(costs)).toEqual(
      Object.fromEntries(profile.byFunction(map).map(({ name, clocks }) => [name, clocks])),
    );
  });

  it('says who called whom', () => {
    const [call] = functionsOf(text).flatMap(({ name, calls }) => calls.map(one => ({ by: name, ...one })));
    const [{ times, clocks }] = calls.until(machine.cycle);
    expect(call).toEqual({ by: 'main', to: 'blink', times, clocks });
  });

  it('keeps words without a source and sleep, so that nothing is missing', () => {
    const { words } = assemble('ldi r16, 0x20\n out MCUCR, r16\n sleep\n end: rjmp end');
    const observation = observed(words, 1000);
    const none = new SourceMap({ files: [], functions: [], lines: Array(4).fill([-1, -1, -1]) });
    const said = callgrind(none, observation.profile, []);
    expect(functionsOf(said).map(({ name, own }) => [name, own])).toEqual([
      ['???', 3],
      ['(asleep or held in reset)', 997],
    ]);
    expect(summaryOf(said)).toBe(1000);
  });
});

describe('isp run --profile-out', () => {
  const image = workspace.file('image.bin', Uint8Array.of(1, 2, 3, 4));
  const run = (...options: string[]) =>
    say(['run', image, '--firmware', 'bench/data/programmer.hex', '--json', ...options]);

  it('writes the profile of the job, with the same clocks as --profile', async () => {
    const out = workspace.file('callgrind.out');
    const { status, out: said } = await run('--profile', '--profile-out', out);
    expect(status).toBe(0);
    const text = Buffer.from(workspace.read('callgrind.out')).toString();
    const { cycles, profile } = JSON.parse(said);
    expect(summaryOf(text)).toBe(cycles);
    const costs = Object.fromEntries(functionsOf(text).map(({ name, own }) => [name, own]));
    for (const { name, clocks } of profile.functions) expect(costs[name], name).toBe(clocks);
  });

  it('cannot be had together with gdb, and says so before anything runs', async () => {
    const { status, err } = await run('--profile-out', workspace.file('x'), '--gdb', '0');
    expect([status, err.split('\n')[0]]).toEqual([
      2,
      'error: --gdb stops the program; give --profile, --profile-out and --coverage without it',
    ]);
  });

  it('names a file that cannot be written', async () => {
    const { status, err } = await run('--profile-out', '/dev/null/x');
    expect(status).toBe(2);
    expect(err).toMatch(/^error: cannot write \/dev\/null\/x: /);
  });
});
