/** The shape of a program: which addresses begin a loop. */
import type { Chip } from '../chip.ts';
import { decode } from '../isa.ts';

const SKIPS: ReadonlySet<string> = new Set(['cpse', 'sbrc', 'sbrs', 'sbic', 'sbis']);
const BRANCHES: ReadonlySet<string> = new Set(['brbs', 'brbc']);
const ENDS: ReadonlySet<string> = new Set(['ret', 'reti']);

/** After these something outside the program may happen: no way through them can be a mere wait. */
const ACTS: ReadonlySet<string> = new Set(['out', 'sbi', 'cbi', 'sleep']);

/** Addresses that may come after the instruction at `pc`, a called routine left out. */
function successors(words: Uint16Array, pc: number): number[] {
  const decoded = decode(words[pc]);
  if (!decoded || ENDS.has(decoded.row.name) || ACTS.has(decoded.row.name)) return [];
  const { row, operands } = decoded;
  const wrap = (address: number) => address & (words.length - 1);
  const next = wrap(pc + 1);
  if (row.name === 'rjmp') return [wrap(next + operands[0])];
  if (BRANCHES.has(row.name)) return [next, wrap(next + operands[1])];
  return SKIPS.has(row.name) ? [next, wrap(pc + 2)] : [next];
}

/** Where ways begin: reset, vectors, called routines, and after each act. */
function entries(chip: Chip, words: Uint16Array): number[] {
  const called = [...words].flatMap((word, pc) => {
    const { row, operands } = decode(word) ?? {};
    if (row && ACTS.has(row.name)) return [(pc + 1) % words.length];
    return row?.name === 'rcall' ? [(pc + 1 + operands![0]) & (words.length - 1)] : [];
  });
  return [...chip.vectors.map(({ address }) => address), ...called];
}

/** 1 for each address that some way comes back to without leaving the routine and without doing anything. */
export function loopHeads(chip: Chip, words: Uint16Array): Uint8Array {
  const heads = new Uint8Array(words.length);
  /** 0 not seen, 1 on the way at hand, 2 done. */
  const seen = new Uint8Array(words.length);
  for (const entry of entries(chip, words)) if (seen[entry] === 0) search(words, entry, seen, heads);
  return heads;
}

/** Depth first, without recursion: a program is one long way. */
function search(words: Uint16Array, entry: number, seen: Uint8Array, heads: Uint8Array): void {
  const way = [{ pc: entry, rest: successors(words, entry) }];
  seen[entry] = 1;
  while (way.length > 0) {
    const { pc, rest } = way[way.length - 1];
    const next = rest.pop();
    if (next === undefined) {
      seen[pc] = 2;
      way.pop();
    } else if (seen[next] === 1) {
      heads[next] = 1;
    } else if (seen[next] === 0) {
      seen[next] = 1;
      way.push({ pc: next, rest: successors(words, next) });
    }
  }
}
