/**
 * For each constraint, one line of the firmware that can be got wrong so that this constraint breaks and no other.
 * `names` is the line whose edge, or look at a pin, the checker has to name; without it, it is the changed line.
 * Where several lines are given, the first that the firmware has is taken: it may be written in more than one way.
 */

import type { BoardOptions, ConstraintId, Host } from '../../simulator/index.ts';
import { parseSession, replay } from '../../simulator/index.ts';
import type { Change, Line } from './build.ts';

export interface Wrong {
  readonly id: ConstraintId;
  readonly mistake: string;
  readonly change: Change | readonly Change[];
  readonly names?: Line | readonly Line[];
  readonly defines?: Record<string, number>;
  readonly board?: Partial<BoardOptions>;
  readonly host?: () => Host<unknown>;
}

const isp = (line: string, becomes: string, nth?: number): Change => ({ file: 'isp.ts', line, becomes, nth });
const serial = (line: string, becomes: string, nth?: number): Change => ({
  file: 'serial.ts',
  line,
  becomes,
  nth,
});

/** Five clocks each, on a pin that nothing is connected to: any file that moves a port can do it. */
const idle = (times: string) => `let d: u8 = ${times}; do cbi(PORTD, 6); while (--d);`;

const sckRises = { file: 'isp.ts', line: 'sbi(PORTB, SCK);' };
const slow = { targetXtal: 1_000_000 };

