/** A programmer under gdb, with a written conversation instead of a socket: what goes over the line, and when. */
import { describe, expect, it } from 'vitest';
import { JobError } from '../../cli/errors.ts';
import { GdbProgrammer } from '../../cli/gdb.ts';
import type { Line, Message } from '../../cli/gdb-line.ts';
import { assemble, type EngineName, Fault, framed, Machine, printed } from '../../vm-host/index.ts';
import { labels, words } from './blink.ts';

const OPENED: Message = { opened: true };
const CLOSED: Message = { closed: true };
const CTRL_C: Message = { data: '\u0003' };
const say = (...packets: string[]): Message => ({ data: packets.map(framed).join('') });

/** Gives one message after the other to whoever waits; those behind `later` only to whoever polls. */
class Script implements Line {
  readonly out: string[] = [];

  constructor(
    private readonly messages: Message[],
    private readonly later: Message[] = [],
  ) {}

  send(text: string): void {
    this.out.push(text);
  }

  poll(): Message | undefined {
    return this.messages.length === 0 ? this.later.shift() : undefined;
  }

  wait(): Message {
    const message = this.messages.shift() ?? this.later.shift();
    if (!message) throw new Error(`nobody says anything more; so far: ${this.out.join(' ')}`);
    return message;
  }

  /** Packets of the programmer, without frames and acknowledgements. */
  get said(): string[] {
    return this.out.flatMap(text => /^\$(.*)#..$/.exec(text)?.[1] ?? []);
  }
}

function programmer(line: Line, source?: string, engine: EngineName = 'fast') {
  const image = source ? assemble(source).words : words;
  return new GdbProgrammer(new Machine({ words: image, engine }), image, line);
}

const BREAK = `Z0,${(2 * labels.blink).toString(16)},2`;

describe('a programmer under gdb', () => {
  it('stands at its first instruction until gdb lets it go', () => {
    const line = new Script([OPENED, say('?', 'p22'), say('D')]);
    const under = programmer(line);
    under.run(1000);
    expect(line.said).toEqual(['S05', '00000000', 'OK']);
    expect(under.cycle).toBeGreaterThanOrEqual(1000);
  });

  it('acknowledges what it understands and asks again for what it does not', () => {
    const line = new Script([OPENED, { data: '$g#00' }, say('qAttached', 'D')]);
    programmer(line).run(10);
    expect(line.out).toEqual(['-', '+', framed('1'), '+', framed('OK')]);
  });

  it('sends its last packet again when gdb did not understand', () => {
    const line = new Script([OPENED, say('qAttached'), { data: '-' }, { data: '-' }, say('D')]);
    programmer(line).run(10);
    expect(line.said).toEqual(['1', '1', '1', 'OK']);
  });

  it('reads a packet that comes in pieces', () => {
    const line = new Script([OPENED, ...[...framed('p22')].map(data => ({ data })), say('D')]);
    programmer(line).run(10);
    expect(line.said).toEqual(['00000000', 'OK']);
  });

  it('refuses a packet that is too long, and takes the next one', () => {
    const line = new Script([OPENED, say(`M800000,${'0'.repeat(5000)}`), say('qAttached', 'D')]);
    programmer(line).run(10);
    expect(line.said).toEqual(['E01', '1', 'OK']);
  });

  it('stops at breakpoints and goes on', () => {
    const line = new Script([OPENED, say(BREAK, 'c'), say('p22', 'c'), say('D')]);
    programmer(line).run(1000);
    expect(line.said).toEqual(['OK', 'S05', `${(2 * labels.blink).toString(16)}000000`, 'S05', 'OK']);
  });

  it('steps by instruction', () => {
    const line = new Script([OPENED, say('s', 'p22', 's', 'p22', 'D')]);
    programmer(line).run(10);
    expect(line.said).toEqual(['S05', '06000000', 'S05', '08000000', 'OK']);
  });

  it('stops at Ctrl-C within a slice', () => {
    const line = new Script([OPENED, say('c')], [CTRL_C, say('D')]);
    const under = programmer(line);
    under.run(10_000_000);
    expect(line.said).toEqual(['S02', 'OK']);
    expect(under.cycle).toBeGreaterThanOrEqual(10_000_000);
  });

  it('stops at a Ctrl-C that came together with the packet before it', () => {
    const line = new Script([OPENED, { data: `${framed('c')}\u0003` }, say('D')]);
    programmer(line).run(10_000_000);
    expect(line.said).toEqual(['S02', 'OK']);
  });

  it('takes Ctrl-C while it stands for nothing', () => {
    const line = new Script([OPENED, CTRL_C, say('D')]);
    programmer(line).run(10);
    expect(line.said).toEqual(['OK']);
  });

  it('after detach runs on, without the breakpoints of gdb', () => {
    const line = new Script([OPENED, say(BREAK, 'D')], [CLOSED]);
    const under = programmer(line);
    under.run(1_000_000);
    expect(line.said).toEqual(['OK', 'OK']);
    expect(under.debug.breakpoints.size).toBe(0);
  });

  it('stands until the next gdb comes when the connection is lost while it stands', () => {
    const line = new Script([OPENED, say(BREAK, 'Z2,800014,1', 's'), CLOSED, OPENED, say('p22', 'D')]);
    const under = programmer(line);
    under.run(1000);
    expect(line.said).toEqual(['OK', 'OK', 'S05', '06000000', 'OK']);
    expect(under.debug.breakpoints.size).toBe(0);
  });

  it('runs on when the connection is lost while it runs, and stops for the next gdb', () => {
    const line = new Script([OPENED, say('c')], [CLOSED, OPENED, say('?', 'D')]);
    const under = programmer(line);
    under.run(10_000_000);
    expect(line.said).toEqual(['S05', 'OK']);
  });

  it('stops for a gdb that comes after another one has detached', () => {
    const line = new Script([OPENED, say('D')], [CLOSED, OPENED, say('?', 's', 'D'), CLOSED]);
    programmer(line).run(10_000_000);
    expect(line.said).toEqual(['OK', 'S05', 'S05', 'OK']);
  });

  it('ends the job when gdb kills it', () => {
    const line = new Script([OPENED, say('s', 'k')]);
    expect(() => programmer(line).run(1000)).toThrow(new JobError('gdb ended the program at clock 2'));
  });

  it('tells a gdb that is still there that the job is over, and nobody else', () => {
    const said = [say('c'), say('D')].map(last => {
      const line = new Script([OPENED, last]);
      const under = programmer(line);
      under.run(1000);
      under.finish();
      return line.said;
    });
    expect(said).toEqual([['W00'], ['OK']]);
  });

  it('does the same with gdb as without', () => {
    const line = new Script([OPENED, say(BREAK, 'c', 's', 'c', 's'), say('D')]);
    const under = programmer(line);
    under.run(5000);
    const free = new Machine({ words });
    free.run(5000);
    expect(under.machine.save()).toEqual(free.save());
  });
});

describe.each<EngineName>(['reference', 'fast'])('a fault under gdb, on the %s engine', engine => {
  const FAULTS: [string, string, string, string][] = [
    ['a stack overflow', 'rcall a\na: rcall b\nb: rcall c\nc: rcall d\nd: nop', 'S0b', '06000000'],
    ['a word that is no instruction', 'nop\n nop', 'S04', '04000000'],
    ['a return too many', 'nop\n ret', 'S0b', '02000000'],
    ['a pointer out of range', 'ldi r30, 99\n ld r0, Z', 'S0b', '02000000'],
  ];

  it.each(FAULTS)('is a stop at the instruction that did it: %s', (_, source, signal, pc) => {
    const line = new Script([OPENED, say('c'), say('p22', '?', 'D')]);
    const under = programmer(line, source, engine);
    expect(() => under.run(1000)).toThrow(Fault);
    const [printed, ...said] = line.said;
    expect(Buffer.from(printed.slice(1), 'hex').toString()).toMatch(/^.+ \(pc 0x.*clock \d+\)\n$/);
    expect(said).toEqual([signal, pc, signal, 'OK']);
  });

  it('comes again when gdb goes on, by step as well', () => {
    const line = new Script([OPENED, say('c'), say('C0b'), say('s'), say('k')]);
    expect(() => programmer(line, 'nop\n ret', engine).run(1000)).toThrow(JobError);
    expect(line.said.filter(text => !text.startsWith('O'))).toEqual(['S0b', 'S0b', 'S0b']);
  });

  it('can be gone round by a jump', () => {
    const line = new Script([OPENED, say('c'), say('P22=00000000', 'P14=01', 'c'), say('D')]);
    const under = programmer(line, 'sbrs r20, 0\n ret\n x: rjmp x', engine);
    under.run(1000);
    expect(under.cycle).toBeGreaterThanOrEqual(1000);
  });

  it('is told once to somebody who has left: by the error of the job', () => {
    const line = new Script([OPENED, say('D')]);
    expect(() => programmer(line, 'nop\n ret', engine).run(1000)).toThrow(/stack is empty/);
    expect(line.out).not.toContain(printed('return without a call: the stack is empty'));
    expect(line.said).toEqual(['OK']);
  });
});
