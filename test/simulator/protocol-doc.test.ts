/** docs/protocol.md repeats tables of the code for people; here they are held together. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { at90s1200, avr910Codes, avr910Commands } from '../../simulator/index.ts';

const text = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

describe('docs/protocol.md', () => {
  it.each(avr910Commands.map(row => [row.name, row]))(
    'has the command %s with its letter and its data',
    (_, row) => {
      const letter = row.letter === '\x1b' ? '1B' : `\`${row.letter}\``;
      expect(text).toContain(`| ${letter} | ${row.name} | ${row.takes.map(name => `${name}`).join(', ')}`);
    },
  );

  it.each(avr910Codes.map(row => [row.name, row]))('has the code of the %s', (name, { code, mode }) => {
    const shown = `| ${code.toString(16).toUpperCase()} | ${name}${mode === 'page' ? ' (pages)' : ''} |`;
    expect(text).toContain(shown);
  });

  it.each(at90s1200.instructions.map(row => [row.operation, row]))(
    'has the bits of %s',
    (operation, { format }) => {
      const row = text.split('\n').find(line => line.startsWith(`| ${operation} |`));
      const shown = row?.replaceAll(/[^01xabHio]/g, '').slice(-32);
      const letters = format.bits.replaceAll(' ', '');
      // where the part does not look, the page prints what is sent, as the datasheet does
      const printed = operation === 'Write Lock Bits' ? letters.replace('111+', '1111') : letters;
      expect(shown).toBe(printed.replaceAll('-', '0').replaceAll('+', '1'));
    },
  );
});
