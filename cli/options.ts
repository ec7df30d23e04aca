/** The options of the commands: name, meaning, allowed values, default. One row each, shared by all that take it. */

import { decoderRows, devices } from '../simulator/index.ts';
import { chips } from '../vm-host/index.ts';
import type { OptionRow } from './commands.ts';
import { faults } from './faults.ts';
import { parseGrid, parseShard } from './sweep-grid.ts';
import { constants, decimal, hertz, oneOf, partsOf, percent, whole } from './values.ts';

/** The word for a socket without a chip. */
export const NO_TARGET = 'none';

/** The rates a host on this kind of line uses; the limits only keep out slips of the keyboard. */
const baudRate = whole({ what: 'a whole number of bits per second', min: 300, max: 250_000 });

/** AT90S1200-12: 0 to 12 MHz (datasheet 0838H page 1); below 32 kHz a simulated second is longer than a real one. */
const clock = hertz({ what: 'a frequency in Hz, such as 4000000 or 4M,', min: 32_000, max: 12_000_000 });

/** AT90S1200-4: 2.7 to 6.0 V (datasheet 0838H page 1). */
const volts = decimal({ what: 'a supply voltage in V', min: 2.7, max: 6 }, 'V');

export const json: OptionRow = { flags: '--json', help: 'one JSON object as the last line of output' };

export const mcu: OptionRow = {
  flags: '--mcu <chip>',
  help: `the chip of the programmer: ${Object.keys(chips).join(', ')}`,
  value: oneOf(Object.keys(chips)),
  default: 'at90s1200',
};

export const xtal: OptionRow = {
  flags: '--xtal <hz>',
  help: 'clock of the programmer',
  value: clock,
  default: 4_000_000,
};

/** The fastest of the chips runs at 20 MHz; each has its own limit. */
export const buildXtal: OptionRow = {
  ...xtal,
  value: hertz({ what: 'a frequency in Hz, such as 4000000 or 4M,', min: 32_000, max: 20_000_000 }),
};

export const baud: OptionRow = {
  flags: '--baud <rate>',
  help: 'bit rate of the serial line',
  value: baudRate,
  default: 19_200,
};

/** The published firmware waits for the slowest target it accepts, at 4 V. */
export const buildVcc: OptionRow = {
  flags: '--vcc <volts>',
  help: 'lowest supply voltage of a target; decides how long the firmware waits for its memories',
  value: volts,
  default: 4,
};

/** Tuning-fork crystals at the slow end; AVRs that can be programmed over SPI run at up to 20 MHz. */
export const buildTargetXtal: OptionRow = {
  flags: '--target-xtal <hz>',
  help: 'slowest clock of a target; decides how long SCK stays high and low',
  value: hertz({ what: 'a frequency in Hz, such as 32768 or 1M,', min: 1000, max: 20_000_000 }),
  default: 1_000_000,
};

export const vcc: OptionRow = {
  flags: '--vcc <volts>',
  help: 'supply voltage of programmer and target',
  value: volts,
  default: 5,
};

export const explain: OptionRow = {
  flags: '--explain <function>',
  help: 'show where the words of a function went: source line, words, clocks, what saved words',
};

export const define: OptionRow = {
  flags: '--define <names>',
  help: 'whole numbers that the source asks for with isDefined, as NAME=VALUE,NAME=VALUE',
  value: constants,
};

/** A PC that is further off cannot be understood by anybody. */
export const baudError: OptionRow = {
  flags: '--baud-error <percent>',
  help: 'how much faster than nominal the PC is',
  value: percent({ what: 'per cents', min: -10, max: 10 }),
  default: 0,
};

export const decode: OptionRow = { flags: '--decode', help: 'print what the decoders say, one line each' };

export const rows: OptionRow = {
  flags: '--rows <names>',
  help: 'print only rows whose name contains one of these, as in isp,command',
  value: partsOf(decoderRows),
};

export const traceOutput: OptionRow = {
  flags: '-o, --output <file>',
  help: 'write every edge: .vcd with decoded rows and source lines, or .sr for sigrok',
};

