/** Debugging costs nobody anything who does not debug: shown by what is called, not by a clock. */
import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FastEngine } from '../../vm-host/fast/engine.ts';
import * as vmHost from '../../vm-host/index.ts';
import { debugged } from './blink.ts';

afterEach(() => void vi.restoreAllMocks());

const WAYS: [string, (debug: vmHost.Debugger) => () => void][] = [
  ['a register', debug => debug.watchRegister(20)],
  ['a pin', debug => debug.watchPin('PB0')],
  ['a net', debug => debug.watchNet({ name: 'LED', level: 0 })],
  [
    'a breakpoint',
    debug => {
      debug.breakpoints.add(17);
      return () => debug.breakpoints.clear();
    },
  ],
];

describe('a debugger without breakpoints and watches', () => {
  it.each<vmHost.EngineName>(['reference', 'fast'])('is one run of the machine, on the %s engine', engine => {
    const { debug, machine } = debugged({ engine });
    const run = vi.spyOn(machine, 'run');
    debug.run(100_000);
    expect(run.mock.calls).toEqual([[100_000]]);
  });

  it('lets the fast engine run as long as a machine alone would', () => {
    const runs = vi.spyOn(FastEngine.prototype, 'run');
    const { debug } = debugged();
    debug.run(100_000);
    const watched = runs.mock.calls.length;
    new vmHost.Machine({ words: debugged().words, engine: 'fast' }).run(100_000);
    expect(watched).toBeGreaterThan(0);
    expect(runs.mock.calls.length).toBe(2 * watched);
  });

  it.each(WAYS)('runs so again when %s is no longer looked for', (_, begin) => {
    const { debug, machine } = debugged();
    const end = begin(debug);
    debug.run(200);
    end();
    const run = vi.spyOn(machine, 'run');
    const fast = vi.spyOn(FastEngine.prototype, 'run');
    debug.run(100_000);
    expect(run.mock.calls).toEqual([[100_000]]);
    expect(fast).toHaveBeenCalledWith(100_000);
  });

  it('runs so again after a step to an edge', () => {
    const { debug, machine } = debugged();
    debug.stepEdge(['PB0'], 1000);
    const run = vi.spyOn(machine, 'run');
    debug.run(100_000);
    expect(run.mock.calls).toEqual([[100_000]]);
  });

  it('comes back to the fast engine in the middle of a program with the same trace', () => {
    const { debug, machine } = debugged();
    const off = debug.watchRegister(20);
    for (let i = 0; i < 20; i++) debug.run(5000);
    off();
    debug.run(5000);
    const free = new vmHost.Machine({ words: debugged().words });
    free.run(5000);
    expect(machine.save()).toEqual(free.save());
  });
});

describe('vm-host/debug', () => {
  const folders = ['vm-host', 'simulator', 'compiler', 'report', 'matchers', 'bench', 'firmware'];
  const sources = folders
    .flatMap(folder =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map(name => `${folder}/${name}`),
    )
    .filter(name => name.endsWith('.ts') && !name.startsWith('vm-host/debug/'));

  it('is imported by the list of public names and by nobody else', () => {
    const importers = sources.filter(name => /'[^']*\/debug\/[^']*'/.test(readFileSync(name, 'utf8')));
    expect(importers).toEqual(['vm-host/index.ts']);
  });

  it('has no name that anything but the command line uses', () => {
    const { Debugger, GdbStub, PacketReader, Profile, SourceMap, Stepper, lcov } = vmHost;
    const names = [Debugger, GdbStub, PacketReader, Profile, SourceMap, Stepper, lcov].map(
      ({ name }) => name,
    );
    const used = sources.filter(name => {
      const imports = readFileSync(name, 'utf8').match(/^import [^;]*vm-host[^;]*;/gm) ?? [];
      return imports.some(text => names.some(word => new RegExp(`\\b${word}\\b`).test(text)));
    });
    expect(used).toEqual([]);
  });
});
