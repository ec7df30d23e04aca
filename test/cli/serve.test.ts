/** `isp serve` and clients of every kind: whatever one of them does, it is said, and the next one works. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { assemble } from '../../vm-host/index.ts';
import { buildFirmware, isp, Server, Workspace } from './process.ts';

const workspace = new Workspace();
let firmware: string;
let server: Server;

beforeAll(() => {
  firmware = buildFirmware(workspace);
});
afterEach(() => server?.stop('SIGKILL'));
afterAll(() => workspace.remove());

const IDENTITY = 'AVR ISP';
const ESC = '\x1b';

/** A client that keeps what it hears. */
class Client {
  heard = '';
  gone = false;

  private constructor(readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('data', text => (this.heard += text));
    for (const event of ['end', 'close']) socket.on(event, () => (this.gone = true));
    socket.on('error', () => {});
  }

  static async connect(): Promise<Client> {
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    return new Client(socket);
  }

  /** Sends, and waits until `count` characters have come since. */
  async ask(text: string, count: number): Promise<string> {
    const before = this.heard.length;
    this.socket.write(Buffer.from(text, 'latin1'));
    await until(() => this.heard.length >= before + count);
    return this.heard.slice(before);
  }
}

/** Selects the AT90S1200 and enters programming mode. */
async function enter(client: Client): Promise<void> {
  await client.ask('T\x13', 1);
  await client.ask('P', 1);
}

/** Waits for a condition; a test that waits in vain fails by this error, not by the clock of the runner. */
async function until(condition: () => boolean, seconds = 15): Promise<void> {
  for (let i = 0; i < seconds * 100; i++) {
    if (condition()) return;
    await setTimeout(10);
  }
  throw new Error(`waited ${seconds} s in vain; the server said:\n${server.stderr}`);
}

async function start(...args: string[]): Promise<void> {
  server = await Server.start(workspace, ['--firmware', firmware, ...args]);
}

/** The proof that the server still works for a newcomer, who first makes the programmer listen. */
async function expectNextClientServed(): Promise<void> {
  const client = await Client.connect();
  client.socket.write(ESC.repeat(4));
  await setTimeout(100);
  client.socket.write('S');
  await until(() => client.heard.endsWith(IDENTITY));
  client.socket.destroy();
}

describe('a well-behaved client', () => {
  it('finds one line on standard output, and its answers on the wire', async () => {
    await start();
    const client = await Client.connect();
    expect(await client.ask('S', 7)).toBe(IDENTITY);
    expect(await client.ask('V', 2)).toBe('10');
    expect(server.stdout).toBe(`listening on 127.0.0.1:${server.port}\n`);
  });

  it('finds the programmer as the one before left it', async () => {
    await start();
    const first = await Client.connect();
    await enter(first);
    first.socket.destroy();
    const second = await Client.connect();
    expect(await second.ask('s', 3)).toBe('\x01\x90\x1e');
  });

  it('may close its sending side and still gets its answer', async () => {
    await start();
    const client = await Client.connect();
    client.socket.end('S');
    await until(() => client.gone);
    expect(client.heard).toBe(IDENTITY);
  });

  it('gets its answers without the delay of collected packets', async () => {
    await start();
    const client = await Client.connect();
    const begin = performance.now();
    for (let i = 0; i < 100; i++) await client.ask('p', 1);
    // Nagle's algorithm with delayed acknowledgements would take 40 ms each
    expect(performance.now() - begin).toBeLessThan(3000);
  });
});

describe('the server', () => {
  it('ends with --once when the client leaves', async () => {
    await start('--once');
    const client = await Client.connect();
    await client.ask('S', 7);
    client.socket.destroy();
    const { status, json } = await server.ended();
    expect(status).toBe(0);
    expect(json).toMatchObject({ ok: true, uartFrameErrors: 0, violations: 0 });
  });

  it.for(['SIGINT', 'SIGTERM'] as const)(
    'writes memory and recording at %s, with a client connected',
    async signal => {
      await start();
      const client = await Client.connect();
      await enter(client);
      await client.ask('D\x5a', 1);
      await client.ask('S', 7);
      await server.stop(signal);
      const { status, flash, eeprom, session, stderr } = await server.ended();
      expect(status).toBe(0);
      expect([flash.length, eeprom.length, eeprom[0]]).toEqual([1024, 64, 0x5a]);
      expect(session).toBe('5413 1\n50 1\n445a 1\n53 7\n');
      expect(stderr).toContain('client 1 dropped');
    },
  );

  it('says that its port is taken, and ends with status 1', async () => {
    await start();
    const { status, stdout, stderr } = isp(['serve', '--port', String(server.port), '--firmware', firmware]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^error: port \d+ of 127\.0\.0\.1 is in use.*--port/);
  });

  it('listens on 127.0.0.1 and nowhere else', async () => {
    await start();
    const socket = connect({ port: server.port, host: '::1' });
    const [error] = await once(socket, 'error');
    expect(error.code).toMatch(/ECONNREFUSED|EADDRNOTAVAIL|EAFNOSUPPORT/);
  });

  it('ends with status 1 and the place when the firmware does what the chip cannot', async () => {
    const bad = workspace.hex('bad.hex', assemble('wait: sbic 0x10, 0\nrjmp wait\nagain: rcall again').words);
    server = await Server.start(workspace, ['--firmware', bad]);
    const client = await Client.connect();
    client.socket.write('S');
    const { status, stderr } = await server.ended();
    expect(status).toBe(1);
    expect(stderr).toMatch(/error: the firmware stopped at 0x002/);
    await until(() => client.gone);
  });
});