export const sweep: OptionRow = {
  flags: '--sweep <grid>',
  help:
    'run a short job at every point of a grid: target-xtal, baud-error and vcc as\n' +
    'NAME=VALUE, NAME=FROM..TO or NAME=FROM..TO/STEPS, separated by commas',
  value: parseGrid,
};

export const shard: OptionRow = {
  flags: '--shard <i/n>',
  help: 'run only every n-th point of the sweep, from the i-th on',
  value: parseShard,
};

export const sweepResults: OptionRow = {
  flags: '--results <file>',
  help: 'keep the results of a sweep; what is there already is not run again',
};

export const merge: OptionRow = {
  flags: '--merge <files>',
  help: 'take results of shards over, file names separated by commas',
  value: text => text.split(','),
};

export const workers: OptionRow = {
  flags: '--workers <number>',
  help: 'threads of a sweep (default: one for each processor)',
  value: whole({ what: 'a whole number', min: 1, max: 256 }),
};

export const html: OptionRow = { flags: '--html <file>', help: 'write the report as one page for a browser' };

export const output: OptionRow = {
  flags: '-o, --output <file>',
  help: 'where to write the Intel HEX',
  default: 'build/firmware.hex',
};

export const target: OptionRow = {
  flags: '--target <device>',
  help: `the chip in the socket (see isp devices), or ${NO_TARGET}`,
  value: oneOf([...Object.keys(devices), NO_TARGET]),
  default: 'at90s1200',
};

/** Each part has its own limit; the fastest is the ATmega8. */
export const targetXtal: OptionRow = {
  flags: '--target-xtal <hz>',
  help: 'clock of the target',
  value: hertz({ what: 'a frequency in Hz, such as 4000000 or 4M,', min: 32_000, max: 16_000_000 }),
  default: 4_000_000,
};

export const firmware: OptionRow = {
  flags: '--firmware <hex>',
  help: 'any AT90S1200 image for the programmer, instead of building ours',
};

export const port: OptionRow = {
  flags: '--port <number>',
  help: 'TCP port on 127.0.0.1; 0 takes any free one',
  value: whole({ what: 'a whole number', min: 0, max: 65_535 }),
  default: 7910,
};

export const once: OptionRow = { flags: '--once', help: 'end when the first client leaves' };

export const record: OptionRow = {
  flags: '--record <session>',
  help: 'write the conversation, for isp replay',
};

export const trace: OptionRow = { flags: '--trace <vcd>', help: 'write every edge as VCD' };

export const memory: OptionRow = {
  flags: '--memory <bin>',
  help: 'write flash, then EEPROM of the target at the end',
};

export const replies: OptionRow = {
  flags: '--replies <file>',
  help: 'write what came back, one line of hexadecimal per exchange',
};

export const engine: OptionRow = {
  flags: '--engine <name>',
  help: 'how to simulate; fast and reference make the same trace',
  value: oneOf(['fast', 'reference']),
  default: 'fast',
};

export const profile: OptionRow = {
  flags: '--profile',
  help: 'say where the clocks went, by function and by line',
};

export const profileOut: OptionRow = {
  flags: '--profile-out <file>',
  help: 'write where the clocks went, and who called whom, for KCachegrind (callgrind format)',
};

export const coverage: OptionRow = {
  flags: '--coverage <file>',
  help: 'write which lines of the firmware ran, as lcov',
};

export const gdb: OptionRow = {
  flags: '--gdb <port>',
  help: 'wait for avr-gdb on 127.0.0.1 (target remote :PORT) and let it stop the program; 0 takes any port',
  value: whole({ what: 'a whole number', min: 0, max: 65_535 }),
};

export const fault: OptionRow = {
  flags: '--fault <name>',
  help: `something wrong on the board:\n${Object.entries(faults)
    .map(([name, { help }]) => `${name}: ${help}`)
    .join('\n')}`,
  value: oneOf(Object.keys(faults)),
};
