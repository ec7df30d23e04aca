/** The debugger on the real firmware, on a board: lines of TypeScript, wires of the schematic. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ImageMap, parseHex } from '../../compiler/index.ts';
import { Board, type Host } from '../../simulator/index.ts';
import { Debugger, type EngineName, Machine, Profile, SourceMap, Stepper } from '../../vm-host/index.ts';

const { bytes } = parseHex(readFileSync('bench/data/programmer.hex', 'utf8'));
const words = Uint16Array.from(
  { length: bytes.length / 2 },
  (_, i) => bytes[2 * i] | (bytes[2 * i + 1] << 8),
);
const map = new SourceMap(JSON.parse(readFileSync('bench/data/programmer.map.json', 'utf8')) as ImageMap);
const [SIGN_ON, ENTER] = [0x53, 0x50];
/** Clocks that one of these commands and its answer take at most. */
const ENOUGH = 200_000;

/** The part that the session is about: without it there is nothing to enter. */
function* select(): Host<void> {
  yield { send: Uint8Array.of(0x54, 0x13), expect: 1 };
}

const text = (file: string) => readFileSync(file, 'utf8').split('\n');

/** The line on which a text stands; it must stand there once. */
function lineWith(file: string, words: string): number {
  const found = text(file).flatMap((line, i) => (line.includes(words) ? [i + 1] : []));
  expect(found).toHaveLength(1);
  return found[0];
}

/** A board whose PC has just sent one command, and a debugger on its programmer. */
function listening(engine: EngineName, command: number) {
  const machine = new Machine({ words, engine });
  const board = new Board({ programmer: machine });
  const debug = new Debugger(machine, words, map);
  board.run(select());
  board.feed([command]);
  return { machine, board, debug, end: machine.cycle + ENOUGH };
}

describe.each<EngineName>(['reference', 'fast'])('a debugger on the firmware, on the %s engine', engine => {
  it('stops at a line of TypeScript as often as the line begins', () => {
    const { debug, end } = listening(engine, SIGN_ON);
    const line = lineWith('firmware/serial.ts', 'export function transmit');
    const body = Array.from({ length: 12 }, (_, i) => line + i);
    const broken = body.find(candidate => debug.breakAtLine('firmware/serial.ts', candidate) > 0)!;
    let hits = 0;
    while (debug.run(end).kind === 'breakpoint') {
      expect(debug.place).toMatchObject({ file: 'firmware/serial.ts', line: broken });
      hits++;
    }
    const counted = listening('reference', SIGN_ON);
    const profile = new Profile(words.length);
    new Stepper(counted.machine, [profile], words).run(end);
    const begun = map.addressesOf('firmware/serial.ts', broken);
    expect(hits).toBe(begun.reduce((sum, pc) => sum + profile.runs[pc], 0));
    expect(hits).toBeGreaterThan(0);
  });

  it('stops at every edge of a wire, and no more often', () => {
    const { debug, board, end } = listening(engine, ENTER);
    const edges: unknown[] = [];
    board.nets.SCK.watch(({ level }) => edges.push(level));
    debug.watchNet(board.nets.SCK);
    const levels: unknown[] = [];
    while (debug.run(end).what === 'SCK') levels.push(board.nets.SCK.level);
    expect(levels).toEqual(edges);
    expect(levels.length).toBeGreaterThan(2 * 32);
  });

  it('stops at an edge that the target makes', () => {
    const { debug, board, end } = listening(engine, ENTER);
    const drivers: string[] = [];
    board.nets.MISO.watch(({ driver }) => drivers.push(driver));
    debug.watchNet(board.nets.MISO);
    expect(debug.run(end)).toMatchObject({ kind: 'watch', what: 'MISO' });
    expect(drivers).toHaveLength(1);
  });

  it('steps from edge to edge of a pin, each within the instruction that makes it', () => {
    const { debug, board, end } = listening(engine, ENTER);
    const edges: unknown[] = [];
    board.nets.SCK.watch(({ level }) => edges.push(level));
    // the first stop is where the pin begins to drive
    while (edges.length === 0) expect(debug.stepEdge(['PB7'], end).kind).toBe('watch');
    const seen = Array.from({ length: 63 }, () => debug.stepEdge(['PB7'], end) && edges.length);
    expect(seen).toEqual(Array.from({ length: 63 }, (_, i) => i + 2));
  });

  it('steps from line to line: no step ends on the line on which it began', () => {
    const { debug, end } = listening(engine, SIGN_ON);
    let before = debug.place;
    for (let step = 0; step < 200; step++) {
      expect(debug.stepLine(end).kind).toBe('step');
      expect(debug.place).toBeDefined();
      expect([debug.place!.file, debug.place!.line]).not.toEqual([before?.file, before?.line]);
      before = debug.place;
    }
  });

  it('watches a register of the firmware at work, and changes nothing', () => {
    const { debug, machine, end } = listening(engine, SIGN_ON);
    debug.watchRegister(16);
    let stops = 0;
    while (debug.run(end).what === 'r16') stops++;
    expect(stops).toBeGreaterThan(0);
    const free = listening('reference', SIGN_ON);
    free.machine.run(end);
    expect(machine.save().cpu).toEqual(free.machine.save().cpu);
  });
});

describe('the map of the firmware', () => {
  it('has a first address for each line that made code, and the line is not empty', () => {
    const lines = new Set(map.all.flatMap(place => (place ? [`${place.file}:${place.line}`] : [])));
    for (const name of lines) {
      const [file, line] = name.split(':');
      expect(map.addressesOf(file, Number(line)), name).not.toEqual([]);
      expect(text(file)[Number(line) - 1].trim(), name).toMatch(/\w/);
    }
    expect(lines.size).toBeGreaterThan(50);
  });
});
