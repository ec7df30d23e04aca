/** Every option of a build, on the chip: features one by one, the LED, other pins. */
import { beforeAll, describe, expect, it } from 'vitest';
import { type BuiltFirmware, buildFirmware } from '../../compiler/index.ts';
import { Board, program } from '../../simulator/index.ts';
import { Machine, type McuPin } from '../../vm-host/index.ts';
import { variant } from '../timing/build.ts';
import { modes, programFor, TestBench } from './bench.ts';
import { CR, contents, ENTER, LEAVE, SELECT } from './states.ts';

const FEATURES = ['OVERLAP', 'POLLING', 'SKIP_BLANK', 'VERIFY', 'RESYNC'];

/** All of them, each left out, none of them, each added to none. */
const builds: [string, Record<string, number>][] = [
  ['everything', {}],
  ...FEATURES.map((name): [string, Record<string, number>] => [`no ${name}`, { [`FEATURE_${name}`]: 0 }]),
  ['only what is published', { PUBLISHED: 1 }],
  ...FEATURES.map((name): [string, Record<string, number>] => [
    `what is published and ${name}`,
    { PUBLISHED: 1, [`FEATURE_${name}`]: 1 },
  ]),
];

/** Bytes with FF among them, as images have. */
const flash = Uint8Array.from({ length: 48 }, (_, i) => (i % 5 === 0 ? 0xff : (i * 73 + 41) & 0xff));

const build = (defines: Record<string, number>) => buildFirmware({ entry: 'firmware/main.ts', defines });

describe.each(builds)('a build with %s', (name, defines) => {
  let firmware: BuiltFirmware;

  beforeAll(async () => {
    firmware = await build(defines);
  });

  it('fits the chip', () => {
    const { words, stackLevels } = firmware.image;
    expect(stackLevels).toBeLessThanOrEqual(3);
    // the published firmware takes 501; its own features alone take 400 at most here
    expect(words.length).toBeLessThanOrEqual(name === 'only what is published' ? 400 : 500);
  });

  it('erases, writes and verifies a target at 1 MHz and 4 V, twice', () => {
    const programmer = new Machine({ words: firmware.image.words });
    const board = new Board({ programmer, targetXtal: 1_000_000, vcc: 4 });
    for (const image of [flash, flash.toReversed()]) {
      expect(board.run(program(image, { eeprom: image.subarray(0, 12) })).problem).toBeUndefined();
      expect(board.target!.flash.subarray(0, image.length)).toEqual(image);
      expect(board.target!.eeprom.subarray(0, 12)).toEqual(image.subarray(0, 12));
    }
    expect(board.findings.list).toEqual([]);
  });
});

const leds: [string, Record<string, number>, string, 'high' | 'low'][] = [
  ['PD5, lit when high', { LED_BIT: 5 }, 'PD5', 'high'],
  ['PD5, lit when low', { LED_BIT: 5, LED_LOW: 1 }, 'PD5', 'low'],
  ['PB0, lit when high', { LED_BIT: 0, LED_PORTB: 1 }, 'PB0', 'high'],
  ['PB0, lit when low', { LED_BIT: 0, LED_PORTB: 1, LED_LOW: 1 }, 'PB0', 'low'],
];

describe.each(leds)('the LED on %s', (_, use, pin, lit) => {
  it.each([
    ['x', ['7801'], lit],
    ['y', ['7801', '7901'], lit === 'high' ? 'low' : 'high'],
  ] as const)('never changes while a target is programmed, after %s', async (_, commands, level) => {
    const bench = new TestBench({ program: await programFor('cycle', { use }), answer: contents });
    for (const command of commands) bench.say(command, 1);
    const changes: string[] = [];
    const ledPin = bench.machine.pins[pin];
    ledPin.onDrive = drive => changes.push(drive);
    for (const command of [SELECT, ENTER, '410000', '63ff', '4300', '65', LEAVE]) {
      expect(bench.say(command, 1)).toBe(CR);
    }
    expect(bench.say(ENTER, 1)).toBe(CR);
    expect(bench.takeTold()).toContain('400000ff');
    expect(changes).toEqual([]);
    expect(ledPin.drive).toBe(level);
  });
});

describe.each(modes)('the LED in %s mode', mode => {
  it.each(leds)('on %s: dark, lit by x, dark again by y, whatever its number', async (_, use, pin, lit) => {
    const bench = new TestBench({ program: await programFor(mode, { use }), target: false });
    const { pins } = bench.machine;
    const dark = lit === 'high' ? 'low' : 'high';
    bench.say('70', 1);
    expect(pins[pin].drive).toBe(dark);
    expect(bench.say('7801', 1)).toBe('0d');
    expect(pins[pin].drive).toBe(lit);
    expect(bench.say('7907', 1)).toBe('0d');
    expect(pins[pin].drive).toBe(dark);
  });

  it('is not driven on a board without one', async () => {
    const bench = new TestBench({ program: await programFor(mode) });
    bench.say('7801', 1);
    for (const pin of ['PB0', 'PB1', 'PB2', 'PB3', 'PD2', 'PD3', 'PD4', 'PD5', 'PD6']) {
      expect(bench.machine.pins[pin].drive).toBe('float');
    }
  });
});

describe('other pins', () => {
  const to = (file: string, line: string, becomes: string) => ({ file, line, becomes });

  /** A machine whose pins are called by what the usual board has there. */
  function rewired(words: Uint16Array, names: Record<string, string>): Machine {
    const machine = new Machine({ words });
    const { pins } = machine;
    const moved = Object.entries(names).map(([usual, actual]): [string, McuPin] => [usual, pins[actual]]);
    Object.defineProperty(machine, 'pins', { value: { ...pins, ...Object.fromEntries(moved) } });
    return machine;
  }

  it('serve as well, edited in options.ts', async () => {
    const { image } = await variant([
      to('options.ts', 'export const RESET: u8 = CRYSTAL_ON_PORTB ? 2 : 4;', 'export const RESET: u8 = 0;'),
      to('options.ts', 'export const MISO: u8 = CRYSTAL_ON_PORTB ? 4 : 5;', 'export const MISO: u8 = 3;'),
      to('options.ts', 'export const MOSI: u8 = CRYSTAL_ON_PORTB ? 3 : 6;', 'export const MOSI: u8 = 2;'),
      to('options.ts', 'export const SCK: u8 = CRYSTAL_ON_PORTB ? 5 : 7;', 'export const SCK: u8 = 1;'),
      to('options.ts', 'export const RXD: u8 = 0;', 'export const RXD: u8 = 6;'),
      to('options.ts', 'export const TXD: u8 = 1;', 'export const TXD: u8 = 4;'),
    ]);
    const programmer = rewired(image.words, {
      PB4: 'PB0',
      PB5: 'PB3',
      PB6: 'PB2',
      PB7: 'PB1',
      PD0: 'PD6',
      PD1: 'PD4',
    });
    const board = new Board({ programmer, vcc: 4 });
    expect(board.run(program(flash)).problem).toBeUndefined();
    expect(board.target!.flash.subarray(0, flash.length)).toEqual(flash);
    expect(board.findings.list).toEqual([]);
  });

  it('and other devices are listed when the table says so', async () => {
    const { image } = await variant([
      to('options.ts', 'list.device(0x56); // ATtiny15', 'list.device(0x5e); // one more'),
    ]);
    const bench = new TestBench({ program: { words: image.words } });
    expect(bench.say('74', 4)).toBe('555e1320');
  });
});
