/** The named rules on finished blocks: for each a case that fires and cases that must not. */

import { describe, expect, it } from 'vitest';
import { peephole, ruleNames } from '../../compiler/peephole.ts';
import { parseBlocks, printBlocks } from './block-text.ts';

/** What one rule makes of a program, with the words it says it saved. */
function applied(rule: string, text: string, stackLimit?: number): { text: string; words: number } {
  const program = parseBlocks(text, stackLimit);
  const original = { ...program, blocks: [...program.blocks] };
  const savings = peephole(program, [rule]);
  return {
    text: printBlocks(program, original, text),
    words: savings.reduce((sum, { words }) => sum + words, 0),
  };
}

const tidy = (text: string): string =>
  text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
    .map(line => (line.endsWith(':') ? line : `  ${line}`))
    .join('\n');

interface Case {
  rule: string;
  title: string;
  before: string;
  /** What comes of it; absent: the rule leaves it alone. */
  after?: string;
  words?: number;
  stackLimit?: number;
}

const CASES: readonly Case[] = [
  {
    rule: 'value already in the register',
    title: 'drops a constant that is there',
    before: 'main():\n ldi r16, 5\n out 24, r16\n ldi r16, 5\n out 18, r16\n jump main',
    after: 'main():\n ldi r16, 5\n out 24, r16\n out 18, r16\n jump main',
    words: 1,
  },
  {
    rule: 'value already in the register',
    title: 'drops a copy back',
    before: 'main():\n in r16, 22\n mov r17, r16\n out 24, r17\n mov r16, r17\n out 18, r16\n jump main',
    after: 'main():\n in r16, 22\n mov r17, r16\n out 24, r17\n out 18, r16\n jump main',
    words: 1,
  },
  {
    rule: 'value already in the register',
    title: 'keeps a constant after the register changed',
    before: 'main():\n ldi r16, 5\n dec r16\n ldi r16, 5\n out 18, r16\n jump main',
  },
  {
    rule: 'value already in the register',
    title: 'keeps a constant that a skip may have replaced',
    before: 'main():\n ldi r16, 5\n sbrc r17, 0\n ldi r16, 6\n ldi r16, 5\n out 18, r16\n jump main',
  },
  {
    rule: 'value already in the register',
    title: 'keeps what a skip decides about',
    before: 'main():\n ldi r16, 5\n ldi r17, 6\n sbrc r18, 0\n ldi r16, 5\n out 18, r16\n jump main',
  },
  {
    rule: 'value already in the register',
    title: 'keeps a constant behind a call that changes the register',
    before: `main():\n ldi r16, 5\n rcall f\n ldi r16, 5\n out 18, r16\n rcall f\n jump main
      f():\n inc r16\n return`,
  },
  {
    rule: 'value already in the register',
    title: 'keeps a constant where another way leads in',
    before:
      'main():\n ldi r16, 5\n r17.0 ? a : b\na:\n inc r16\n jump b\nb:\n ldi r16, 5\n out 18, r16\n jump main',
  },
  {
    rule: 'choose before the test',
    title: 'sets one of two constants first and skips over the other',
    before:
      'main():\n tst r17\n Z ? a : b\na:\n ldi r16, 1\n jump c\nb:\n ldi r16, 2\n jump c\nc:\n out 24, r16\n jump main',
    after: 'main():\n ldi r16, 2\n tst r17\n brbc 1, 1\n ldi r16, 1\n out 24, r16\n jump main',
    words: 1,
  },
  {
    rule: 'choose before the test',
    title: 'leaves a register alone that the test reads',
    before:
      'main():\n tst r16\n Z ? a : b\na:\n ldi r16, 1\n jump c\nb:\n ldi r16, 2\n jump c\nc:\n out 24, r16\n jump main',
  },
  {
    rule: 'choose before the test',
    title: 'leaves two different registers alone',
    before:
      'main():\n tst r17\n Z ? a : b\na:\n ldi r16, 1\n jump c\nb:\n ldi r18, 2\n jump c\nc:\n out 24, r16\n out 24, r18\n jump main',
  },
  {
    rule: 'skip over one instruction',
    title: 'puts the one instruction behind a skip',
    before: 'main():\n io 22.3 ? a : b\na:\n inc r16\n jump b\nb:\n out 24, r16\n jump main',
    after: 'main():\n sbic 22, 3\n inc r16\n out 24, r16\n jump main',
    words: 1,
  },
  {
    rule: 'skip over one instruction',
    title: 'compares and skips in one word when the ways part on equality',
    before: 'main():\n cp r16, r17\n Z ? b : a\na:\n inc r16\n jump b\nb:\n out 24, r16\n jump main',
    after: 'main():\n cpse r16, r17\n inc r16\n out 24, r16\n jump main',
    words: 2,
  },
  {
    rule: 'skip over one instruction',
    title: 'leaves two instructions alone',
    before: 'main():\n io 22.3 ? a : b\na:\n inc r16\n inc r17\n jump b\nb:\n out 24, r16\n jump main',
  },
  {
    rule: 'skip over one instruction',
    title: 'leaves a delay alone, which is more than one word',
    before: 'main():\n io 22.3 ? a : b\na:\n delay 50, r16\n jump b\nb:\n out 24, r17\n jump main',
  },
  {
    rule: 'skip over one instruction',
    title: 'leaves an instruction alone that others jump to',
    before:
      'main():\n io 22.3 ? a : b\na:\n inc r16\n jump b\nb:\n out 24, r16\n r16.0 ? a : c\nc:\n out 18, r16\n inc r16\n jump main',
  },
  {
    rule: 'set before the test',
    title: 'sets a register early that the other way does not read',
    before:
      'main():\n tst r17\n Z ? a : b\na:\n ldi r16, 1\n jump c\nb:\n in r16, 22\n in r18, 22\n jump c\nc:\n out 24, r16\n jump main',
    after:
      'main():\n ldi r16, 1\n tst r17\n Z ? c : b\nb:\n in r16, 22\n in r18, 22\n jump c\nc:\n out 24, r16\n jump main',
    words: 1,
  },
  {
    rule: 'set before the test',
    title: 'leaves a register alone that the other way reads',
    before:
      'main():\n in r16, 22\n tst r17\n Z ? a : b\na:\n ldi r16, 1\n jump c\nb:\n out 18, r16\n nop\n jump c\nc:\n out 24, r16\n jump main',
  },
  {
    rule: 'skip over one instruction',
    title: 'asks for the only bit that can be set, in place of a comparison with zero',
    before: 'main():\n tst r16 only 3\n Z ? b : a\na:\n sbi 24, 1\n jump b\nb:\n out 24, r16\n jump main',
    after: 'main():\n sbrc r16, 3\n sbi 24, 1\n out 24, r16\n jump main',
    words: 2,
  },
  {
    rule: 'set before the test',
    title: 'sets a register that a call on the other way writes first',
    before:
      'main():\n tst r17\n Z ? a : b\na:\n ldi r16, 1\n jump c\nb:\n rcall f\n wdr\n jump c\nc:\n out 24, r16\n jump main\nf():\n in r16, 22\n return',
    after:
      'main():\n ldi r16, 1\n tst r17\n Z ? c : b\nb:\n rcall f\n wdr\n jump c\nc:\n out 24, r16\n jump main\nf():\n in r16, 22\n return',
    words: 1,
  },
  {
    rule: 'set before the test',
    title: 'leaves a register alone that the called function may leave as it is',
    before:
      'main():\n in r16, 22\n tst r17\n Z ? a : b\na:\n ldi r16, 1\n jump c\nb:\n rcall f\n wdr\n jump c\nc:\n out 24, r16\n jump main\nf():\n sbrc r17, 1\n in r16, 22\n return',
  },
  {
    rule: 'set before the test',
    title: 'leaves a flag alone that an instruction before has set',
    before:
      'main():\n dec r17\n Z ? a : b\na:\n clr r15\n jump c\nb:\n in r15, 22\n in r18, 22\n jump c\nc:\n out 24, r15\n jump main',
  },
  {
    rule: 'two skips for two ways',
    title: 'lets each way be one skipped instruction',
    before: 'main():\n r16.2 ? a : b\na:\n sbi 24, 1\n jump c\nb:\n cbi 24, 1\n jump c\nc:\n nop\n jump main',
    after: 'main():\n sbrs r16, 2\n cbi 24, 1\n sbrc r16, 2\n sbi 24, 1\n nop\n jump main',
    words: 1,
  },
  {
    rule: 'two skips for two ways',
    title: 'leaves a pin alone, which could change between the skips',
    before:
      'main():\n io 22.2 ? a : b\na:\n sbi 24, 1\n jump c\nb:\n cbi 24, 1\n jump c\nc:\n nop\n jump main',
  },
  {
    rule: 'two skips for two ways',
    title: 'leaves a way alone that changes the tested register',
    before: 'main():\n r16.2 ? a : b\na:\n sbi 24, 1\n jump c\nb:\n inc r16\n jump c\nc:\n nop\n jump main',
  },
  {
    rule: 'shared tail',
    title: 'keeps one of two ends that are alike',
    before:
      'main():\n tst r16\n Z ? a : b\na:\n inc r17\n out 24, r17\n out 18, r17\n jump main\nb:\n dec r17\n out 24, r17\n out 18, r17\n jump main',
    after:
      'main():\n tst r16\n Z ? a : b\na:\n inc r17\n jump new1\nnew1:\n out 24, r17\n out 18, r17\n jump main\nb:\n dec r17\n jump new1',
    words: 2,
  },
  {
    rule: 'shared tail',
    title: 'leaves a skip in front of what it skips',
    before:
      'main():\n tst r16\n Z ? a : b\na:\n sbrc r18, 0\n out 24, r17\n jump main\nb:\n sbrs r18, 0\n out 24, r17\n jump main',
  },
  {
    rule: 'shared tail',
    title: 'leaves ends alone that lead elsewhere',
    before:
      'main():\n tst r16\n Z ? a : b\na:\n inc r17\n out 24, r17\n jump main\nb:\n dec r17\n out 24, r17\n jump c\nc:\n nop\n jump b',
  },
  {
    rule: 'same arguments to the same function',
    title: 'makes a second entry of what stands before both calls',
    before: `main():\n ldi r16, 4\n ldi r17, 5\n rcall f\n nop\n ldi r16, 4\n ldi r17, 5\n rcall f\n rcall f\n jump main
      f():\n out 24, r16\n out 18, r17\n return`,
    after: `main():\n rcall f+1\n nop\n rcall f+1\n rcall f\n jump main
      f():\n out 24, r16\n out 18, r17\n return
      new1():\n ldi r16, 4\n ldi r17, 5\n jump f`,
    words: 2,
  },
  {
    rule: 'same arguments to the same function',
    title: 'leaves a call alone that a skip decides about',
    before: `main():\n ldi r16, 4\n ldi r17, 5\n sbrc r18, 0\n rcall f\n nop\n ldi r16, 4\n ldi r17, 5\n sbrc r18, 0\n rcall f\n jump main
      f():\n out 24, r16\n out 18, r17\n return`,
  },
  {
    rule: 'repeated sequence',
    title: 'makes a function of what stands in three places',
    before:
      'main():\n sbi 24, 1\n cbi 24, 2\n sbi 24, 3\n nop\n sbi 24, 1\n cbi 24, 2\n sbi 24, 3\n wdr\n sbi 24, 1\n cbi 24, 2\n sbi 24, 3\n jump main',
    after: `main():\n rcall shared~1\n nop\n rcall shared~1\n wdr\n rcall shared~1\n jump main
      new1():\n sbi 24, 1\n cbi 24, 2\n sbi 24, 3\n return`,
    words: 2,
  },
  {
    rule: 'repeated sequence',
    title: 'leaves it where the stack has no level left',
    before:
      'main():\n sbi 24, 1\n cbi 24, 2\n sbi 24, 3\n nop\n sbi 24, 1\n cbi 24, 2\n sbi 24, 3\n wdr\n sbi 24, 1\n cbi 24, 2\n sbi 24, 3\n jump main',
    stackLimit: 0,
  },
  {
    rule: 'repeated sequence',
    title: 'leaves a skip in front of what it skips',
    before:
      'main():\n nop\n sbi 24, 3\n sbrc r16, 1\n inc r17\n nop\n sbi 24, 3\n sbrc r16, 1\n dec r17\n nop\n sbi 24, 3\n sbrc r16, 1\n wdr\n jump main',
  },
  {
    rule: 'same arguments to the same function',
    title: 'sees the same arguments in another order',
    before: `main():\n ldi r16, 4\n ldi r17, 5\n ldi r18, 6\n rcall f\n nop\n ldi r18, 6\n ldi r17, 7\n ldi r16, 4\n rcall f\n jump main
      f():\n out 24, r16\n out 18, r17\n out 17, r18\n return`,
    after: `main():\n ldi r17, 5\n rcall f+1\n nop\n ldi r17, 7\n rcall f+1\n jump main
      new1():\n ldi r16, 4\n ldi r18, 6\n out 24, r16\n out 18, r17\n out 17, r18\n return`,
    words: 2,
  },
  {
    rule: 'same arguments to the same function',
    title: 'leaves an argument in its place that something between reads',
    before: `main():\n ldi r16, 4\n out 24, r16\n rcall f\n nop\n ldi r16, 4\n out 18, r16\n rcall f\n jump main
      f():\n out 24, r16\n return`,
  },
  {
    rule: 'repeated sequence',
    title: 'makes a function of two calls, of which the second becomes a jump',
    before: `main():\n rcall f\n rcall g\n nop\n rcall f\n rcall g\n wdr\n rcall f\n rcall g\n nop\n rcall g\n jump main
      f():\n sbi 24, 1\n return\ng():\n cbi 24, 1\n return`,
    after: `main():\n rcall shared~1\n nop\n rcall shared~1\n wdr\n rcall shared~1\n nop\n rcall g\n jump main
      f():\n sbi 24, 1\n return\ng():\n cbi 24, 1\n return
      new1():\n rcall f\n jump g`,
    words: 2,
  },
  {
    rule: 'clear registers together',
    title: 'clears six registers in a loop of five words',
    before:
      'main():\n ldi r16, 0\n ldi r17, 0\n ldi r18, 7\n clr r15\n clr r14\n mov r13, r14\n clr r12\n out 24, r12\n jump a\na:\n inc r12\n jump a',
    after:
      'main():\n ldi r30, 17\n clr r31\n jump new1\na:\n inc r12\n jump a\nnew1:\n st Z, r31\n dec r30\n Z ? new2 : new1\nnew2:\n ldi r18, 7\n out 24, r12\n jump a',
    words: 1,
  },
  {
    rule: 'clear registers together',
    title: 'comes after what sets the stack pointer',
    before:
      'main():\n ldi r20, 223\n out 61, r20\n ldi r16, 0\n ldi r17, 0\n clr r15\n clr r14\n clr r13\n clr r12\n jump a\na:\n inc r12\n jump a',
    after:
      'main():\n ldi r20, 223\n out 61, r20\n ldi r30, 17\n clr r31\n jump new1\na:\n inc r12\n jump a\nnew1:\n st Z, r31\n dec r30\n Z ? a : new1',
    words: 1,
  },
  {
    rule: 'clear registers together',
    title: 'comes before a value that is set for later',
    before:
      'main():\n ldi r20, 223\n out 61, r20\n ldi r16, 0\n ldi r17, 0\n clr r15\n clr r14\n clr r13\n clr r12\n jump a\na:\n out 24, r20\n jump a',
    after:
      'main():\n ldi r30, 17\n clr r31\n jump new1\na:\n out 24, r20\n jump a\nnew1:\n st Z, r31\n dec r30\n Z ? new2 : new1\nnew2:\n ldi r20, 223\n out 61, r20\n jump a',
    words: 1,
  },
  {
    rule: 'clear registers together',
    title: 'leaves five registers alone',
    before:
      'main():\n ldi r16, 0\n ldi r17, 0\n clr r15\n clr r14\n clr r12\n out 24, r12\n jump a\na:\n inc r12\n jump a',
  },
  {
    rule: 'clear registers together',
    title: 'leaves a register alone that held something before it became zero',
    before:
      'main():\n ldi r16, 1\n out 24, r16\n ldi r16, 0\n ldi r17, 0\n clr r15\n clr r14\n clr r12\n clr r11\n jump a\na:\n out 24, r16\n jump a',
  },
  {
    rule: 'register that is always zero',
    title: 'skips by comparing with zero, and stores zero without loading it',
    before:
      'main():\n in r16, 22\n tst r16\n brbs 1, 1\n dec r16\n ldi r17, 0\n out 24, r17\n ldi r17, 0\n add r16, r16\n adc r18, r17\n jump main',
    after:
      'main():\n clr r1\n in r16, 22\n cpse r16, r1\n dec r16\n out 24, r1\n add r16, r16\n adc r18, r1\n jump main',
    words: 2,
  },
  {
    rule: 'register that is always zero',
    title: 'leaves a zero alone that is counted up, and one saved word that would cost one',
    before:
      'main():\n in r16, 22\n tst r16\n brbs 1, 1\n dec r16\n ldi r17, 0\n out 24, r17\n inc r17\n out 24, r17\n jump main',
  },
];

