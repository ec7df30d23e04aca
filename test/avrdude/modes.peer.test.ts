/** One recorded session of avrdude, in logic mode and in cycle mode: the same bytes and the same ISP instructions. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFirmware as compileFirmware } from '../../compiler/index.ts';
import {
  Board,
  type ObservedInstruction,
  type Programmer,
  parseSession,
  replay,
} from '../../simulator/index.ts';
import { Machine } from '../../vm-host/index.ts';
import { LogicMachine } from '../../vm-host/logic.ts';
import { buildFirmware, isp, jsonOf, Server, Workspace } from '../cli/process.ts';
import { avrdude, FOR_1200, hasAvrdude } from './harness.ts';
import { writeImages } from './play.ts';

const XTAL = 4_000_000;
/** Two calls: the lock bits cannot be read back, all else is verified. */
const jobs = [
  ['-U', 'flash:w:r1k.bin:r', '-U', 'eeprom:w:r64.bin:r'],
  ['-V', '-U', 'lock:w:0xf9:m'],
];

/** What both modes must agree on: no times. */
interface Course {
  replies: string[];
  instructions: Pick<ObservedInstruction, 'bytes' | 'operation' | 'reply' | 'effect'>[];
  flash: Uint8Array;
  eeprom: Uint8Array;
}

function run(programmer: Programmer, session: string): Course {
  const board = new Board({ programmer, xtal: XTAL });
  const { replies } = board.run(replay(parseSession(session)));
  const target = board.target!;
  return {
    replies: replies.map(reply => Buffer.from(reply).toString('hex')),
    instructions: target.instructions.map(({ bytes, operation, reply, effect }) => ({
      bytes,
      operation,
      reply,
      effect,
    })),
    flash: target.flash,
    eeprom: target.eeprom,
  };
}

describe.skipIf(!hasAvrdude())('a session of avrdude 7.1', () => {
  const workspace = new Workspace();
  let firmware: string;
  let session: string;

  beforeAll(async () => {
    firmware = buildFirmware(workspace);
    writeImages(workspace);
    const server = await Server.start(workspace, ['--firmware', firmware]);
    for (const job of jobs) await avrdude(server.port, [...FOR_1200, ...job], { cwd: workspace.path });
    await server.stop();
    session = (await server.ended()).session;
  });
  afterAll(() => workspace.remove());

  it('takes the same course in logic mode and in cycle mode', async () => {
    const { image, wasm } = await compileFirmware({
      entry: 'firmware/main.ts',
      defines: { XTAL, BAUD: 19_200 },
    });
    const logic = run(new LogicMachine({ wasm }), session);
    const cycle = run(new Machine({ words: image.words, xtal: XTAL }), session);
    expect(cycle.instructions.length).toBeGreaterThan(2000);
    expect(logic).toEqual(cycle);
  });

  it('replays without avrdude: the same memories as in the live session', () => {
    const recording = workspace.file('job.session', session);
    const memory = workspace.file('replayed.memory');
    const { status, stdout } = isp([
      'replay',
      recording,
      '--firmware',
      firmware,
      '--memory',
      memory,
      '--json',
    ]);
    expect(status).toBe(0);
    expect(jsonOf(stdout)).toMatchObject({ ok: true, short: 0, lockMode: 3, uartFrameErrors: 0 });
    const bytes = [...workspace.read('r1k.bin'), ...workspace.read('r64.bin')];
    expect([...readFileSync(memory)]).toEqual(bytes);
  });

  it('replays the same way every time', () => {
    const recording = workspace.file('job.session', session);
    const traces = ['one.vcd', 'two.vcd'].map(name => {
      isp(['replay', recording, '--firmware', firmware, '--trace', workspace.file(name)]);
      return workspace.read(name);
    });
    expect(Buffer.compare(traces[0], traces[1])).toBe(0);
    expect(traces[0].length).toBeGreaterThan(100_000);
  });
});
