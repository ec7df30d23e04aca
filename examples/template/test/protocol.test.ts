import { describe, expect, it } from 'vitest';
import { programmer } from './bench.ts';

describe('the protocol', () => {
  it('introduces itself', () => {
    expect(programmer.say('53 7')).toSendBytes(new TextEncoder().encode('MY ISP1'));
  });

  it('answers the signature last byte first', () => {
    expect(programmer.say('5413 1\n50 1\n73 3\n4c 1')).toSendBytes('0d 0d 01 90 1e 0d');
  });

  it('does not know what it does not know', () => {
    expect(programmer.say('7a 1')).toSendBytes('?'.charCodeAt(0).toString(16));
  });
});
