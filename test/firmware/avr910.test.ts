import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../vm-host/helpers.ts';
import { modes, type Program, programFor, type Setup, type TestBench } from './bench.ts';
import {
  CR,
  commands,
  contents,
  ENTER,
  expected,
  LEAVE,
  prepare,
  SELECT,
  states,
  UNKNOWN,
} from './states.ts';

const NOISE_SEED = 1200;

/** Up to eight bytes each, every other one a letter of a command. */
function noises(seed: number, count: number): string[] {
  const letters = Object.values(commands).map(({ send }) => Number.parseInt(send.slice(0, 2), 16));
  const random = new Random(seed);
  const byte = () => (random.below(2) ? random.pick(letters) : random.below(256));
  return Array.from({ length: count }, () =>
    Buffer.from(Array.from({ length: 1 + random.below(8) }, byte)).toString('hex'),
  );
}

describe.each(modes)('in %s mode', mode => {
  let program: Program;

  beforeAll(async () => {
    program = await programFor(mode);
  });

  const programmer = (told: readonly string[], setup?: Partial<Setup>) => prepare(program, told, setup);
  const inState = (state: string) => states[state](programmer);
  const ready = () => inState('programming');

  describe('each command in each state', () => {
    for (const [name, row] of Object.entries(commands))
      it.each(Object.keys(states))(`${name}: %s`, state => {
        const answer = expected(row, state);
        const bench = inState(state);
        // the identifier's first byte follows, so a byte too many or too few shows
        expect(bench.exchange([...Buffer.from(row.send, 'hex')], answer.length / 2)).toBe(answer);
        expect(bench.say('70', 1)).toBe('53');
      });
  });

  describe('P', () => {
    it.each(['before P', 'programming', 'after L', 'after another T', 'target locked'])(
      'is obeyed %s',
      state => {
        expect(inState(state).say(ENTER, 1)).toBe(CR);
      },
    );

    it.each(['before T', 'after T with an unknown code'])('is refused %s', state => {
      const bench = inState(state);
      expect(bench.say(ENTER, 1)).toBe(UNKNOWN);
      expect(bench.takeTold()).toEqual([]);
    });

    it('is refused target missing', () => {
      expect(inState('target missing').say(ENTER, 1)).toBe(UNKNOWN);
    });

    it('pulses RESET, sends Programming Enable to an AT90S1200 and reads its signature', () => {
      const bench = programmer([SELECT]);
      bench.say(ENTER, 1);
      expect(bench.takeTold()).toEqual(['|', 'ac530000', '30000100']);
    });

    it('pulses RESET again when there is no signature, and goes on when there is one', () => {
      let reads = 0; // two bytes of AC 53 00 are echoed, then the signature is asked for
      const bench = programmer([SELECT], {
        answer: ([first]) => (first !== 0x30 ? 0 : ++reads < 3 ? 0xff : 0x90),
      });
      expect(bench.say(ENTER, 1)).toBe(CR);
      expect(bench.takeTold().join(' ')).toBe(Array(3).fill('| ac530000 30000100').join(' '));
    });

    it('looks for the echo and moves a device of the other kind on by one bit until it is in step', () => {
      const bench = programmer(['5420'], { outOfStep: 1 });
      bench.say(ENTER, 1);
      // one bit too far: 31 pulses bring it round to the beginning of an instruction
      expect(bench.takeTold().at(-1)).toBe('ac530000');
      expect(bench.say('73', 3)).toBe('01901e');
    });

    it('gives up after two attempts at each of 32 places', () => {
      const bench = programmer(['5420'], { target: false });
      expect(bench.say(ENTER, 1)).toBe(UNKNOWN);
      expect(bench.takeTold()).toHaveLength(1 + 2 * 32);
    });

    it.each(['5420', '5455', '5441'])('takes one attempt when the echo of T %s comes at once', select => {
      const bench = programmer([select]);
      bench.say(ENTER, 1);
      expect(bench.takeTold()).toEqual(['|', 'ac530000']);
    });

    it('gives an AT90S1200 up after seven RESET pulses, and none after the last attempt', () => {
      const bench = programmer([SELECT], { target: false });
      expect(bench.say(ENTER, 1)).toBe(UNKNOWN);
      expect(bench.takeTold()).toEqual(Array(7).fill(['|', 'ac530000', '30000100']).flat());
    });

    it('keeps RESET low for at least 20 ms before Programming Enable', () => {
      const bench = programmer([SELECT]);
      const before = bench.machine.cycle;
      bench.say(ENTER, 1);
      expect(bench.machine.cycle - before).toBeGreaterThan(21 * 4000);
    });
  });

  describe('the lines to the target', () => {
    const drives = ({ machine: { pins } }: TestBench) =>
      ['PB4', 'PB7', 'PB6', 'PB5'].map(pin => pins[pin].drive);

    it.each(['before T', 'before P', 'after L', 'after another T'])('are released %s', state => {
      expect(drives(inState(state))).toEqual(['float', 'float', 'float', 'pull-up']);
    });

    it('are driven while programming, RESET and SCK low', () => {
      expect(drives(ready()).slice(0, 2)).toEqual(['low', 'low']);
    });

    it('are released after L even when the last bit on MOSI was a one', () => {
      const bench = ready();
      bench.say('2e300001ff', 2);
      bench.say(LEAVE, 1);
      expect(drives(bench)).toEqual(['float', 'float', 'float', 'pull-up']);
    });
  });

  /** What goes to the target for each command, at address 0x0123 with a device of each mode. */
  // biome-ignore format: a table reads by columns
  const instructions: [string, string, number, string[]][] = [
  ['63a5',       SELECT, 1, ['400123a5']],
  ['43a5',       SELECT, 1, ['480123a5']],
  ['52',         SELECT, 2, ['28012300', '20012300']],
  ['44a5',       SELECT, 1, ['c00123a5']],
  ['64',         SELECT, 1, ['a0012300']],
  ['73',         SELECT, 3, ['30000200', '30000100', '30000000']],
  ['65',         SELECT, 1, ['ac800000', '|', 'ac530000', '30000100']],
  ['6d',         SELECT, 1, []],
  ['3a112233',   SELECT, 2, ['11223300']],
  ['2e11223344', SELECT, 2, ['11223344']],
  ['63a5',       '5460', 1, ['400123a5']],
  ['43a5',       '5460', 1, ['480123a5']],
  ['6d',         '5460', 1, ['4c012300']],
  ['65',         '5460', 1, ['ac800000', '|', 'ac530000']],
];

  describe('instructions on the wires', () => {
    it.each(instructions)('%s with device %s, %i answered: %j', (command, select, answers, told) => {
      const bench = programmer([select, ENTER, '410123']);
      bench.say(command, answers);
      expect(bench.takeTold()).toEqual(told);
    });

    // 1111 1211 of the AT90S1200, 111x x21x of its siblings, the fourth byte of later parts
    it.each([
      ['fd', 'acfd00fd'],
      ['fb', 'acfb00fb'],
      ['f9', 'acf900f9'],
      ['ff', 'acff00ff'],
      ['06', 'acff0006'],
      ['00', 'acf90000'],
    ])('l %s sends %s', (bits, instruction) => {
      const bench = ready();
      bench.say(`6c${bits}`, 1);
      expect(bench.takeTold()).toEqual([instruction]);
    });
  });

  describe('the address', () => {
    const addressAfter = (command: string, answers: number) => {
      const bench = programmer([SELECT, ENTER, '4100ff']);
      bench.say(command, answers);
      bench.takeTold();
      bench.say('64', 1);
      return bench.takeTold()[0].slice(2, 6);
    };

    it.each([
      ['43a5', 1],
      ['52', 2],
      ['44a5', 1],
      ['64', 1],
    ] as [string, number][])('goes on after %s, over the end of a byte', (command, answers) => {
      expect(addressAfter(command, answers)).toBe('0100');
    });

    it.each([
      ['63a5', 1],
      ['73', 3],
      ['2e30000000', 2],
    ] as [string, number][])('stays after %s', (command, answers) => {
      expect(addressAfter(command, answers)).toBe('00ff');
    });
  });

  describe('waits', () => {
    /** Milliseconds from the end of the last instruction to that of the next one, which reads the signature. */
    function untilNext(bench: TestBench): number {
      const told = bench.lastTold;
      bench.say('2e30000100', 2);
      return (bench.lastTold - told) / 4000;
    }

    /** Milliseconds from the end of the instruction to the answer. */
    function untilAnswer(command: string, select: string, answers = 1): number {
      const bench = programmer([select, ENTER]);
      const first = bench.heard.length;
      bench.say(command, answers);
      return (bench.heard[first].start - bench.lastTold) / 4000;
    }

    it.each([
      ['63a5', SELECT],
      ['44a5', SELECT],
      ['6d', '5460'],
      ['63a5', '5460'],
    ])('%s with device %s is answered at once', (command, select) => {
      expect(untilAnswer(command, select)).toBeLessThan(0.1);
    });

    it.each([
      ['a byte of flash', '63a5', SELECT, 6],
      ['a byte of EEPROM', '44a5', SELECT, 6],
      ['00, which cannot be asked for,', '6300', '5420', 20],
      ['7F, which cannot be asked for,', '447f', '5420', 20],
      ['a page of flash', '6d', '5460', 56],
    ])('after %s (%s with device %s) the next instruction comes %i ms later', (_, command, select, least) => {
      const bench = programmer([select, ENTER]);
      bench.say(command, 1);
      const actual = untilNext(bench);
      expect(actual).toBeGreaterThanOrEqual(least);
      expect(actual).toBeLessThan(least * 1.05 + 1);
    });

    it.each([
      ['lock bits', '6cfd', 1],
      ['a universal command that writes', '2eacfd0000', 2],
    ])('after %s the answer comes 20 ms later', (_, command, answers) => {
      const actual = untilAnswer(command, SELECT, answers);
      expect(actual).toBeGreaterThanOrEqual(20);
      expect(actual).toBeLessThan(21.5);
    });

    it('answers a universal command that reads at once', () => {
      expect(untilAnswer('2e20000000', SELECT, 2)).toBeLessThan(0.1);
    });

    it('asks a device that allows it for the end of the write', () => {
      const polls: number[] = [0x7f, 0x7f, 0xa5];
      const bench = programmer(['5420', ENTER, '410123'], {
        answer: ([operation]) => (operation === 0x20 ? polls.shift() : contents([0x30, 0, 1])),
      });
      bench.say('63a5', 1);
      bench.say('73', 3);
      const told = bench.takeTold();
      expect(told.slice(0, 4)).toEqual(['400123a5', ...Array(3).fill('20012300')]);
      expect(told.slice(4).every(instruction => instruction.startsWith('30'))).toBe(true);
    });

    it('lets the target finish before it releases RESET', () => {
      const bench = ready();
      bench.say('63a5', 1);
      const written = bench.lastTold;
      bench.say(LEAVE, 1);
      expect(bench.heard.at(-1)!.start - written).toBeGreaterThan(6 * 4000);
    });
  });

  describe('FF', () => {
    it.each(['63ff', '43ff', '44ff'])('is not written (%s) after an erase', command => {
      const bench = ready();
      bench.say('65', 1);
      bench.takeTold();
      expect(bench.say(command, 1)).toBe(CR);
      expect(bench.takeTold()).toEqual([]);
    });

    it.each(['63ff', '43ff', '44ff'])('is written (%s) when the part was not erased', command => {
      const bench = ready();
      bench.say(command, 1);
      expect(bench.takeTold()).toHaveLength(1);
    });

    it('is written to EEPROM after something else was, for its bytes erase themselves', () => {
      const bench = ready();
      for (const command of ['65', '410000', '4412', '410000', '44ff']) bench.say(command, 1);
      expect(bench.takeTold().slice(-2)).toEqual(['c0000012', 'c00000ff']);
    });

    it('is written again after another T', () => {
      const bench = programmer([SELECT, ENTER, '65', SELECT, ENTER]);
      bench.say('63ff', 1);
      expect(bench.takeTold()).toEqual(['400000ff']);
    });

    it('goes into the page buffer', () => {
      const bench = programmer(['5460', ENTER, '65']);
      bench.say('63ff', 1);
      expect(bench.takeTold()).toEqual(['400000ff']);
    });
  });

  describe('four ESC and a command', () => {
    const ESCAPES = '1b1b1b1b';
    // each command with data, broken off after any of its bytes
    const prefixes = ['', '41', '4112', '63', '43', '44', '54', '6c', '66', '78', '3a', '3a11', '3a1122'];
    prefixes.push('2e', '2e11', '2e1122', '2e112233');

    it.each(prefixes)('work after "%s"', prefix => {
      const bench = ready();
      expect(bench.say(`${prefix}${ESCAPES}70`, 1)).toBe('53');
      expect(bench.takeTold()).toEqual([]);
    });

    // letters and digits of commands among anything else, as a line sends them that is plugged in
    it.each(noises(NOISE_SEED, 60))(`work after the noise %s (seed ${NOISE_SEED})`, noise => {
      const bench = inState('before T');
      bench.say(noise, 99, 0.5);
      expect(bench.say(`${ESCAPES}70`, 1)).toBe('53');
    });

    it.each(['631b', '431b', '441b', '411b1b'])(
      'leave %s a command, when its answer is waited for',
      command => {
        expect(ready().say(command, 1)).toBe(CR);
      },
    );
  });
});
