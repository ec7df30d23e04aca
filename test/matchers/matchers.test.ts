import { beforeAll, describe, expect, it } from 'vitest';
import { type Bench, bench, type Run } from '../../matchers/index.ts';
import { atmega8 } from '../../simulator/index.ts';

let programmer: Bench;
let job: Run;

const image = Uint8Array.of(0x12, 0x34, 0x56, 0x78);
const SIGNATURE = '5413 1\n50 1\n73 3\n4c 1';

beforeAll(async () => {
  programmer = await bench({ entry: 'firmware/main.ts' });
  job = programmer.program(image);
});

/** The text of a failing expectation, without colours. */
function failure(act: () => void): string {
  try {
    act();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('the expectation held');
}

describe('bench', () => {
  it('takes exactly one source of a program', async () => {
    await expect(bench({})).rejects.toThrow('exactly one of entry, hex and words');
  });

  it('gives each run a board of its own', () => {
    expect(programmer.say(SIGNATURE)).toSendBytes('0d 0d 01 90 1e 0d');
    expect(programmer.say(SIGNATURE, { target: null })).toSendBytes('0d 3f ff ff ff 0d');
  });
});

describe('toMeetTiming', () => {
  it('holds for the real firmware', () => {
    expect(job).toMeetTiming();
  });

  it('names constraint, line and waveform when it fails', () => {
    const text = failure(() => expect(programmer.say(SIGNATURE, { targetXtal: 800_000 })).toMeetTiming());
    expect(text).toMatch(
      /^tSHSL \(SCK high\): 3\.\d+, required > 4 target clocks; first firmware\/isp\.ts:\d+/,
    );
    expect(text).toMatch(/^SCK {4}[\u2581\u2594]+$/m);
    expect(text).toMatch(/^ +\u2191 +\u2191$/m);
  });

  it('can be about some constraints only', () => {
    const run = programmer.say(SIGNATURE, { targetXtal: 800_000 });
    expect(run).toMeetTiming({ only: ['tWD_PROG', 'TXD bit'] });
    expect(run).not.toMeetTiming({ only: ['tSHSL'] });
    // nobody listens, so the programmer gives up on Programming Enable
    expect(run).toMeetTiming({ except: ['tSHSL', 'tOVSH', 'enable first'] });
    expect(() => expect(run).toMeetTiming({ only: ['tXYZ' as never] })).toThrow("no constraint 'tXYZ'");
    expect(() => expect(run).toMeetTiming({ except: ['tXYZ' as never] })).toThrow("no constraint 'tXYZ'");
  });

  it('is not believed to be about a constraint that the part does not have', () => {
    expect(() => expect(job).toMeetTiming({ only: ['tWD_FLASH'] })).toThrow(
      "the AT90S1200 has no constraint 'tWD_FLASH', but tSHSL, ",
    );
    expect(job).toMeetTiming({ except: ['tWD_FLASH'] });
  });

  it('tells what is required and what was measured, each with its unit', () => {
    const act = () => expect(programmer.say(SIGNATURE, { targetXtal: 800_000 })).toMeetTiming();
    expect(act).toThrow(
      expect.objectContaining({
        actual: expect.arrayContaining(['tSHSL (SCK high) > 4 target clocks: 3.4 target clocks']),
        expected: expect.arrayContaining(['tSHSL (SCK high) > 4 target clocks: met']),
      }),
    );
  });
});

describe('toHaveSckHigh', () => {
  it('compares in target clocks, cycles or time', () => {
    // programmer and target run at the same 4 MHz
    const [[high]] = job.timing.figures.sckHigh;
    const [[low]] = job.timing.figures.sckLow;
    expect(job).toHaveSckHigh({ min: high });
    expect(job).toHaveSckHigh({ min: `${high} cycles` });
    expect(job).toHaveSckHigh({ min: `${high / 4} us` });
    expect(job).not.toHaveSckHigh({ min: high + 0.1 });
    expect(job).toHaveSckLow({ min: `${low} cycles` });
    expect(job).not.toHaveSckLow({ min: `${low + 1} cycles` });
  });

  it('tells the shortest and shows it', () => {
    const [[high]] = job.timing.figures.sckHigh;
    const text = failure(() => expect(job).toHaveSckHigh({ min: '500 us' }));
    expect(text).toMatch(
      /^expected SCK high at least 500 us, the shortest is \S+ us at firmware\/isp\.ts:\d+/,
    );
    expect(text).toContain(`is ${high / 4} us at`);
    expect(text).toMatch(/^SCK {4}[\u2581\u2594]+$/m);
  });

  it('refuses what is no duration', () => {
    expect(() => expect(job).toHaveSckHigh({ min: '5 parsecs' })).toThrow("'5 parsecs' is no duration");
  });
});

describe('toDecodeAs', () => {
  it('compares the rows that are mentioned, line by line', () => {
    expect(programmer.say(SIGNATURE)).toDecodeAs(`
      isp instruction: Programming Enable
      isp instruction: Read signature 1: 0x90
      isp instruction: Read signature 2: 0x01
      isp instruction: Read signature 1: 0x90
      isp instruction: Read signature 0: 0x1E
    `);
  });

  it('skips lines where it is told to', () => {
    expect(job).toDecodeAs([
      'isp instruction: Programming Enable',
      '...',
      'isp instruction: Chip Erase',
      '...',
    ]);
    expect(job).not.toDecodeAs(['...', 'isp instruction: Chip Erase', 'isp instruction: Chip Erase', '...']);
  });

  it('shows where it stops to fit', () => {
    const text = failure(() =>
      expect(programmer.say(SIGNATURE)).toDecodeAs(
        'isp instruction: Programming Enable\nisp instruction: Chip Erase\n...',
      ),
    );
    expect(text).toContain('from line 2 on: isp instruction: Read signature 1: 0x90');
    expect(text).toMatch(/^MOSI {3}/m);
  });

  it('refuses a line without a row', () => {
    expect(() => expect(job).toDecodeAs('Chip Erase')).toThrow('begins with no row');
  });
});

describe('a target with pages', () => {
  const page = () => programmer.program(image, { target: atmega8 });

  it('is programmed and measured as such', () => {
    expect(page()).toHoldProgram(image);
    expect(page()).toMeetTiming();
    expect(page()).toMeetTiming({ only: ['tWD_FLASH'] });
  });

  it('shows where a wrong byte went into its page buffer', () => {
    const text = failure(() => expect(page()).toHoldProgram([0x12, 0x35, 0x56, 0x78]));
    expect(text).toMatch(/^flash byte 0x001 is 34, not 35; no other byte differs\nit was written here:/);
    expect(text).toContain('[Load page high byte 0x00: 0x34');
  });
});

describe('toSendBytes', () => {
  it('takes hexadecimal text and bytes', () => {
    const run = programmer.say('70 1');
    expect(run).toSendBytes('53');
    expect(run).toSendBytes([0x53]);
    expect(run).not.toSendBytes('');
  });

  it('shows the character that differs', () => {
    const text = failure(() => expect(programmer.say('56 2')).toSendBytes('3130 0d'));
    expect(text).toMatch(/^expected the programmer to send 31 30 0D, it sent 31 30/);
    expect(text).toMatch(/^TXD {4}/m);
  });
});

describe('toHoldProgram', () => {
  it('compares the whole memory: what lies behind the image is erased', () => {
    expect(job).toHoldProgram(image);
    expect(job).not.toHoldProgram(image.subarray(0, 3));
  });

  it('shows the first wrong byte and where it was written', () => {
    const text = failure(() => expect(job).toHoldProgram(Uint8Array.of(0x12, 0x35, 0x56, 0x78)));
    expect(text).toMatch(/^flash byte 0x001 is 34, not 35; no other byte differs\nit was written here:/);
    expect(text).toMatch(/^SCK {4}/m);
  });

  it('says when a byte was never written', () => {
    expect(failure(() => expect(job).toHoldProgram([1], { memory: 'eeprom' }))).toContain(
      'it was never written',
    );
  });
});
