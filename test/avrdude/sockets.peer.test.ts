/** Something is wrong at the target's end: avrdude says so in its own words, and the server goes on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFirmware, Server, Workspace } from '../cli/process.ts';
import { avrdude, FOR_1200, hasAvrdude, type Run } from './harness.ts';
import { writeImages } from './play.ts';

const YIKES = 'Yikes!  Invalid device signature';
const WRONG_PART = 'expected signature for AT90S1200 is 1E 90 01';

interface Socket {
  title: string;
  options: readonly string[];
  args: readonly string[];
  /** How avrdude refuses the first and the second time. */
  says: readonly [string, string];
}

const sockets: readonly Socket[] = [
  {
    title: 'an empty socket',
    options: ['--target', 'none'],
    args: [],
    says: [YIKES, YIKES],
  },
  {
    title: 'a target without a clock',
    options: ['--fault', 'no-clock'],
    args: [],
    says: [YIKES, YIKES],
  },
  {
    title: 'a target whose RESET something else holds high',
    options: ['--fault', 'reset-held-high'],
    args: [],
    says: [YIKES, YIKES],
  },
  {
    title: 'a target that something else holds in reset, so that its erase never ends',
    options: ['--fault', 'reset-held-low'],
    args: ['-U', 'flash:w:r1k.bin:r'],
    // the second time the target is still busy, and still counts bits from the first
    says: ['verification mismatch', WRONG_PART],
  },
  {
    title: 'a MISO that is shorted to ground',
    options: ['--fault', 'miso-stuck-low'],
    args: [],
    says: [YIKES, YIKES],
  },
  {
    title: 'another part',
    options: ['--fault', 'wrong-part'],
    args: [],
    says: [WRONG_PART, WRONG_PART],
  },
];

describe.skipIf(!hasAvrdude())('avrdude 7.1 and a sick socket', () => {
  const workspace = new Workspace();
  let firmware: string;

  beforeAll(() => {
    firmware = buildFirmware(workspace);
    writeImages(workspace);
  });
  afterAll(() => workspace.remove());

  const tryTwice = async ({ options, args }: Socket): Promise<Run[]> => {
    const server = await Server.start(workspace, ['--firmware', firmware, ...options]);
    const call = () => avrdude(server.port, [...FOR_1200, ...args], { cwd: workspace.path });
    const runs = [await call(), await call()];
    await server.stop();
    expect((await server.ended()).status).toBe(0);
    return runs;
  };

  it.for(sockets)('refuses $title, twice on the same server', async socket => {
    const runs = await tryTwice(socket);
    runs.forEach(({ status, killed, output }, i) => {
      expect(output).toContain(socket.says[i]);
      expect({ status, killed }).toEqual({ status: 1, killed: false });
    });
  });
});
