/** The two streams: progress only where a person looks, colours only where they are wanted. */
import { describe, expect, it } from 'vitest';
import { bar, processTerminal } from '../../cli/terminal.ts';

/** A process with two streams that keep what is written. */
function fake(isTTY: boolean, env: NodeJS.ProcessEnv) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({ isTTY, write: (text: string) => (written[name] += text) });
  const process = { stdout: stream('stdout'), stderr: stream('stderr'), env } as unknown as NodeJS.Process;
  return { terminal: processTerminal(process), written };
}

describe('the terminal', () => {
  it('draws a bar on standard error and removes it before the next line', () => {
    const { terminal, written } = fake(true, {});
    terminal.progress('erase', 0.5);
    terminal.print('done');
    expect(written.stderr).toBe(`\r${bar('erase', 0.5)}\r\x1b[K`);
    expect(written.stdout).toBe('done\n');
  });

  it('redraws the bar only when it looks different', () => {
    const { terminal, written } = fake(true, {});
    for (let i = 0; i <= 10_000; i++) terminal.progress('write', i / 10_000);
    // 101 numbers, and 30 steps of the bar between them
    expect(written.stderr.split('\r').length - 1).toBeLessThanOrEqual(131);
  });

  it('is quiet in a pipe', () => {
    const { terminal, written } = fake(false, {});
    terminal.progress('erase', 0.5);
    terminal.done();
    expect(written).toEqual({ stdout: '', stderr: '' });
  });

  it('shows how far the work is', () => {
    expect(bar('verify', 0.25)).toBe('verify        [========                      ]  25 %');
  });

  it.for([
    ['on a terminal', true, {}, '\x1b[31mno\x1b[0m'],
    ['in a pipe', false, {}, 'no'],
    ['with NO_COLOR', true, { NO_COLOR: 'yes' }, 'no'],
    ['with an empty NO_COLOR', true, { NO_COLOR: '' }, '\x1b[31mno\x1b[0m'],
    ['on a dumb terminal', true, { TERM: 'dumb' }, 'no'],
  ] as const)('paints %s as asked', ([, isTTY, env, expected]) => {
    expect(fake(isTTY, env).terminal.paint('red', 'no')).toBe(expected);
  });
});
