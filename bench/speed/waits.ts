/** Ways to wait, as people and compilers write them: bench/data/waits. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { assemble } from '../../vm-host/index.ts';

/** What ends the wait: one file each. */
export const kinds = ['counter', 'pin', 'timer', 'interrupt'] as const;

export interface Wait {
  readonly kind: (typeof kinds)[number];
  readonly name: string;
  /** Repeats the wait for ever. */
  readonly words: Uint16Array;
}

const read = (name: string) => readFileSync(join(process.cwd(), 'bench/data/waits', `${name}.s`), 'utf8');

/** @param change what to do to a text before it is assembled */
export function waits(change = (text: string) => text): Wait[] {
  const frame = read('frame');
  return kinds.flatMap(kind =>
    read(kind)
      .split(/^;; /m)
      .slice(1)
      .map(section => {
        const [name, ...lines] = section.split('\n');
        return { kind, name, words: assemble(frame.replace('; the wait', change(lines.join('\n')))).words };
      }),
  );
}