describe('a client that', () => {
  it('comes second is sent away without a byte, and the first is not disturbed', async () => {
    await start();
    const first = await Client.connect();
    expect(await first.ask('S', 7)).toBe(IDENTITY);
    const second = await Client.connect();
    second.socket.write('S');
    await until(() => second.gone);
    expect(second.heard).toBe('');
    expect(await first.ask('S', 7)).toBe(IDENTITY);
    expect(server.stderr).toContain('client 2 refused: another client is connected');
  });

  it('comes second just before the first leaves is served after it', async () => {
    await start();
    const first = await Client.connect();
    await first.ask('S', 7);
    const second = await Client.connect();
    first.socket.destroy();
    expect(await second.ask('S', 7)).toBe(IDENTITY);
  });

  it('leaves in the middle of a command is told of, with the remedy', async () => {
    await start();
    const client = await Client.connect();
    await enter(client);
    client.socket.write('A\x00');
    await setTimeout(100);
    client.socket.destroy();
    await until(() => server.stderr.includes('client 1 left'));
    await expectNextClientServed();
    expect(server.stderr).toContain(
      "it left in the middle of 'A' (Set address), which still lacks 1 of its bytes",
    );
  });

  it('resets the connection while the programmer is at work is told of', async () => {
    await start();
    const client = await Client.connect();
    await enter(client);
    client.socket.write('e'.repeat(20));
    await setTimeout(20);
    client.socket.resetAndDestroy();
    await until(() => /client 1 (left|vanished)/.test(server.stderr));
    await expectNextClientServed();
  });

  it('sends garbage gets what the programmer makes of it', async () => {
    await start();
    const client = await Client.connect();
    expect(await client.ask('\x00\xff!', 1)).toContain('?');
    client.socket.destroy();
    await until(() => server.stderr.includes('client 1: 3 of its bytes begin no AVR910 command'));
    await expectNextClientServed();
  });

  it('floods with a megabyte is slowed down, told of, and takes no memory', async () => {
    await start();
    const client = await Client.connect();
    client.socket.write(Buffer.alloc(1 << 20, 'S'));
    await until(() => client.heard.length > 500);
    const { rss } = await memoryOf(server.child.pid!);
    client.socket.destroy();
    await until(() => /client 1 (left|vanished)/.test(server.stderr));
    expect(server.stderr).toMatch(/client 1 floods: \d+ bytes at once/);
    expect(rss).toBeLessThan(200e6);
    await expectNextClientServed();
  });

  it('never reads its answers does not make them pile up', async () => {
    await start();
    const client = await Client.connect();
    client.socket.pause();
    client.socket.write(Buffer.alloc(1 << 16, 'S'));
    await setTimeout(2000);
    const { rss } = await memoryOf(server.child.pid!);
    expect(rss).toBeLessThan(200e6);
    client.socket.resetAndDestroy();
    await until(() => /client 1 (left|vanished)/.test(server.stderr));
    await expectNextClientServed();
  });

  it('connects and says nothing leaves no trace on the wire', async () => {
    await start();
    const client = await Client.connect();
    await setTimeout(100);
    client.socket.destroy();
    await until(() => server.stderr.includes('client 1 left: 0 bytes from it, 0 to it'));
    await expectNextClientServed();
    await server.stop();
    expect((await server.ended()).session).toBe('1b1b1b1b53 7\n');
  });
});

/** Resident memory of a process, in bytes. */
async function memoryOf(pid: number): Promise<{ rss: number }> {
  const { readFile } = await import('node:fs/promises');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return { rss: Number(/VmRSS:\s+(\d+) kB/.exec(status)![1]) * 1024 };
}
