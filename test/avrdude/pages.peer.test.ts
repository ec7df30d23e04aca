/** Targets beside the AT90S1200: one that is written by pages, and one that shows the end of a write. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildFirmware, type Served, Server, Workspace } from '../cli/process.ts';
import { avrdude, conversations, hasAvrdude, type Run, tally } from './harness.ts';
import { images } from './images.ts';
import { writeImages } from './play.ts';

/** Our list of devices is the published one and has no ATmega8: it goes under the code of the ATmega83. */
const FOR_MEGA8 = ['-c', 'avr910', '-p', 'm8', '-x', 'devcode=0x65'] as const;
const FOR_2313 = ['-c', 'avr910', '-p', '2313'] as const;

interface Outcome extends Pick<Run, 'output'> {
  served: Served;
  /** How often each command came. */
  wire: Record<string, number>;
  /** The target's memories from address 0. */
  flash: Uint8Array;
  eeprom: Uint8Array;
}

describe.skipIf(!hasAvrdude())('avrdude 7.1', () => {
  const workspace = new Workspace();
  let firmware: string;

  beforeAll(() => {
    firmware = buildFirmware(workspace);
    writeImages(workspace);
  });
  afterAll(() => workspace.remove());

  const program = async (
    target: string,
    flashBytes: number,
    calls: readonly (readonly string[])[],
  ): Promise<Outcome> => {
    const server = await Server.start(workspace, ['--firmware', firmware, '--target', target]);
    let output = '';
    for (const args of calls) {
      const run = await avrdude(server.port, args, { cwd: workspace.path });
      output += run.output;
      expect(run).toEqual({ killed: false, status: 0, output: run.output });
    }
    await server.stop();
    const served = await server.ended();
    const memory = Uint8Array.of(...served.flash, ...served.eeprom);
    return {
      output,
      served,
      wire: tally(conversations(served.session).flat()),
      flash: memory.subarray(0, flashBytes),
      eeprom: memory.subarray(flashBytes),
    };
  };

  it('writes and verifies an ATmega8 page by page', async () => {
    const job = ['-U', 'flash:w:r1k.bin:r', '-U', 'eeprom:w:r64.bin:r'];
    const { output, served, wire, flash, eeprom } = await program('atmega8', 8192, [[...FOR_MEGA8, ...job]]);
    expect(output).toContain('1024 bytes of flash verified');
    expect(output).toContain('64 bytes of eeprom verified');
    expect(wire).toMatchObject({ e: 1, c: 512, C: 512, m: 16, D: 64, d: 64 });
    expect(flash.subarray(0, 1024)).toEqual(images['r1k.bin']);
    expect(flash.subarray(1024).every(byte => byte === 0xff)).toBe(true);
    expect(eeprom.subarray(0, 64)).toEqual(images['r64.bin']);
    expect(served.json).toMatchObject({ violations: 0, findings: [], lockMode: 1 });
  });

  it('writes fuses and lock bits of an ATmega8 and reads them back', async () => {
    const fuses = ['-U', 'lfuse:w:0xe4:m', '-U', 'hfuse:w:0xd1:m', '-U', 'lock:w:0xfe:m'];
    const { output, served } = await program('atmega8', 8192, [[...FOR_MEGA8, ...fuses]]);
    expect(output).toContain('1 byte of lfuse verified');
    expect(output).toContain('1 byte of hfuse verified');
    expect(output).toContain('1 byte of lock verified');
    expect(served.json).toMatchObject({ violations: 0, lockMode: 2 });
  });

  it('writes and verifies an AT90S2313', async () => {
    const job = ['-U', 'flash:w:r1k.bin:r', '-U', 'eeprom:w:r64.bin:r'];
    const { output, served, wire, flash, eeprom } = await program('at90s2313', 2048, [[...FOR_2313, ...job]]);
    expect(output).toContain('1024 bytes of flash verified');
    expect(wire.m).toBeUndefined();
    expect(flash.subarray(0, 1024)).toEqual(images['r1k.bin']);
    expect(eeprom.subarray(0, 64)).toEqual(images['r64.bin']);
    expect(served.json).toMatchObject({ violations: 0, findings: [] });
  });
});
