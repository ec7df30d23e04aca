import { describe, expect, it } from 'vitest';
import {
  type Exchange,
  formatSession,
  parseSession,
  replay,
  type SessionError,
} from '../../simulator/index.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

describe('the session format', () => {
  it('has an exchange a line, with comments and empty lines between', () => {
    const text = '# sign on\n53 7\n\n  41000063FF 2  \r\n1b 0\n';
    expect(parseSession(text)).toEqual([
      { send: bytes(0x53), expect: 7 },
      { send: bytes(0x41, 0x00, 0x00, 0x63, 0xff), expect: 2 },
      { send: bytes(0x1b), expect: 0 },
    ]);
  });

  it.each([
    ['53 7\n54', "s.txt:2: '54' lacks the number of bytes to wait for, as in '410000 1'"],
    ['53 7 8', "s.txt:1: '8' comes after the number of bytes to wait for"],
    ['\n# x\n5g 1', "s.txt:3: 'g' is not a hexadecimal digit"],
    ['0x53 1', "s.txt:1: 'x' is not a hexadecimal digit"],
    ['536 1', "s.txt:1: '536' has an odd number of hexadecimal digits"],
    ['53 -1', "s.txt:1: '-1' is not a number of bytes to wait for"],
    ['53 1.5', "s.txt:1: '1.5' is not a number of bytes to wait for"],
  ])('refuses %j', (text, message) => {
    expect(() => parseSession(text, 's.txt')).toThrow(expect.objectContaining({ message }));
  });

  it('knows the line of an error', () => {
    try {
      parseSession('53 7\n\n54 x\n');
      expect.unreachable();
    } catch (error) {
      expect((error as SessionError).line).toBe(3);
    }
  });

  it('comes back as it was written', () => {
    const text = '53 7\n410000 1\n1b 0\n';
    expect(formatSession(parseSession(text))).toBe(text);
  });

  it('joins listening without sending to the line before', () => {
    const exchanges = [
      { send: bytes(0x74), expect: 1 },
      { send: bytes(), expect: 1 },
      { send: bytes(), expect: 1 },
    ];
    expect(formatSession(exchanges)).toBe('74 3\n');
  });
});

describe('replaying', () => {
  it('says line after line, keeps the answers and marks the short ones', () => {
    const host = replay(parseSession('53 3\n54 1\n55 2\n'));
    const sent: Exchange[] = [];
    const answers = [bytes(1, 2, 3), bytes(), bytes(9, 8)];
    let step = host.next(bytes());
    while (!step.done) {
      sent.push(step.value);
      step = host.next(answers[sent.length - 1]);
    }
    expect(sent.map(({ send }) => send[0])).toEqual([0x53, 0x54, 0x55]);
    expect(step.value).toEqual({ replies: answers, short: [1] });
  });
});
