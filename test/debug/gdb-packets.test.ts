/** Packets of gdb, whole and in pieces, good and bad. */
import { describe, expect, it } from 'vitest';
import { framed, LONGEST_PACKET, PacketReader, printed } from '../../vm-host/index.ts';
import { Random } from '../vm-host/helpers.ts';

const SEED = 20;
const packet = (text: string) => ({ kind: 'packet', text });
const read = (...chunks: string[]) => {
  const reader = new PacketReader();
  return chunks.flatMap(chunk => reader.push(chunk));
};

describe('a packet', () => {
  it('is framed by a dollar, a hash and its sum', () => {
    expect(['OK', '', 'S05'].map(framed)).toEqual(['$OK#9a', '$#00', '$S05#b8']);
  });

  it('is read, between acknowledgements and noise', () => {
    expect(read('+$g#67+hello$?#3f\r\n')).toEqual([packet('g'), packet('?')]);
  });

  it('is read with its sum in capitals', () => {
    expect(read('$OK#9A')).toEqual([packet('OK')]);
  });

  it('is empty, or consists of what means something outside', () => {
    expect(read('$#00', framed('-'), framed('\u0003'), framed('+'))).toEqual(
      ['', '-', '\u0003', '+'].map(packet),
    );
  });

  it('with a wrong sum is broken, and the next one is good again', () => {
    expect(read('$g#68$g#67$g#xy')).toEqual([{ kind: 'broken' }, packet('g'), { kind: 'broken' }]);
  });

  it('that breaks off is forgotten when another one begins', () => {
    expect(read('$m800000,4$g#67')).toEqual([packet('g')]);
  });

  it(`is the same however the line cuts it (seed ${SEED})`, () => {
    const random = new Random(SEED);
    const stream = `+${framed('m800000,20')}-${framed('Z0,48,2')}\u0003${framed('P2=ff')}$g#00`;
    const whole = read(stream);
    expect(whole.map(({ kind }) => kind)).toEqual([
      'packet',
      'again',
      'packet',
      'interrupt',
      'packet',
      'broken',
    ]);
    for (let round = 0; round < 200; round++) {
      const chunks: string[] = [];
      for (let rest = stream; rest; ) {
        const length = 1 + random.below(rest.length);
        chunks.push(rest.slice(0, length));
        rest = rest.slice(length);
      }
      expect(read(...chunks)).toEqual(whole);
    }
  });

  it('letter by letter is the same as well', () => {
    expect(read(...'$g#67')).toEqual([packet('g')]);
  });

  it('of the longest length is taken, one letter more is refused', () => {
    const longest = 'a'.repeat(LONGEST_PACKET);
    expect(read(framed(longest))).toEqual([packet(longest)]);
    expect(read(framed(`${longest}a`))).toEqual([{ kind: 'too long' }]);
  });

  it('of megabytes is refused and not kept', () => {
    const reader = new PacketReader();
    reader.push('$');
    const chunk = 'm'.repeat(0x10000);
    for (let i = 0; i < 64; i++) expect(reader.push(chunk)).toEqual([]);
    expect(JSON.stringify(reader).length).toBeLessThan(2 * LONGEST_PACKET);
    expect(reader.push('#00$g#67')).toEqual([{ kind: 'too long' }, packet('g')]);
  });

  it('that never begins is not kept either', () => {
    const reader = new PacketReader();
    reader.push('x'.repeat(0x100000));
    expect(JSON.stringify(reader).length).toBeLessThan(100);
  });
});

describe('a line for the console of gdb', () => {
  it('is text in hexadecimal, in bytes', () => {
    expect(printed('é!')).toBe(framed('Oc3a9210a'));
  });
});
