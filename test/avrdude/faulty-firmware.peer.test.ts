/** Rows 30 to 32: what avrdude 7.1 makes of a programmer that is absent, of another kind, wrong or mute. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { buildFirmware, Server, Workspace } from '../cli/process.ts';
import { avrdude, conversations, FOR_1200, hasAvrdude, table, tally } from './harness.ts';
import { writeImages } from './play.ts';
import { healthy, stub } from './stub.ts';

/** avrdude waits 5 s for each byte of a mute programmer and never gives up; this is patience enough. */
const PATIENCE_MS = 8_000;

const refuses = { answers: [0x3f] };
const mute = { answers: [] };

describe.skipIf(!hasAvrdude())('avrdude 7.1 and a faulty programmer', () => {
  const workspace = new Workspace();
  writeImages(workspace);
  let server: Server | undefined;

  const serve = async (letters: Parameters<typeof stub>[0], other?: number[]) => {
    const hex = workspace.hex('stub.hex', stub(letters, other));
    server = await Server.start(workspace, ['--firmware', hex]);
    return server.port;
  };
  afterEach(() => server?.stop());
  afterAll(() => workspace.remove());

  it('is content with the healthy stub, so that the faults below are the only ones', async () => {
    const run = await avrdude(await serve(healthy), FOR_1200);
    expect(run.output).toContain('device signature = 0x1e9001');
    expect(run.status).toBe(0);
  });

  it('row 30: reports a port that nobody listens on', async () => {
    const port = await serve(healthy);
    await server!.stop();
    const run = await avrdude(port, FOR_1200);
    expect(run.output).toContain('Connection refused');
    expect(run.status).toBe(1);
  });

  it('row 31: says that the erase was refused, and exits with 0', async () => {
    const run = await avrdude(await serve({ ...healthy, e: refuses }), [...FOR_1200, '-e']);
    expect(run.output).toContain('programmer did not respond to command: chip erase');
    expect(run.status).toBe(0);
  });

  it('row 31: says that programming mode was refused, and exits with 0', async () => {
    const run = await avrdude(await serve({ ...healthy, P: refuses }), FOR_1200);
    expect(run.output).toContain('programmer did not respond to command: enter prog mode');
    expect(run.status).toBe(0);
  });

  it('row 31: finds out by verifying that EEPROM writes were refused', async () => {
    const port = await serve({ ...healthy, D: { takes: 1, answers: [0x3f] } });
    const run = await avrdude(port, [...FOR_1200, '-U', 'eeprom:w:r64.bin:r'], { cwd: workspace.path });
    expect(run.output).toContain('verification');
    expect(run.status).toBe(1);
  });

  it('row 32: waits for ever for a programmer that is mute from the device list on', async () => {
    const port = await serve({ ...healthy, t: mute, T: { takes: 1, answers: [] } }, []);
    const run = await avrdude(port, FOR_1200, { timeout: PATIENCE_MS });
    expect(run.killed).toBe(true);
    await server!.stop();
    const { session } = await server!.ended();
    expect(conversations(session).map(tally)).toEqual([table('S1 V1 v1 p1 a1 b1 t1')]);
  });
});

describe.skipIf(!hasAvrdude())('avrdude 7.1 with the wrong protocol', () => {
  const workspace = new Workspace();
  afterAll(() => workspace.remove());

  it('row 30: fails with avr911, and the programmer serves the next client', async () => {
    const firmware = buildFirmware(workspace);
    const server = await Server.start(workspace, ['--firmware', firmware]);
    const wrong = await avrdude(server.port, ['-c', 'avr911', '-p', '1200']);
    const right = await avrdude(server.port, FOR_1200);
    await server.stop();
    expect(wrong.status).toBe(1);
    expect(right.output).toContain('device signature = 0x1e9001');
    expect(right.status).toBe(0);
  });
});
