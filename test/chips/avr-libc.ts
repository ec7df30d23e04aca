/** What avr-libc says of a chip: the definitions that its headers make for avr-gcc. */

import { spawnSync } from 'node:child_process';

/** Whether avr-gcc and avr-libc are at hand; in CI they must be, and their absence fails. */
export const avrLibcWanted = process.env.CI !== undefined || preprocess('at90s1200').status === 0;

/** Every macro of <avr/io.h> for this chip, its text as avr-gcc expands names in it one step at a time. */
export function definitionsFor(mcu: string): Map<string, string> {
  const { status, stdout, stderr } = preprocess(mcu);
  if (status !== 0) throw new Error(`avr-gcc cannot read <avr/io.h> for the ${mcu}: ${stderr}`);
  const macros = stdout.matchAll(/^#define (\w+) +(.*\S) *$/gm);
  return new Map([...macros].map(([, name, text]) => [name, text]));
}

/** The I/O address that a macro names, or undefined when it names something else. */
export function ioAddress(text: string): number | undefined {
  const match = /^_SFR_IO8\((0x[\dA-Fa-f]+)\)$/.exec(text);
  return match ? Number(match[1]) : undefined;
}

/** The value of a macro made of numbers, other macros, sums, differences and products. */
export function macroValue(definitions: Map<string, string>, name: string): number {
  const termValue = (term: string): number =>
    term
      .split('*')
      .map(factor => (/^\d/.test(factor) ? Number(factor) : macroValue(definitions, factor)))
      .reduce((product, factor) => product * factor, 1);
  const terms = definitions
    .get(name)!
    .replace(/[()\s]/g, '')
    .match(/-?[\w*]+/g)!;
  return terms.reduce(
    (sum, term) => (term[0] === '-' ? sum - termValue(term.slice(1)) : sum + termValue(term)),
    0,
  );
}

function preprocess(mcu: string): { status: number | null; stdout: string; stderr: string } {
  const input = '#include <avr/io.h>\n';
  return spawnSync('avr-gcc', [`-mmcu=${mcu}`, '-E', '-dM', '-'], { input, encoding: 'utf8' });
}