describe('beside an interrupt handler', () => {
  it('a value that the handler may have changed is loaded again', () => {
    const again = 'ldi r16, 5\n wdr\n ldi r16, 5\n mov r15, r16\n nop\n mov r15, r16\n out 18, r15';
    const program = parseBlocks(`main():\n ${again}\n jump main\nhandler():\n inc r16\n return`);
    const [, handler] = program.entryOf.keys();
    program.vectors = [{ address: 1, fn: handler }];
    expect(peephole(program, ['value already in the register'])).toEqual([]);
    program.vectors = [];
    expect(peephole(program, ['value already in the register'])).toHaveLength(2);
  });

  it.each(['choose before the test', 'set before the test'])('%s leaves what the handler reads', rule => {
    const text =
      'main():\n in r17, 22\n tst r17\n Z ? a : b\na:\n ldi r16, 1\n jump c\nb:\n ldi r16, 2\n jump c\nc:\n wdr\n jump main\nhandler():\n out 24, r16\n return';
    const program = parseBlocks(text);
    const [, handler] = program.entryOf.keys();
    program.vectors = [{ address: 1, fn: handler }];
    expect(peephole(program, [rule])).toEqual([]);
    program.vectors = [];
    expect(peephole(program, ['choose before the test'])).toHaveLength(1);
  });
});

