import { describe, expect, it } from 'vitest';
import { type Annotation, at90s1200, decode, Net, SerialLine, UartDecoder } from '../../simulator/index.ts';
import { EventQueue } from '../../vm-host/time.ts';
import { Bench, hex } from './bench.ts';

/** A bench with all decoders on; `lines` gives one row as text. */
function decoded() {
  const bench = new Bench();
  const annotations: Annotation[] = [];
  const decoders = decode(bench.board.nets, {
    device: at90s1200,
    baud: 19_200,
    xtal: 4_000_000,
    onAnnotation: annotation => annotations.push(annotation),
  });
  const lines = (...rows: Annotation['row'][]) =>
    annotations.filter(({ row }) => rows.includes(row)).map(({ text }) => text[0]);
  return { bench, annotations, decoders, lines };
}

describe('the ISP decoders', () => {
  it('names the instructions in the words of the datasheet', () => {
    const { bench, lines } = decoded();
    bench.enter();
    bench.instruct('Read Signature', { address: 1 });
    bench.instruct('Write Program Memory', { address: 0x10c, data: 0x0f, high: true });
    bench.ms(4);
    bench.instruct('Read Program Memory', { address: 0x10c, high: true });
    bench.instruct('Write EEPROM', { address: 0x11, data: 0x0f });
    bench.ms(4);
    bench.instruct('Read EEPROM', { address: 0x11 });
    bench.instruct('Write Lock Bits', { data: 0xf9 });
    bench.ms(4);
    bench.instruct('Chip Erase');
    bench.send(0x50, 0x00, 0x00, 0x00);
    expect(lines('isp instruction')).toEqual([
      'Programming Enable',
      'Read signature 1: 0x90',
      'Write flash high byte 0x10C: 0x0F',
      'Read flash high byte 0x10C: 0x0F',
      'Write EEPROM 0x11: 0x0F',
      'Read EEPROM 0x11: 0x0F',
      'Write lock bits: 0xF9',
      'Chip Erase',
      'unknown instruction 50 00 00 00',
    ]);
  });

  it('gives spans from the first to the last rising edge, for each byte and each instruction', () => {
    const { bench, annotations } = decoded();
    bench.reset();
    const start = bench.hand.cycle + bench.low;
    bench.send(0xac, 0x53, 0x00, 0x00);
    const spans = annotations.map(({ row, start, end }) => [row, start, end]);
    expect(spans[0]).toEqual(['spi mosi', start, start + 7 * 40]);
    expect(spans.at(-1)).toEqual(['isp instruction', start, start + 31 * 40]);
  });

  it('marks bytes for which MISO was not driven', () => {
    const { bench, lines } = decoded();
    bench.enter();
    bench.send(0x30, 0, 0, 0);
    expect(lines('spi miso')).toEqual(['(FF)', '(FF)', '(FF)', '(FF)', '00', '30', '00', '1E']);
  });

  it('begins counting where RESET goes low', () => {
    const { bench, lines } = decoded();
    bench.reset();
    for (let i = 0; i < 13; i++) bench.bit(1);
    bench.enter();
    expect(lines('isp instruction')).toEqual(['Programming Enable']);
  });

  it('offers shorter texts', () => {
    const { bench, annotations } = decoded();
    bench.enter();
    bench.instruct('Read Signature');
    expect(annotations.at(-1)?.text).toEqual(['Read signature 0: 0x1E', 'sig 1E', '30 00 00 00']);
  });
});

/** Two ends of a line: what one sends the decoder reads. */
function heard(bytes: number[], baud = 19_200): { texts: string[]; spans: number[][] } {
  const queue = new EventQueue();
  const [rxd, txd] = [new Net('RXD'), new Net('TXD')];
  const annotations: Annotation[] = [];
  const decoder = new UartDecoder({
    net: rxd,
    row: 'uart rxd',
    baud: 19_200,
    xtal: 4_000_000,
    onAnnotation: annotation => annotations.push(annotation),
  });
  new SerialLine({ queue, xtal: 4_000_000, baud, rxd, txd }).send(bytes, 100);
  queue.runUntil(1_000_000);
  decoder.finish(1_000_000);
  return {
    texts: annotations.map(({ text }) => text[0]),
    spans: annotations.map(({ start, end }) => [start, end]),
  };
}

