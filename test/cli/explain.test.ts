/** `isp build --explain`: where the words of a function went. */
import { afterAll, describe, expect, it } from 'vitest';
import { isp, Workspace } from './process.ts';

const work = new Workspace();
afterAll(() => work.remove());

const source = work.file(
  'pulses.ts',
  `@external('mcu', 'sbi') declare function sbi(address: u8, bit: u8): void;
@external('mcu', 'cbi') declare function cbi(address: u8, bit: u8): void;
@external('mcu', 'delay') declare function delayCycles(cycles: u32): void;
@external('mcu', 'bit') declare function bit(address: u8, bit: u8): bool;
function pulse(): void {
  sbi(0x18, 1);
  delayCycles(50);
  if (bit(0x16, 2)) sbi(0x18, 4);
  cbi(0x18, 1);
}
export function main(): void {
  for (;;) {
    pulse(); sbi(0x18, 2);
    pulse(); sbi(0x18, 3);
    pulse();
  }
}
`,
);

describe('isp build --explain', () => {
  it('lists the lines of a function by words, all of them, with clocks and the rules that saved some', () => {
    const { status, stdout } = isp(['build', source, '-o', work.file('pulses.hex'), '--explain', 'pulse']);
    expect(status).toBe(0);
    const total = Number(/^pulse: (\d+) words$/m.exec(stdout)![1]);
    const words = [...stdout.matchAll(/^ +(\d+) +\d+ {2}\S*pulses\.ts:\d+/gm)].map(([, n]) => Number(n));
    expect(words.reduce((a, b) => a + b, 0)).toBe(total);
    expect(words).toEqual([...words].sort((a, b) => b - a));
    expect(stdout).toMatch(/pulses\.ts:7 +delayCycles\(50\);/);
    expect(stdout).toContain('saved by: skip over one instruction (1)');
  });

  it('names the functions that there are when it is asked for another', () => {
    const { status, stderr } = isp(['build', source, '-o', work.file('pulses.hex'), '--explain', 'pulses']);
    expect(status).toBe(2);
    expect(stderr).toMatch(/no function pulses in the image; there are .*pulse/);
  });
});
