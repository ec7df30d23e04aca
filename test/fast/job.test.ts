/** Whole jobs on a board, on both engines: the same edges on all wires, the same part in the end. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseHex } from '../../compiler/index.ts';
import { Board, type BoardOptions, parseSession, replay, VcdTrace } from '../../simulator/index.ts';
import { Machine } from '../../vm-host/index.ts';
import type { Engine } from './side-by-side.ts';

const data = (name: string) => readFileSync(new URL(`../../bench/data/${name}`, import.meta.url), 'utf8');

/** An AVR910 programmer as this project's compiler made it. */
function programmer(): Uint16Array {
  const { bytes } = parseHex(data('programmer.hex'));
  return Uint16Array.from({ length: bytes.length / 2 }, (_, i) => bytes[2 * i] | (bytes[2 * i + 1] << 8));
}

const words = programmer();

/** Everything that a recorded session leaves behind, the waveform of all wires included. */
function outcome(engine: Engine, session: string, options: Partial<BoardOptions> = {}): unknown {
  const machine = new Machine({ words, engine });
  const board = new Board({ ...options, programmer: machine });
  let trace = '';
  const vcd = new VcdTrace(Object.values(board.nets), {
    xtal: board.xtal,
    write: text => void (trace += text),
  });
  const { replies, short } = board.run(replay(parseSession(session, 'session')));
  vcd.finish(machine.cycle);
  const { target, sck, line, findings } = board;
  const { registers, sreg, pc, stack, cycle } = machine;
  return {
    trace,
    short,
    replies: replies.map(reply => [...reply].join(' ')),
    part: target && [...target.flash, ...target.eeprom, target.lockBits],
    instructions: target?.instructions,
    sck: [sck.high, sck.low, sck.violationCount],
    findings: findings.list,
    frameErrors: line.frameErrors,
    cpu: { registers: [...registers], sreg, pc, stack, cycle },
  };
}

/** A short session: the beginning of one that avrdude had. */
const beginning = data('avrdude.session').split('\n').slice(0, 300).join('\n');

describe('a job is the same on both engines', () => {
  it.each(['job.session', 'avrdude.session', 'avrdude-flash.session'])('%s', name => {
    const session = data(name);
    const fast = outcome('fast', session);
    expect(fast).toEqual(outcome('reference', session));
    expect(fast).toMatchObject({ short: [], frameErrors: 0, findings: [] });
  });

  it.each<[string, Partial<BoardOptions>]>([
    ['a slow target, whose phase differs', { targetXtal: 1_000_000, phase: 0.37 }],
    ['a target too slow for the programmer', { targetXtal: 200_000 }],
    ['an empty socket', { target: null }],
    ['a PC that is 2 % fast', { baudError: 0.02 }],
    ['a PC at another rate: garbage', { baud: 9600 }],
    ['a target without a clock', { targetXtal: 0 }],
    ['RESET held low', { faults: { tied: { RESET: 'low' } } }],
  ])('with %s', (_, options) => {
    expect(outcome('fast', beginning, options)).toEqual(outcome('reference', beginning, options));
  });
});
