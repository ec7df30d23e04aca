/** Ways that go straight on where the next decision is known. Text in, text out. */

import { describe, expect, it } from 'vitest';
import { check } from '../../compiler/check.ts';
import { parse, print } from '../../compiler/ir-text.ts';
import { threadDecisions } from '../../compiler/thread.ts';

/** Main's body after the pass; its first block goes without a label. */
function threaded(body: string): string {
  const head = 'function main(0) exported main\nb1:  ; from the caller\n';
  const program = parse(head + body);
  check(program, 'parsing');
  for (const fn of program.fns) threadDecisions(fn);
  check(program, 'the pass');
  return print(program).slice(head.length);
}

describe('threading', () => {
  it('knows that what equals one constant does not equal another', () => {
    const before = `  %1 = in 16
  %2 = eq %1, 116
  branch %2 ? b3 : b2
b2:  ; from b1
  %3 = eq %1, 84
  branch %3 ? b3 : b5
b3:  ; from b1 b2
  %4 = eq %1, 84
  branch %4 ? b4 : b6
b4:  ; from b3
  out 24, 1
  return
b5:  ; from b2
  out 24, 2
  return
b6:  ; from b3
  out 24, 3
  return
`;
    const after = threaded(before);
    // the third comparison is gone: each way into it knew the answer
    expect(after.match(/eq/g)).toHaveLength(2);
    expect(after).not.toContain('%4');
  });

  it('lets the block decide that computed the condition, and passes over a constant', () => {
    const before = `  %1 = in 16
  %2 = eq %1, 0
  branch %2 ? b2 : b3
b2:  ; from b1
  %3 = in 17
  %4 = ne %3, 192
  jump b4
b3:  ; from b1
  jump b4
b4:  ; from b2 b3
  %5 = phi %4, 0
  %6 = ne %5, 0
  branch %6 ? b5 : b6
b5:  ; from b4
  out 24, 1
  return
b6:  ; from b4
  out 24, 2
  return
`;
    const after = threaded(before);
    // the constant 0 leads to the second OUT, and so does the comparison when it is false
    expect(after).toBe(`  %1 = in 16
  %2 = eq %1, 0
  branch %2 ? b2 : b4
b2:  ; from b1
  %3 = in 17
  %4 = ne %3, 192
  branch %4 ? b3 : b5
b3:  ; from b2
  out 24, 1
  return
b4:  ; from b1
  jump b5
b5:  ; from b2 b4
  out 24, 2
  return
`);
  });

  it('keeps a decision about a value that the way does not tell', () => {
    const before = `  %1 = in 16
  %2 = eq %1, 116
  branch %2 ? b2 : b3
b2:  ; from b1
  out 24, 9
  jump b4
b3:  ; from b1
  jump b4
b4:  ; from b2 b3
  %3 = in 16
  %4 = eq %3, 116
  branch %4 ? b5 : b6
b5:  ; from b4
  out 24, 1
  return
b6:  ; from b4
  out 24, 2
  return
`;
    expect(threaded(before)).toBe(before);
  });

  it('keeps a decision whose value somebody reads later', () => {
    const before = `  %1 = in 16
  %2 = eq %1, 0
  branch %2 ? b2 : b3
b2:  ; from b1
  jump b4
b3:  ; from b1
  jump b4
b4:  ; from b2 b3
  %3 = phi 7, 0
  %4 = ne %3, 0
  branch %4 ? b5 : b6
b5:  ; from b4
  out 24, %3
  return
b6:  ; from b4
  out 24, 2
  return
`;
    expect(threaded(before)).toBe(before);
  });

  it('does not take a wider comparison for a narrower one', () => {
    const before = `  %1 = in 16
  %2 = eq[0] %1, 5
  branch %2 ? b2 : b3
b2:  ; from b1
  out 24, 9
  jump b4
b3:  ; from b1
  jump b4
b4:  ; from b2 b3
  %4 = eq %1, 5
  branch %4 ? b5 : b6
b5:  ; from b4
  out 24, 1
  return
b6:  ; from b4
  out 24, 2
  return
`;
    // unequal in the lowest byte is unequal; equal there tells nothing of the rest
    expect(threaded(before)).toBe(`  %1 = in 16
  %2 = eq[0] %1, 5
  branch %2 ? b2 : b5
b2:  ; from b1
  out 24, 9
  jump b3
b3:  ; from b2
  %3 = eq %1, 5
  branch %3 ? b4 : b6
b4:  ; from b3
  out 24, 1
  return
b5:  ; from b1
  jump b6
b6:  ; from b3 b5
  out 24, 2
  return
`);
  });
});