describe('rules together', () => {
  it('use no register as zero before it has been cleared', () => {
    const text = `main():\n ldi r16, 0\n out 24, r16\n ldi r16, 0\n ldi r17, 0\n ldi r18, 0\n clr r15\n clr r14\n clr r13\n clr r12\n jump a
      a():\n ldi r19, 0\n out 24, r19\n inc r12\n jump a`;
    const program = parseBlocks(text);
    peephole(program, ['clear registers together', 'register that is always zero']);
    const start = program.entryOf.get(program.main)!;
    expect(start.instrs.slice(0, 2).map(({ op, d }) => [op, d])).toEqual([
      ['ldi', 16],
      ['out', 16],
    ]);
    expect(program.zero).toBe(1);
  });
});

describe('the rule', () => {
  it.each(CASES)("'$rule' $title", ({ rule, before, after: expected, words, stackLimit }) => {
    expect(ruleNames).toContain(rule);
    const result = applied(rule, before, stackLimit);
    if (expected === undefined) {
      expect(result).toEqual({ text: applied('', before).text, words: 0 });
    } else {
      expect(result).toEqual({ text: tidy(expected), words });
    }
  });

  it.each(ruleNames)("'%s' has a case that fires and one that must not", rule => {
    const cases = CASES.filter(each => each.rule === rule);
    expect(cases.some(each => each.after !== undefined)).toBe(true);
    expect(cases.some(each => each.after === undefined)).toBe(true);
  });
});