describe('the UART decoder', () => {
  it('reads characters, the last one too', () => {
    expect(heard([0x41, 0x00, 0x0d, 0xff]).texts).toEqual(["'A' 41", '00', '0D', 'FF']);
  });

  it('gives the span from the start edge to the middle of the stop bit', () => {
    expect(heard([0x41]).spans).toEqual([[100, 2080]]);
  });

  it('marks frame errors and breaks', () => {
    // at half the rate a 0 lasts twice as long: low in the middle of the stop bit
    expect(heard([0x00], 9600).texts).toEqual(['break']);
    expect(heard([0x01], 9600).texts[0]).toBe('frame error, 06');
  });
});

describe('the AVR910 decoder', () => {
  /** The PC says something, the other end answers, both over real edges. */
  function conversation(...exchanges: [number[], number[]][]) {
    const { bench, decoders, lines, annotations } = decoded();
    const { hand, board } = bench;
    const back = new SerialLine({
      queue: hand.queue,
      xtal: 4_000_000,
      baud: 19_200,
      rxd: board.nets.TXD,
      txd: board.nets.RXD,
    });
    for (const [request, answer] of exchanges) {
      board.feed(request);
      hand.wait(request.length * 2084 + 10);
      back.send(answer, hand.cycle);
      hand.wait(answer.length * 2084 + 10);
    }
    decoders.finish(hand.cycle);
    return { lines, annotations };
  }

  it('names commands and answers', () => {
    const { lines } = conversation(
      [[0x53], [...'AVR ISP'].map(letter => letter.charCodeAt(0))],
      [[0x54, 0x13], [0x0d]],
      [[0x41, 0x01, 0x0c], [0x0d]],
      [[0x52], [0x0f, 0x12]],
      [[0x50], [0x3f]],
      [
        [0x2e, 0xac, 0xf9, 0, 0],
        [0x00, 0x0d],
      ],
      [[0x7e], [0x3f]],
    );
    expect(lines('avr910 command', 'avr910 answer')).toEqual([
      'Software identifier',
      '"AVR ISP"',
      'Select device type: 13',
      'done',
      'Set address: 01 0C',
      'done',
      'Read program memory',
      '0F 12',
      'Enter programming mode',
      'refused',
      'New universal command: AC F9 00 00',
      '00 0D',
      'unknown command',
      'refused',
    ]);
  });

  it('lets an answer of one data byte be 3F', () => {
    const { lines } = conversation([[0x64], [0x3f]]);
    expect(lines('avr910 answer')).toEqual(['3F']);
  });

  it('spans a command from its first start bit to its last stop bit', () => {
    const { annotations } = conversation([[0x41, 0x00, 0x00], [0x0d]]);
    const command = annotations.find(({ row }) => row === 'avr910 command');
    expect([command?.start, command?.end]).toEqual([
      0,
      Math.ceil((20 * 4e6) / 19_200) + Math.ceil((9.5 * 4e6) / 19_200),
    ]);
  });
});

describe('observers', () => {
  it('change nothing: with and without them the run is the same', () => {
    const run = (watched: boolean) => {
      const { bench, decoders } = watched ? decoded() : { bench: new Bench(), decoders: undefined };
      const edges: string[] = [];
      for (const net of Object.values<Net>({ ...bench.board.nets }))
        net.watch(({ level, time }) => edges.push(`${net.name} ${time} ${level}`));
      bench.enter();
      const reply = hex(bench.signature());
      bench.instruct('Write Program Memory', { address: 3, data: 0x42 });
      bench.ms(4);
      decoders?.finish(bench.hand.cycle);
      return { edges, reply, flash: hex(bench.target.flash), cycle: bench.hand.cycle };
    };
    expect(run(true)).toEqual(run(false));
  });
});
