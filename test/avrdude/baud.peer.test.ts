/** The firmware built for other bit rates: written, verified, and the line without a framing error. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFirmware, Server, Workspace } from '../cli/process.ts';
import { avrdude, FOR_1200, hasAvrdude } from './harness.ts';
import { play, writeImages } from './play.ts';
import { rows } from './rows.ts';

/** avrdude waits 5 s for each byte that does not come; one is enough to see. */
const PATIENCE_MS = 6_000;

const writeAndVerify = rows.find(row => row.number === 5)!;

describe.skipIf(!hasAvrdude())('avrdude 7.1 at other bit rates', () => {
  const workspace = new Workspace();
  beforeAll(() => writeImages(workspace));
  afterAll(() => workspace.remove());

  it.for([9600, 38_400])('writes and verifies 1 KB at %i baud', async baud => {
    const firmware = buildFirmware(workspace, baud);
    const served = await play(writeAndVerify, workspace, ['--firmware', firmware, '--baud', String(baud)]);
    expect(served.json).toMatchObject({ uartFrameErrors: 0, violations: 0 });
  });

  it('gets nowhere when firmware and line disagree', async () => {
    const firmware = buildFirmware(workspace, 38_400);
    const server = await Server.start(workspace, ['--firmware', firmware, '--baud', '9600']);
    const run = await avrdude(server.port, FOR_1200, { timeout: PATIENCE_MS });
    await server.stop();
    expect(run.status).not.toBe(0);
    expect(run.output).not.toContain('device signature = 0x1e9001');
  });
});
