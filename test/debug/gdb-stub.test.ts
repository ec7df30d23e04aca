/** What the stub answers to each packet, without gdb. */
import { describe, expect, it } from 'vitest';
import { Debugger, GdbStub, Machine } from '../../vm-host/index.ts';
import { labels, words } from './blink.ts';

const OK = { kind: 'answer', text: 'OK' };
const ERROR = { kind: 'answer', text: 'E01' };
const UNKNOWN = { kind: 'answer', text: '' };
const PC = '22';
const hex = (value: number) => value.toString(16);

function stubbed() {
  const machine = new Machine({ words, engine: 'fast', eeprom: [0x11, 0x22] });
  const debug = new Debugger(machine, words);
  const stub = new GdbStub(debug, words);
  const ask = (packet: string) => stub.receive(packet);
  const text = (packet: string) => (ask(packet) as { text?: string }).text;
  return { machine, debug, stub, ask, text };
}

describe('a stub', () => {
  it('reads all registers: R0 to R31, SREG, SP and PC, the low byte first', () => {
    const { machine, text } = stubbed();
    machine.registers.set([1, 2], 30);
    machine.sreg = 0x80;
    machine.pc = 0x101;
    expect(text('g')).toBe(`${'00'.repeat(30)}0102${'80'}${'0000'}${'02020000'}`);
  });

  it('reads one register', () => {
    const { machine, text } = stubbed();
    machine.registers[0x1f] = 0xab;
    machine.pc = 3;
    expect([text('p1f'), text('p20'), text('p21'), text('p22')]).toEqual(['ab', '00', '0000', '06000000']);
  });

  it('writes registers, SREG and PC', () => {
    const { machine, ask } = stubbed();
    expect([ask('P10=7f'), ask('P20=80'), ask(`P${PC}=06000000`)]).toEqual([OK, OK, OK]);
    expect([machine.registers[16], machine.sreg, machine.pc]).toEqual([0x7f, 0x80, 3]);
  });

  it('reads program, registers, I/O and EEPROM', () => {
    const { machine, text } = stubbed();
    machine.run(5);
    const first = [words[0] & 0xff, words[0] >> 8].map(value => hex(value).padStart(2, '0')).join('');
    expect([text('m0,2'), text('m800010,1'), text('m800037,1'), text('m810000,2')]).toEqual([
      first,
      '01',
      '01',
      '1122',
    ]);
  });

  it('reads as far as there is something', () => {
    const { text, ask } = stubbed();
    expect([text('m3fe,4'), text('m80005f,4'), text('m81003f,4')].map(said => said!.length)).toEqual([
      4, 2, 2,
    ]);
    expect([ask('m400,1'), ask('m800060,1'), ask('m810040,1')]).toEqual([ERROR, ERROR, ERROR]);
  });

  it('reads no more at once than a packet holds', () => {
    expect(stubbed().text('m0,ffffffff')!.length).toBeLessThanOrEqual(0x1000);
  });

  it('writes registers and EEPROM through their addresses', () => {
    const { machine, ask } = stubbed();
    expect([ask('M800010,2:abcd'), ask('M810001,1:99')]).toEqual([OK, OK]);
    expect([...machine.registers.subarray(16, 18), ...machine.eeprom.subarray(0, 2)]).toEqual([
      0xab, 0xcd, 0x11, 0x99,
    ]);
  });

  it.each(['M0,2:0000', 'M800038,1:01', 'M80001f,2:0102', 'M81003f,2:0102', 'M800010,2:01'])(
    'refuses to write what cannot be written: %s',
    packet => {
      expect(stubbed().ask(packet)).toEqual(ERROR);
    },
  );

  it.each(['Z0', 'Z1'])('stops at a breakpoint set by %s, and not after it is taken back', set => {
    const { debug, ask } = stubbed();
    expect(ask(`${set},${hex(2 * labels.blink)},2`)).toEqual(OK);
    expect(debug.run(1000).kind).toBe('breakpoint');
    expect(ask(`${set.replace('Z', 'z')},${hex(2 * labels.blink)},2`)).toEqual(OK);
    expect(debug.run(1000).kind).toBe('limit');
  });

  it('stops at a write watch, names its address, and not after it is taken back', () => {
    const { debug, stub, ask } = stubbed();
    expect([ask('Z2,800014,1'), ask('Z2,800014,1')]).toEqual([OK, OK]);
    expect(stub.stopped(debug.run(1000))).toBe('T05watch:800014;');
    expect([ask('z2,800014,1'), ask('z2,800014,1')]).toEqual([OK, OK]);
    expect(debug.run(1000).kind).toBe('limit');
  });

  it('watches as many bytes as it is told', () => {
    const { debug, stub, ask } = stubbed();
    ask('Z2,800013,2');
    expect(stub.stopped(debug.run(1000))).toBe('T05watch:800013;');
  });

  it('does not take what gdb itself writes for a change by the program', () => {
    const { machine, debug, ask } = stubbed();
    ask('Z2,800014,1');
    ask('M800014,1:07');
    debug.run(1000);
    expect(machine.registers[20]).toBe(8);
  });

  it.each(['Z3,800014,1', 'Z4,800014,1', 'z3,800014,1'])('has no %s', packet => {
    expect(stubbed().ask(packet)).toEqual(UNKNOWN);
  });

  it('forgets breakpoints and watches when gdb has gone, but not those of others', () => {
    const { debug, stub, ask } = stubbed();
    ask(`Z0,${hex(2 * labels.blink)},2`);
    ask('Z2,800014,1');
    debug.breakpoints.add(labels.tick);
    stub.forget();
    expect(debug.run(1000)).toMatchObject({ kind: 'breakpoint', pc: labels.tick });
    expect(debug.breakpoints.size).toBe(1);
  });

  it('takes a watch again that it has forgotten', () => {
    const { debug, stub, ask } = stubbed();
    ask('Z2,800014,1');
    stub.forget();
    ask('Z2,800014,1');
    expect(debug.run(1000).kind).toBe('watch');
  });

  it('goes on from where it stands, from an address, or after a signal', () => {
    const { machine, ask } = stubbed();
    const go = (how: string) => ({ kind: 'go', how });
    expect([ask('c'), ask('s'), ask('C04'), ask('S0b')].map(({ kind }) => kind)).toEqual(Array(4).fill('go'));
    expect(ask('c6')).toEqual(go('continue'));
    expect(machine.pc).toBe(3);
    expect(ask('S05;8')).toEqual(go('step'));
    expect(machine.pc).toBe(4);
  });

  it('tells why it stopped, and tells it again when asked', () => {
    const { debug, stub, text } = stubbed();
    expect(text('?')).toBe('S05');
    expect(stub.stopped(debug.told('request'))).toBe('S02');
    expect(text('?')).toBe('S02');
    expect([stub.faulted('illegal-word'), stub.faulted('stack-overflow')]).toEqual(['S04', 'S0b']);
  });

  it('knows the end: detach and kill', () => {
    const { ask } = stubbed();
    expect([ask('D'), ask('k')]).toEqual([{ kind: 'end', text: 'OK' }, { kind: 'kill' }]);
  });

  it('says how long a packet may be, and that it was attached to', () => {
    const { text } = stubbed();
    expect([text('qSupported:swbreak+'), text('qAttached')]).toEqual(['PacketSize=1000', '1']);
  });

  it.each([
    '',
    'G00',
    'X800000,0:',
    'vCont?',
    'vMustReplyEmpty',
    'qC',
    'QNonStop:0',
    '!',
    'R00',
    'toString',
    '$',
  ])('answers what it does not know (%j) by nothing', packet => {
    expect(stubbed().ask(packet)).toEqual(UNKNOWN);
  });

  it.each([
    ...['p', 'pzz', 'p23', 'pffffffff', 'P', 'P10', 'P10=', 'P10=f', 'P10=gg', 'P21=0000', 'Pzz=00'],
    ...[
      'm',
      'm0',
      'm,',
      'mzz,1',
      'm0,zz',
      'M',
      'M800010',
      'M800010,1',
      'M800010,1:',
      'M800010,1:g0',
      'Mzz,1:00',
    ],
    ...['Z', 'Z0', 'Z0,', 'Z0,zz,2', 'Z0,400,2', 'Z0,3,2', 'z0,zz,2', 'Z2,800060,1', 'Z2,ffffffff,1'],
    ...['c400', 'czz', 's3', 'C', 'Cz', 'S05;zz', `P${PC}=03000000`, `P${PC}=00040000`],
  ])('refuses %s, and changes nothing', packet => {
    const { machine, debug, ask } = stubbed();
    const before = machine.save();
    expect(ask(packet)).toEqual(ERROR);
    expect(machine.save()).toEqual(before);
    expect(debug.breakpoints.size).toBe(0);
  });
});
