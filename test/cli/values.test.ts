/** Values of options, by themselves. */
import { describe, expect, it } from 'vitest';
import { constants, decimal, hertz, oneOf, whole } from '../../cli/values.ts';

const hz = hertz({ what: 'a clock', min: 1, max: 12_000_000 });
const port = whole({ what: 'a port', min: 0, max: 65_535 });
const volts = decimal({ what: 'volts', min: 2.7, max: 6 }, 'V');

describe('values', () => {
  it.for([
    ['4000000', 4_000_000],
    ['4M', 4_000_000],
    ['4MHz', 4_000_000],
    ['3.6864m', 3_686_400],
    ['128k', 128_000],
  ] as const)('reads the frequency %s', ([text, expected]) => {
    expect(hz(text)).toBe(expected);
  });

  it.for(['', '0', '-4M', '4G', '4 M', '0.5', '1.00000005M', '13M', 'NaN', 'Infinity', '0x10'])(
    'refuses the frequency %j',
    text => {
      expect(() => hz(text)).toThrow('It takes a clock from 1 to 12000000.');
    },
  );

  it.for(['0', '65535', '007'])('reads the port %s', text => {
    expect(port(text)).toBe(Number(text));
  });

  it.for(['', '-1', '65536', '1.5', '1e3', '٣', ' 1', 'port'])('refuses the port %j', text => {
    expect(() => port(text)).toThrow('It takes a port from 0 to 65535.');
  });

  it.for([
    ['5', 5],
    ['2.7V', 2.7],
    ['3.3v', 3.3],
  ] as const)('reads the voltage %s', ([text, expected]) => {
    expect(volts(text)).toBe(expected);
  });

  it.for(['2.6', '6.01', 'V', '', '5W', '5VV'])('refuses the voltage %j', text => {
    expect(() => volts(text)).toThrow('It takes volts from 2.7 to 6.');
  });

  it.for([
    ['A=1', { A: 1 }],
    ['CALIBRATION=0x5B', { CALIBRATION: 0x5b }],
    ['TARGET_XTAL=32768, B=-1', { TARGET_XTAL: 32_768, B: -1 }],
  ] as const)('reads the constants %s', ([text, expected]) => {
    expect(constants(text)).toEqual(expected);
  });

  it.for(['', 'A', 'A=', '=1', 'A=1,', 'A=x', 'A=1.5', '1A=1', 'A=4294967296'])(
    'refuses the constants %j',
    text => {
      expect(() => constants(text)).toThrow('It takes names and whole numbers');
    },
  );

  it('takes words in any case of letters', () => {
    expect(oneOf(['fast', 'slow'])('FAST')).toBe('fast');
  });
});
