import { describe, expect, it } from 'vitest';
import { inProgrammingMode, programmer } from './bench.ts';

describe('the wires', () => {
  it('carry Programming Enable before anything else', () => {
    expect(programmer.say(inProgrammingMode('73 3'))).toDecodeAs(`
      isp instruction: Programming Enable
      isp instruction: Read signature 2: 0x01
      isp instruction: Read signature 1: 0x90
      isp instruction: Read signature 0: 0x1E
    `);
  });

  it('show an erase that is ended by RESET and a new Programming Enable', () => {
    const run = programmer.say(inProgrammingMode('65 1'));
    expect(run).toDecodeAs(`
      isp instruction: Programming Enable
      isp instruction: Chip Erase
      isp instruction: Programming Enable
    `);
    expect(run).toMeetTiming({ only: ['erase ended', 'tWD_ERASE'] });
  });

  it('are released when it leaves', () => {
    const { nets } = programmer.say(inProgrammingMode('73 3')).board;
    expect([nets.RESET.level, nets.SCK.level, nets.MOSI.level]).toEqual([1, 'z', 'z']);
  });
});