export const wrongFirmware: readonly Wrong[] = [
  {
    id: 'tSHSL',
    mistake: 'lowers SCK at once',
    change: isp('sbi(PORTB, SCK);', 'sbi(PORTB, SCK); cbi(PORTB, SCK);'),
    // it would notice that the target does not listen, and try again
    defines: { FEATURE_VERIFY: 0 },
  },
  {
    id: 'tSLSH',
    mistake: 'sends an instruction of zeros in a fast loop',
    change: isp(
      'control(0x53);',
      'control(0x53); delayCycles(40); let n: u8 = 32; do { sbi(PORTB, SCK); delayCycles(40); cbi(PORTB, SCK); } while (--n);',
    ),
    defines: { TARGET_XTAL: 500_000, FEATURE_POLLING: 0 },
    board: { targetXtal: 500_000 },
  },
  {
    id: 'tOVSH',
    mistake: 'raises SCK soon after MOSI',
    change: isp('delayCycles(max(SCK_LOW_CYCLES - LOW_WORK, 0));', 'delayCycles(4);'),
    names: sckRises,
    defines: { TARGET_XTAL: 500_000 },
    board: { targetXtal: 500_000 },
  },
  {
    id: 'tSHOX',
    mistake: 'lowers MOSI right after SCK has risen',
    change: isp(
      'delayCycles(max(SCK_HIGH_CYCLES - HIGH_WORK, 0));',
      'cbi(PORTB, MOSI); delayCycles(max(SCK_HIGH_CYCLES - HIGH_WORK, 0));',
    ),
  },
  {
    id: 'tSLIV',
    mistake: 'reads MISO when it has just lowered SCK',
    change: isp('if (bit(PINB, MISO)) byte |= 1;', 'cbi(PORTB, SCK); if (bit(PINB, MISO)) byte |= 1;'),
  },
  {
    id: 'RESET to SCK',
    mistake: 'waits 10 ms after RESET',
    change: isp('wait(RESET_LOW_MS);', 'wait(10);'),
    names: sckRises,
    defines: { FEATURE_VERIFY: 0 },
  },
  {
    id: 'SCK to RESET',
    mistake: 'pulses SCK right before RESET falls',
    change: isp('cbi(PORTB, RESET);', 'sbi(PORTB, SCK); cbi(PORTB, SCK); cbi(PORTB, RESET);'),
    board: slow,
  },
  {
    id: 'RESET high',
    mistake: 'lets RESET go high for two clocks',
    change: isp('sbi(PORTB, RESET);', 'wait(1); sbi(PORTB, RESET); cbi(PORTB, RESET);'),
    board: slow,
  },
  {
    id: 'tWD_PROG',
    mistake: 'waits 1 ms after each byte',
    change: {
      file: 'options.ts',
      line: 'VCC_MV >= 5000 ? 4 : VCC_MV >= 4000 ? 6 : VCC_MV >= 3600 ? 7 : VCC_MV >= 3200 ? 9 : 12;',
      becomes: '1;',
    },
    names: sckRises,
  },
  {
    id: 'tWD_ERASE',
    mistake: 'waits 5 ms after Chip Erase',
    change: {
      file: 'options.ts',
      line: 'export const ERASE_MS: u8 = VCC_MV >= 3200 ? 20 : 24;',
      becomes: 'export const ERASE_MS: u8 = 5;',
    },
    names: { file: 'isp.ts', line: 'sbi(PORTB, RESET);' },
  },
  {
    id: 'erase ended',
    mistake: 'goes on after Chip Erase without a RESET pulse',
    change: [
      { file: 'avr910.ts', line: 'return enable();', becomes: 'return DONE;' },
      { file: 'avr910.ts', line: 'const answer = enable();', becomes: 'const answer = DONE;' },
    ],
    names: sckRises,
  },
  {
    id: 'enable first',
    mistake: 'sends AC 54 instead of AC 53',
    change: isp('control(0x53);', 'control(0x54);'),
    names: sckRises,
  },
  {
    id: 'four bytes',
    mistake: 'pulses SCK once more before it lets go',
    change: isp('cbi(PORTB, MOSI);', 'sbi(PORTB, SCK); delayCycles(20); cbi(PORTB, SCK);'),
  },
  {
    id: 'TXD bit',
    mistake: 'raises TXD 30 clocks late',
    change: serial('if (byte & 1) sbi(PORTD, TXD);', `if (byte & 1) { ${idle('6')} sbi(PORTD, TXD); }`),
  },
  {
    id: 'TXD stop',
    mistake: 'sends each bit 4 % too long',
    change: serial(
      'if (byte & 1) sbi(PORTD, TXD);',
      'let d = bits; while (d < 9) { cbi(PORTD, 6); cbi(PORTD, 6); d++; } if (byte & 1) sbi(PORTD, TXD);',
    ),
  },
  {
    id: 'TXD frame',
    mistake: 'forgets the stop bit',
    change: serial('let bits: u8 = 9;', 'let bits: u8 = 8;'),
    names: { file: 'serial.ts', line: 'else cbi(PORTD, TXD);' },
    host: () => replay(parseSession('61 0')),
  },
  {
    id: 'TXD break',
    mistake: 'never raises TXD',
    change: serial('if (byte & 1) sbi(PORTD, TXD);', 'if (byte & 0) sbi(PORTD, TXD);'),
    names: { file: 'serial.ts', line: 'cbi(PORTD, TXD);' },
    host: () => replay(parseSession('61 0')),
  },
  {
    id: 'RXD sample',
    mistake: 'comes late to the first bit',
    change: serial(
      'if (bit(PIND, RXD)) byte |= 0x80;',
      `if (bits === 8) { ${idle('12')} } if (bit(PIND, RXD)) byte |= 0x80;`,
    ),
  },
  {
    id: 'RXD tolerance',
    mistake: 'takes the middle of a bit too late',
    change: serial('beginBits(HALF_BIT - BIT);', 'beginBits(HALF_BIT - BIT + 44);'),
    names: { file: 'serial.ts', line: 'if (bit(PIND, RXD)) byte |= 0x80;' },
  },
  {
    id: 'RXD heard',
    mistake: 'talks between two bytes that come back to back',
    change: [
      {
        file: 'avr910.ts',
        line: 'setAddressHigh(receive());',
        becomes: 'setAddressHigh(receive()); send(42); send(42);',
      },
      {
        file: 'avr910.ts',
        line: 'addressHigh = receive();',
        becomes: 'addressHigh = receive(); send(42); send(42);',
      },
    ],
    names: [
      { file: 'serial.ts', line: 'while (!bit(PIND, RXD)) {} // the stop bit, or the end of a break' },
      { file: 'serial.ts', line: 'while (!bit(PIND, RXD)) {' },
    ],
    host: () => replay(parseSession('41ffff 0')),
  },
  {
    id: 'contention',
    mistake: 'makes MISO an output',
    change: isp(
      'out(DDRB, (1 << RESET) | (1 << SCK) | (1 << MOSI) | LED_OF_PORTB); // RESET and SCK low',
      'out(DDRB, (1 << RESET) | (1 << SCK) | (1 << MOSI) | (1 << MISO));',
    ),
  },
  {
    id: 'floating',
    mistake: 'leaves out the pull-up on MISO',
    change: isp('const BETWEEN_PULSES: u8 = 1 << MISO;', 'const BETWEEN_PULSES: u8 = 0;'),
    names: { file: 'isp.ts', line: 'if (bit(PINB, MISO)) byte |= 1;' },
  },
  {
    id: 'released',
    mistake: 'keeps driving SCK after L',
    change: isp('out(DDRB, LED_OF_PORTB);', 'out(DDRB, 1 << SCK);'),
  },
];
