/** The whole way over TCP, without gdb: `isp replay --gdb` as a process, and a client that may be rude. */
import { createServer } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { assemble, framed } from '../../vm-host/index.ts';
import { isp, jsonOf, Workspace } from '../cli/process.ts';
import { Client, waitingJob } from './gdb-client.ts';

const workspace = new Workspace();
afterAll(() => workspace.remove());

describe('isp replay --gdb', () => {
  it('answers packets that come in pieces, several at once, or broken', async () => {
    const { port, ended } = await waitingJob();
    const client = await Client.to(port);
    for (const letter of framed('qAttached')) {
      client.send(letter);
      await new Promise(resolve => setImmediate(resolve));
    }
    expect(await client.next()).toBe('1');
    client.send(`${framed('p22')}+${framed('p21')}`);
    expect([await client.next(), await client.next()]).toEqual(['00000000', '0000']);
    client.send('$g#00');
    expect(await client.next()).toBe('again');
    expect(await client.ask('D')).toBe('OK');
    expect(await ended).toMatchObject({ status: 0, err: '' });
  });

  it('refuses a packet of megabytes, and works on', async () => {
    const { port, ended } = await waitingJob();
    const client = await Client.to(port);
    client.send('$');
    for (let i = 0; i < 48; i++) client.send('m'.repeat(0x10000));
    client.send('#00');
    expect(await client.next()).toBe('E01');
    expect(await client.ask('D')).toBe('OK');
    expect((await ended).status).toBe(0);
  });

  it('stands still while nobody is there, and goes on with the next gdb', async () => {
    const { port, ended } = await waitingJob();
    const first = await Client.to(port);
    expect(await first.ask('s')).toBe('S05');
    const place = await first.ask('p22');
    await first.hangUp();
    const second = await Client.to(port);
    expect(await second.ask('p22')).toBe(place);
    expect(await second.ask('D')).toBe('OK');
    expect(jsonOf((await ended).out)).toMatchObject({ ok: true });
  });

  it('gives the line to whoever comes last', async () => {
    const { port, ended } = await waitingJob();
    const first = await Client.to(port);
    expect(await first.ask('qAttached')).toBe('1');
    const second = await Client.to(port);
    expect(await second.ask('D')).toBe('OK');
    expect((await ended).status).toBe(0);
  });

  it('stops the running program at Ctrl-C', async () => {
    const { port, ended } = await waitingJob();
    const client = await Client.to(port);
    client.send(framed('c'));
    client.send('\u0003');
    expect(await client.next()).toBe('S02');
    expect(await client.ask('D')).toBe('OK');
    expect((await ended).status).toBe(0);
  });

  it('ends with one sentence when gdb kills it', async () => {
    const { port, ended } = await waitingJob();
    const client = await Client.to(port);
    client.send(framed('k'));
    const { status, err } = await ended;
    expect([status, err]).toEqual([1, 'error: gdb ended the program at clock 0\n']);
  });

  it('tells a fault to gdb first, and to the terminal when gdb has left', async () => {
    const hex = workspace.hex('fault.hex', assemble('nop\n ret').words);
    const { port, ended } = await waitingJob(['--firmware', hex]);
    const client = await Client.to(port);
    expect(Buffer.from((await client.ask('c')).slice(1), 'hex').toString()).toContain('stack is empty');
    expect(await client.next()).toBe('S0b');
    expect(await client.ask('D')).toBe('OK');
    const { status, err } = await ended;
    expect(status).toBe(1);
    expect(err).toMatch(/^error: the firmware stopped at 0x001 .*the stack is empty\n$/);
  });

  it('says with one sentence that the port is taken, and ends', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const argv = ['replay', 'bench/data/job.session', '--firmware', 'bench/data/programmer.hex'];
    const { status, stderr } = isp([...argv, '--gdb', String(port)]);
    server.close();
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: cannot listen for gdb on port \d+: .*EADDRINUSE[^\n]*\n$/);
  });
});
